"""Throw-away databases of all three kinds, for tests marked `database`.

Each is started from the machine's own programs in a temporary folder. One that is not installed
is skipped, and the skip says so.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.services import free_port
from tests.until import until

KINDS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def running_database(kind: str) -> Iterator[str]:
    """The URL of an empty database of `kind`; skips the test when it is not installed."""
    folder = Path(tempfile.mkdtemp(prefix=f"clr-{kind}-", dir="/tmp"))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'test.db'}"
        elif kind == "postgresql":
            yield from _postgresql(folder)
        else:
            yield from _mariadb(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(*names: str) -> str:
    places = [*os.get_exec_path(), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    for name in names:
        found = shutil.which(name, path=os.pathsep.join([*places, "/usr/sbin"]))
        if found:
            return str(Path(found).resolve())
    pytest.skip(f"{names[0]} is not installed: not tested on it")


def _as_user(user: str, folder: Path) -> list[str]:
    """Both servers refuse to run as root: then their own user runs them."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, user, user)
    return ["runuser", "-u", user, "--"]


def _postgresql(folder: Path) -> Iterator[str]:
    initdb, postgres = _program("initdb"), _program("postgres")
    prefix = _as_user("postgres", folder)
    data, port = folder / "data", free_port()
    user = "postgres" if prefix else getpass.getuser()
    subprocess.run(
        [*prefix, initdb, "-D", str(data), "-A", "trust", "-E", "UTF8", "--locale=C", "-U", user],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    server = [*prefix, postgres, "-D", str(data), "-k", str(folder), "-p", str(port)]
    server += ["-h", "127.0.0.1", "-c", "fsync=off"]
    url = f"postgresql+psycopg://{user}@127.0.0.1:{port}/postgres"
    with _serving(server, folder, ("127.0.0.1", port)):
        until(lambda: _answers(url), 30, every_s=0.1, what="PostgreSQL to accept logins")
        yield url


def _mariadb(folder: Path) -> Iterator[str]:
    install, mariadbd = _program("mariadb-install-db"), _program("mariadbd", "mysqld")
    prefix = _as_user("mysql", folder)
    data, sock = folder / "data", folder / "db.sock"
    common = ["--no-defaults", f"--datadir={data}"]
    subprocess.run(
        [*prefix, install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    server = [*prefix, mariadbd, *common, f"--socket={sock}", "--skip-networking"]
    server += [f"--pid-file={folder / 'pid'}", "--character-set-server=utf8mb4"]
    server += ["--innodb-flush-log-at-trx-commit=0"]
    root = f"mysql+pymysql://root@localhost/mysql?unix_socket={sock}&charset=utf8mb4"
    with _serving(server, folder, str(sock)):
        engine = create_engine(root)
        with engine.begin() as connection:
            connection.execute(text("CREATE DATABASE clearline CHARACTER SET utf8mb4"))
        engine.dispose()
        yield root.replace("/mysql?", "/clearline?")


@contextmanager
def _serving(command: list[str], folder: Path, address: str | tuple[str, int]) -> Iterator[None]:
    with open(folder / "server.log", "wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        until(lambda: _listens(address), 30, every_s=0.1, what=f"see {folder}/server.log")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _listens(address: str | tuple[str, int]) -> bool:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0


def _answers(url: str) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect():
            return True
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
