"""Throw-away databases of all three kinds, for tests marked `database`.

Each is started from the machine's own programs in a temporary folder. One that is not installed
is skipped, and the skip says so.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.services import free_port
from tests.until import until

KINDS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def running_database(kind: str) -> Iterator[str]:
    """The URL of an empty database of `kind`; skips the test when it is not installed."""
    if kind == "postgresql":
        with running_postgresql() as server:
            yield server.url
        return
    folder = Path(tempfile.mkdtemp(prefix=f"clr-{kind}-", dir="/tmp"))
    try:
        if kind == "sqlite":
            yield f"sqlite:///{folder / 'test.db'}"
        else:
            yield from _mariadb(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find(name: str) -> str:
    """The program's path, or '' where it is not installed."""
    places = [*os.get_exec_path(), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which(name, path=os.pathsep.join([*places, "/usr/sbin"]))
    return str(Path(found).resolve()) if found else ""


def _program(*names: str) -> str:
    for name in names:
        if found := _find(name):
            return found
    pytest.skip(f"{names[0]} is not installed: not tested on it")


def _as_user(user: str, folder: Path) -> list[str]:
    """It refuses to run as root: then its own user runs it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, user, user)
    return ["runuser", "-u", user, "--"]


class PostgresServer:
    """A PostgreSQL in a folder of its own that a test may freeze, kill and start again."""

    def __init__(self, folder: Path, copy_of: Path | None = None) -> None:
        """Empty, or with the data folder of another one that has stopped."""
        self.folder, self.port = folder, free_port()
        initdb, self._postgres = _program("initdb"), _program("postgres")
        root = os.geteuid() == 0  # it refuses to run as root: then its own user runs it
        self._as: dict[str, Any] = {"user": "postgres", "group": "postgres"} if root else {}
        if root:
            shutil.chown(folder, "postgres", "postgres")
        self._user = "postgres" if root else getpass.getuser()
        self.url = f"postgresql+psycopg://{self._user}@127.0.0.1:{self.port}/postgres"
        if copy_of:
            subprocess.run(["cp", "-a", str(copy_of), str(folder / "data")], check=True)
            self._process: subprocess.Popen[bytes] | None = None
            return
        made = [initdb, "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--locale=C"]
        made += ["-N", "-U", self._user]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, cwd=folder, **self._as)
        self._process = None

    def start(self) -> None:
        """Returns when it accepts logins."""
        command = [self._postgres, "-D", str(self.folder / "data"), "-k", str(self.folder)]
        command += ["-p", str(self.port), "-h", "127.0.0.1", "-c", "fsync=off"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                **self._as,
            )
        log_at = f"PostgreSQL to accept logins, see {self.folder}/server.log"
        until(lambda: _answers(self.url), 30, every_s=0.1, what=log_at)

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # it ends open connections itself
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """All its processes die at once, as in a crash of the machine."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)

    def freeze(self) -> None:
        """It keeps its connections and says nothing any more."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def mend(self) -> None:
        """Frozen or dead, it serves again."""
        self.thaw()
        if not self.runs:
            self.start()

    def cut_all(self) -> None:
        """Every connection ends; new ones are welcome."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            )

    def _signal(self, number: int) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        # Each of its processes has a group of its own.
        top = psutil.Process(self._process.pid)
        for one in (top, *top.children(recursive=True)):
            try:
                one.send_signal(number)
            except psutil.NoSuchProcess:
                continue  # a connection's process that ended by itself


@contextmanager
def running_postgresql() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, running; thrown away after."""
    folder = Path(tempfile.mkdtemp(prefix="clr-postgresql-", dir="/tmp"))
    try:
        server = PostgresServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_postgresql() -> bool:
    """Whether this machine has its programs."""
    return all(_find(name) for name in ("initdb", "postgres"))


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
