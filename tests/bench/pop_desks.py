"""Many desks in one process: `python -m gevent.monkey --module tests.bench.pop_desks BASE
PASSWORD`.

Each is a real login with a session of its own and a real Socket.IO line over WebSocket, as the
page has it. Lines on stdin: `open AGENT…` signs desks in and connects them; `take` prints and
forgets what arrived since, as {"path": {call: seconds}, "floor": {…}} by the monotonic clock;
`press ACTION AGENT…` presses that button on each desk, one after another, and prints when each
was pressed, as {agent: seconds}.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import time
import uuid
from itertools import count
from typing import Any

import requests
import socketio
from gevent import sleep
from gevent.fileobject import FileObjectThread
from gevent.pool import Pool
from requests.adapters import HTTPAdapter

from esl_controller.domain.ids import channel_uuid_of

SIGN_INS_AT_ONCE = 2
PAUSE_S = 0.02  # fifty buttons a second
PER_ADDRESS = 40  # the web lets one address sign in 60 times a minute


class FromAddress(HTTPAdapter):
    """Requests that leave from an own loopback address, as desks of several offices do."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **kwargs)


class Desks:
    """All desks and what they were told."""

    def __init__(self, base: str, password: str) -> None:
        self._base, self._password = base, password
        self._count = count()
        self._lines: list[socketio.Client] = []
        self._told: dict[str, dict[str, float]] = {"path": {}, "floor": {}}
        self._pages: dict[str, requests.Session] = {}

    def press(self, action: str, agents: list[str]) -> dict[str, float]:
        """Raises when the web does not take a button."""
        pressed = {}
        for agent_no in agents:
            page = self._pages[agent_no]
            pressed[agent_no] = time.monotonic()
            answer = page.post(
                f"{self._base}/desk/commands",
                json={"type": action, "body": {"reason": "rest"}},
                timeout=10,
            )
            if answer.status_code != 202:
                raise SystemExit(f"{agent_no} {action}: {answer.status_code} {answer.text[:200]}")
            sleep(PAUSE_S)
        return pressed

    def open(self, agents: list[str]) -> None:
        """Sign in and connect; raises when one of them cannot."""
        for line in Pool(SIGN_INS_AT_ONCE).imap_unordered(self._open, agents):
            self._lines.append(line)
        gc.collect()
        gc.freeze()  # the pauses of whoever measures are not to be measured

    def take(self) -> dict[str, dict[str, float]]:
        told, self._told = self._told, {"path": {}, "floor": {}}
        return told

    def close(self) -> None:
        for line in self._lines:
            line.disconnect()

    def _open(self, agent_no: str) -> socketio.Client:
        http = requests.Session()
        http.trust_env = False
        http.mount("http://", FromAddress(f"127.0.1.{1 + next(self._count) // PER_ADDRESS}"))
        page = http.get(f"{self._base}/login", timeout=30).text
        token = re.search(r'name="csrf[-_]token"[^>]*?(?:content|value)="([^"]+)"', page)
        answer = http.post(
            f"{self._base}/login",
            data={
                "login_name": agent_no,
                "password": self._password,
                "csrf_token": token.group(1) if token else "",
            },
            allow_redirects=False,
            timeout=30,
        )
        if answer.status_code != 302:
            raise SystemExit(f"{agent_no} cannot sign in: {answer.status_code}")
        line = socketio.Client(reconnection=False)
        line.on("desk", self._on_desk)
        line.on("floor", self._on_floor)
        line.on("beat", lambda *_: _answer_beat(line))
        line.connect(
            self._base,
            headers={"Cookie": "; ".join(f"{c.name}={c.value}" for c in http.cookies)},
            auth={"kind": "desk", "desk": str(uuid.uuid4()), "claim": True},
            transports=["websocket"],
            wait_timeout=30,
        )
        token = re.search(r'name="csrf[-_]token"[^>]*?content="([^"]+)"', http.get(
            f"{self._base}/desk", timeout=30).text)  # fmt: skip
        http.headers["X-CSRFToken"] = token.group(1) if token else ""
        self._pages[agent_no] = http
        return line

    def _on_desk(self, body: dict[str, Any]) -> None:
        at = time.monotonic()
        if body["agent"]["state"] == "offered" and body["call"]:
            self._told["path"].setdefault(channel_uuid_of(body["call"]["contact_id"]), at)

    def _on_floor(self, body: dict[str, Any]) -> None:
        self._told["floor"].setdefault(body["call"], time.monotonic())


def _answer_beat(line: socketio.Client) -> None:
    if "/" in line.namespaces:  # a beat may come before the line is told that it is open
        line.emit("heartbeat")


def main(base: str, password: str) -> None:
    """Obey stdin until it ends."""
    desks = Desks(base, password)
    # A thread reads: waiting for a line must not stop the desks.
    for line in FileObjectThread(sys.stdin):
        word, *agents = line.split()
        if word == "press":
            print(json.dumps(desks.press(agents[0], agents[1:])), flush=True)
            continue
        if word == "open":
            desks.open(agents)
        print(json.dumps(desks.take()), flush=True)
    desks.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
