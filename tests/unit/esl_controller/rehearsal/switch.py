"""The rehearsal switch as its own process, and a controller's two ends of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.unit.esl_controller.rehearsal.client import Connection, connect
from tests.until import until

PASSWORD = "rehearsal-of-tests"
ROOT = Path(__file__).resolve().parents[4]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rehearsal:
    """One switch process; `controller` listens where it connects its callers to."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.controller = socket.create_server(("127.0.0.1", 0))
        self.controller.settimeout(10)
        self.controller_port = int(self.controller.getsockname()[1])
        self.clients: list[Connection] = []
        self.process = self.begin()

    def begin(self) -> subprocess.Popen[bytes]:
        env = {
            **os.environ, "ESL_PASSWORD": PASSWORD, "ESL_PORT": str(self.port),
            "CLEARLINE_HOME": str(self.home), "REHEARSAL_TICK_MS": "0",
            "ESL_OUTBOUND_PORT": str(self.controller_port),
            "SIP_DOMAIN": "hotline.test", "FALLBACK_QUEUE": "repair",
            "HOTLINE_NUMBER": "96001,96002",
            "REHEARSAL_FALLBACK_PROMPT": "silence_stream://20",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "esl_controller.rehearsal"], cwd=ROOT, env=env)
        until(self._listens, 15, what="the switch listens")
        return self.process

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def client(self, subscribe: str = "event json ALL") -> Connection:
        client = connect(self.port, PASSWORD)
        self.clients.append(client)
        if subscribe:
            assert client.reply(subscribe).startswith("+OK event listener enabled")
        return client

    def accept(self) -> Connection:
        """The socket of the next caller, unread."""
        call = Connection(self.controller.accept()[0])
        self.clients.append(call)
        return call

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(10)

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.controller.close()
        if self.process.poll() is None:
            self.end()
