"""The live connection of pages: join, leave, heartbeat. No business event arrives here.

Desks are counted as present by their own answers to our beat: a page whose machine sleeps does not
answer, and the controller stops offering calls to its agent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Set
from itertools import cycle
from threading import Lock

import redis
from flask import Flask, current_app, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, join_room
from sqlalchemy.exc import SQLAlchemyError

from crm_web import phone_sessions, refusals
from crm_web.realtime.lines import Line, Lines, watch
from crm_web.realtime.rooms import Hello, phone_owner, read_hello, rooms_for
from crm_web.redis_link import client
from crm_web.security import Principal
from esl_controller.contract import keys

log = logging.getLogger("crm_web.realtime")

# Desks are asked by turns: 480 answers at once would hold up a ringing call for 100 ms and more.
BEAT_SLOTS = 25
OWNER_KEPT_S = 12 * 3600


class Desks:
    """The desk sockets of this process: sid → agent_no, and who answered the beat since asked."""

    def __init__(self) -> None:
        self._agents: dict[str, str] = {}
        self._answered: set[str] = set()
        self._added = 0
        self._lock = Lock()

    def add(self, sid: str, agent_no: str) -> int:
        """How many were added before, ever: with the first (0) the beat must be started."""
        with self._lock:
            self._agents[sid] = agent_no
            before, self._added = self._added, self._added + 1
        return before

    def remove(self, sid: str) -> None:
        with self._lock:
            self._agents.pop(sid, None)

    def answer(self, sid: str) -> None:
        agent_no = self._agents.get(sid)
        if agent_no:
            self._answered.add(agent_no)

    def take_answered(self) -> set[str]:
        taken, self._answered = self._answered, set()
        return taken


def register(socketio: SocketIO) -> None:
    """Install the handlers on the server's Socket.IO."""
    desks, lines = Desks(), Lines()

    @socketio.on("connect")
    def _connect(auth: object = None) -> None:
        hello = read_hello(auth)
        try:
            user = current_user._get_current_object()
        except SQLAlchemyError as error:  # a page that gets no answer would wait for ever
            log.warning("a live line is refused for now: %s", type(error).__name__)
            raise ConnectionRefusedError("later") from None
        if hello is None or not isinstance(user, Principal) or user.must_change:
            raise ConnectionRefusedError("sign in first")
        rooms = rooms_for(hello, user.agent_no, user.permissions)
        if not rooms:
            refusals.note("room", hello.kind, {})
            raise ConnectionRefusedError("not allowed")
        for room in rooms:
            join_room(room)
        if hello.kind == "floor":
            join_room(keys.room_of_user(user.pub))
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        sid: str = request.sid  # type: ignore[attr-defined]
        room = keys.room_of_agent(user.agent_no or "")
        agent_no = user.agent_no if room in rooms else None
        if lines.add(sid, Line(user.session_token, hello, rooms, agent_no)) == 0:
            socketio.start_background_task(watch, app, socketio, lines)
        if agent_no is None:
            return
        join_room(keys.ROOM_DESKS)
        before = desks.add(sid, agent_no)
        join_room(_slot_room(before % BEAT_SLOTS))
        _be_present({agent_no})
        _settle_phone(socketio, room, agent_no, hello)
        if before == 0:
            socketio.start_background_task(_beat, app, socketio, desks)

    @socketio.on("heartbeat")
    def _heartbeat(*_ignored: object) -> None:
        desks.answer(request.sid)  # type: ignore[attr-defined]

    @socketio.on("disconnect")
    def _disconnect(*_reason: object) -> None:
        sid: str = request.sid  # type: ignore[attr-defined]
        desks.remove(sid)
        lines.remove(sid)


def _beat(app: Flask, socketio: SocketIO, desks: Desks) -> None:
    """Ask every desk of this process for a sign of life, for as long as the process lives. What
    came in is noted together: one by one the answers would hold up a button."""
    for slot in cycle(range(BEAT_SLOTS)):
        # Not through Redis: each process asks its own desks, Redis away or not.
        socketio.emit("beat", to=_slot_room(slot), ignore_queue=True)
        with app.app_context():
            _be_present(desks.take_answered())
        socketio.sleep(keys.PRESENCE_EVERY_S / BEAT_SLOTS)


def _slot_room(slot: int) -> str:
    """The desks that are asked in the same turn."""
    return f"{keys.ROOM_DESKS}:{slot}"


def _be_present(agents: Set[str]) -> None:
    """Note signs of life. Redis away: nothing is noted, and the controller, which could not read
    it either, keeps what it knows."""
    if not agents:
        return
    now = str(int(time.time() * 1000))
    try:
        client().hset(keys.PRESENCE, mapping={agent_no: now for agent_no in agents})
        phone_sessions.keep(agents)
    except redis.exceptions.RedisError as error:
        log.warning("presence of %d desks not noted: %s", len(agents), error)


def _settle_phone(socketio: SocketIO, room: str, agent_no: str, hello: Hello) -> None:
    """Tell all desks of the agent which one has the phone now."""
    try:
        key = f"{keys.PHONE_OWNER}{agent_no}"
        present = client().get(key)
        owner = phone_owner(str(present) if present else None, hello)
        client().set(key, owner, ex=OWNER_KEPT_S)
    except redis.exceptions.RedisError as error:
        log.warning("agent %s: cannot tell which desk has the phone: %s", agent_no, error)
        return
    socketio.emit("phone_moved", {"desk": owner}, to=room)
