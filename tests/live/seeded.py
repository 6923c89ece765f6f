"""The demonstration city on PostgreSQL, written once and copied for each stack.

Writing it takes twenty seconds, which one scenario should not wait for: the city is kept in
var/live-city until the programs that write it change, or the day, which its bills count from.
"""

from __future__ import annotations

import datetime
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from docker.onebox import environment
from tests.database import PostgresServer
from tests.live import site

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "live-city"
#: Of the controller the CRM knows only these two (an import rule).
WRITERS = (
    "crm_web", "docker", "esl_controller/contract", "esl_controller/domain", "ivr_scripts",
    "migrations", "tests/database.py", "tests/live/site.py",
)  # fmt: skip
PATIENCE_S = 240


@contextmanager
def seeded_postgresql(home: Path) -> Iterator[PostgresServer]:
    """A server of its own with the city in it, and `home` with what belongs to that city (its
    logins and secrets)."""
    folder = Path(tempfile.mkdtemp(prefix="clr-postgresql-", dir="/tmp"))
    with _kept_city() as city:
        shutil.copytree(city / "home", home, dirs_exist_ok=True)
        server = PostgresServer(folder, copy_of=city / "data")
    server.start()
    try:
        _freshen(server.url)
        yield server
    finally:
        server.thaw()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _freshen(url: str) -> None:
    """The burst main of the kept city is to be mended in four or five hours from now again: after
    its time the menu says that it is late."""
    engine = create_engine(url)
    with engine.begin() as connection:
        moved = connection.execute(
            text(
                "update outage set etr_at = date_trunc('hour', (now() at time zone 'utc')"
                " + interval '5 hours') where external_ref = 'demo-burst-main'"
            )
        )
        assert moved.rowcount == 1, "the kept city has no burst main"
    engine.dispose()


@contextmanager
def _kept_city() -> Iterator[Path]:
    """The first who needs it writes it, the others wait; nobody removes what is being copied."""
    KEPT.mkdir(parents=True, exist_ok=True)
    city = KEPT / _version()
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not city.exists():
            for old in (one for one in KEPT.iterdir() if one.is_dir()):
                shutil.rmtree(old)
            _write(KEPT / "unfinished")
            (KEPT / "unfinished").rename(city)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield city


def _version() -> str:
    """Of the day, and of everything that has a say in the city."""
    found = hashlib.sha256(f"{datetime.date.today()} {sys.version}".encode())
    for name in WRITERS:
        place = ROOT / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.suffix in (".py", ".json"):
                found.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _write(place: Path) -> None:
    place.mkdir()
    folder = Path(tempfile.mkdtemp(prefix="clr-postgresql-", dir="/tmp"))
    server = PostgresServer(folder)
    server.start()
    try:
        wanted = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        wanted |= {"CLEARLINE_HOME": str(place / "home"), "SWITCH": "rehearsal"}
        wanted |= {"HOTLINE_NUMBER": site.NUMBERS}
        site.write(environment.prepare({**wanted, "DATABASE_URL": server.url}), PATIENCE_S)
    finally:
        server.stop()
    subprocess.run(["cp", "-a", str(folder / "data"), str(place / "data")], check=True)
    shutil.rmtree(folder, ignore_errors=True)
