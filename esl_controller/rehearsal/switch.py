"""The rehearsal switch put together: sockets, tables, people; start and stop."""
from __future__ import annotations

import time
from pathlib import Path

import gevent
from gevent import socket as sockets
from gevent.server import StreamServer

from esl_controller.rehearsal import api
from esl_controller.rehearsal.apps import APPS
from esl_controller.rehearsal.bus import Bus
from esl_controller.rehearsal.center import CallCenter
from esl_controller.rehearsal.demo import Demo, find_voices
from esl_controller.rehearsal.dispatch import Dispatcher
from esl_controller.rehearsal.gathering import Room, conference, eavesdrop
from esl_controller.rehearsal.listener import Listener
from esl_controller.rehearsal.messages import record
from esl_controller.rehearsal.phones import Phones
from esl_controller.rehearsal.queue_app import callcenter
from esl_controller.rehearsal.recorder import Recorder
from esl_controller.rehearsal.session import App, Session
from esl_controller.rehearsal.settings import Settings
from esl_controller.rehearsal.socket_app import socket
from esl_controller.rehearsal.stage import Stage

_STOP_S = 2.0
VOICES = Path(__file__).resolve().parents[2] / "ivr_scripts" / "prompts" / "audio" / "callers"


class Switch:
    """One running switch. Everything in it belongs to the thread that started it."""

    def __init__(self, settings: Settings, voices: Path = VOICES) -> None:
        self.settings = settings
        self.began = time.time()
        self.calls_ever = 0
        self.bus = Bus()
        self.sessions: dict[str, Session] = {}
        self.center = CallCenter(self.bus, settings.state_file)
        self.dispatcher = Dispatcher(self, settings.dispatch_s)
        self.recorder = Recorder()
        self.phones = Phones(self)
        self.stage = Stage(self)
        self.demo = Demo(self, settings.numbers_file, find_voices(voices))
        self.apps: dict[str, App] = {
            **APPS, "record": record, "socket": socket, "callcenter": callcenter,
            "record_session": _record_session,
            "conference": conference, "eavesdrop": eavesdrop}
        self.rooms: dict[str, Room] = {}
        self._listeners: set[Listener] = set()
        self._server = StreamServer((settings.host, settings.port), self._connected)
        self._heartbeat: gevent.Greenlet | None = None

    @property
    def port(self) -> int:
        """The port that ESL clients connect to (settings may say 0 for any)."""
        return int(self._server.server_port)

    def start(self) -> None:
        """Listen and dispatch; raises OSError when the port is taken."""
        self._server.start()
        self.dispatcher.start()
        self._heartbeat = gevent.spawn(self._beat)

    def stop(self) -> None:
        """BYE to everybody, goodbye to ESL clients, files closed."""
        self.demo.stop()
        self.dispatcher.stop()
        self._server.stop(timeout=0)
        for session in list(self.sessions.values()):
            session.hang_up("SYSTEM_SHUTDOWN")
        waiting = [session.reported for session in self.sessions.values()]
        gevent.wait(waiting, timeout=_STOP_S)
        self.recorder.close()
        self.bus.fire("SHUTDOWN", {"Event-Info": "System Shutting Down"})
        for listener in list(self._listeners):
            listener.close(notice=True)
        if self._heartbeat is not None:
            self._heartbeat.kill()
        self.center.save()

    def serve(self, listener: Listener) -> None:
        """Run an outbound connection beside the call."""
        gevent.spawn(self._serve, listener)

    def api(self, text: str) -> str:
        """Run an api command."""
        return api.run(self, text)

    def next_session(self) -> int:
        self.calls_ever += 1
        return self.calls_ever

    def _connected(self, sock: sockets.socket, address: object) -> None:
        self._serve(Listener(self, sock))

    def _serve(self, listener: Listener) -> None:
        self._listeners.add(listener)
        try:
            listener.run()
        finally:
            self._listeners.discard(listener)

    def _beat(self) -> None:
        while True:
            gevent.sleep(self.settings.heartbeat_s)
            up_ms = int((time.time() - self.began) * 1000)
            self.bus.fire("HEARTBEAT", {
                "Event-Info": "System Ready", "Up-Time": api.run(self, "status").split("\n")[0],
                "FreeSWITCH-Version": "1.11.0-rehearsal", "Uptime-msec": str(up_ms),
                "Session-Count": str(len(self.sessions)), "Max-Sessions": "1000",
                "Session-Per-Sec": "30", "Session-Since-Startup": str(self.calls_ever),
                "Idle-CPU": "100.000000", "Heartbeat-Interval": "20"})


def _record_session(session: Session, data: str) -> None:
    session.switch.recorder.start(session, data)
