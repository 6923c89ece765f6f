"""The demonstration city on PostgreSQL, written once per run and copied for each stack.

Writing it takes ten seconds of a core; side by side, that would be most of a run's beginning.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docker.onebox import environment
from tests.database import PostgresServer
from tests.until import until

PATIENCE_S = 240


@contextmanager
def seeded_postgresql(shared: Path, home: Path) -> Iterator[PostgresServer]:
    """A server of its own with the city in it, and `home` with what belongs to that city (its
    logins and secrets). `shared` is the folder that all workers of a run have in common."""
    made = _made_once(shared / "city")
    folder = Path(tempfile.mkdtemp(prefix="clr-postgresql-", dir="/tmp"))
    shutil.copytree(made / "home", home, dirs_exist_ok=True)
    server = PostgresServer(folder, copy_of=made / "data")
    server.start()
    try:
        yield server
    finally:
        server.thaw()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _made_once(place: Path) -> Path:
    """The first worker makes it, the others wait."""
    ready = place / "ready"
    try:
        place.mkdir()
    except FileExistsError:
        until(ready.exists, PATIENCE_S, 0.2, what="another worker has written the city")
        return place
    folder = Path(tempfile.mkdtemp(prefix="clr-postgresql-", dir="/tmp"))
    server = PostgresServer(folder)
    server.start()
    try:
        wanted = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        wanted |= {"CLEARLINE_HOME": str(place / "home"), "SWITCH": "rehearsal"}
        values = environment.prepare({**wanted, "DATABASE_URL": server.url})
        subprocess.run(
            [sys.executable, "-m", "crm_web.cli", "init-db"],
            env=values, check=True, capture_output=True, timeout=PATIENCE_S,
        )  # fmt: skip
    finally:
        server.stop()
    subprocess.run(["cp", "-a", str(folder / "data"), str(place / "data")], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    ready.touch()
    return place
