"""Open live lines are looked at again: a right that was withdrawn, or a session that was ended,
closes them. A page whose line we close asks for itself anew and says why it may not be there; what
its user was listening to is not heard any more, also not at a telephone on the desk."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy.exc import SQLAlchemyError

from crm_web import audit, live, telephony
from crm_web.areas.auth import sessions
from crm_web.realtime.rooms import Hello, rooms_for
from crm_web.transaction import reading, unit_of_work

log = logging.getLogger("crm_web.realtime")

LOOK_EVERY_S = 10.0
PAUSE_S = 0.1  # many lines take longer than that to go round, rather than the database's time


@dataclass(frozen=True)
class Line:
    """A connected page: the session it came with, what it said it is, where it was let in, and
    whose phone stands beside it."""

    token: str
    hello: Hello
    rooms: tuple[str, ...]
    agent_no: str | None = None


class Lines:
    """The lines of this process by sid."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._added = 0
        self._lock = Lock()

    def add(self, sid: str, line: Line) -> int:
        """How many were added before, ever: with the first (0) the watch must be started."""
        with self._lock:
            self._lines[sid] = line
            before, self._added = self._added, self._added + 1
        return before

    def remove(self, sid: str) -> None:
        with self._lock:
            self._lines.pop(sid, None)

    def present(self) -> list[tuple[str, Line]]:
        with self._lock:
            return list(self._lines.items())


def watch(app: Flask, socketio: SocketIO, lines: Lines) -> None:
    """Look at one line after the other, for as long as the process lives. Apart from the beat: a
    database that hangs must not make desks look absent."""
    while True:
        present = lines.present()
        for sid, line in present:
            try:
                if not may_stay(app, line):
                    log.info("a live line is closed: its rights or its session have ended")
                    if _listens_on(app, line, lines):
                        stop_listening(app, str(line.agent_no))
                    socketio.server.disconnect(sid, ignore_queue=True)
            except Exception:  # one line's trouble must not end the watch over all others
                log.exception("a live line could not be looked at")
            socketio.sleep(max(LOOK_EVERY_S / len(present), PAUSE_S))
        if not present:
            socketio.sleep(LOOK_EVERY_S)


def _listens_on(app: Flask, line: Line, lines: Lines) -> bool:
    """Whether a board is closed, and the user has no other that may stay."""
    if line.hello.kind != "floor" or line.agent_no is None:
        return False
    others = [other for _sid, other in lines.present() if other.hello.kind == "floor"]
    return not any(o.agent_no == line.agent_no and may_stay(app, o) for o in others)


def stop_listening(app: Flask, agent_no: str) -> None:
    """End what this agent listens to, if anything."""
    with app.app_context(), unit_of_work():
        view = live.find_agent(agent_no)
        if view is None or view.get("role") != "supervisor":
            return
        after = {"why": "the right or the session has ended"}
        audit.record("call.stop_monitor_asked", "agent", agent_no, after=after)
        telephony.send("stop_monitor", agent_no=agent_no, body={"by": {"name": "crm_web"}})


def may_stay(app: Flask, line: Line) -> bool:
    """Whether the page would still be let into the rooms it is in. Database away: it stays."""
    with app.app_context():
        try:
            with reading():
                user = sessions.find_principal(line.token)
        except SQLAlchemyError as error:
            log.warning("a live line could not be looked at: %s", type(error).__name__)
            return True
    if user is None or user.must_change:
        return False
    return set(line.rooms) <= set(rooms_for(line.hello, user.agent_no, user.permissions))
