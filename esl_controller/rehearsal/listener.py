"""One ESL client: authentication, subscriptions, commands and the delivery of events."""
from __future__ import annotations

import uuid as uuids
from typing import TYPE_CHECKING

import gevent
from gevent import socket as sockets
from gevent.event import Event as Flag
from gevent.lock import RLock
from gevent.queue import Empty, Queue

from esl_controller.rehearsal import wire
from esl_controller.rehearsal.event import Event, encode, plain_lines
from esl_controller.rehearsal.session import Task
from esl_controller.rehearsal.subscription import Subscription

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session
    from esl_controller.rehearsal.switch import Switch

MAX_QUEUED = 100_000
MAX_LOST = 500
FIRST_PACKET_S = 25


class Listener:
    """The switch's side of one connection; `session` is set on outbound ones."""

    def __init__(
        self, switch: Switch, sock: sockets.socket, session: Session | None = None
    ) -> None:
        self.switch, self.session = switch, session
        self.closed = Flag()
        self._sock = sock
        self._lock = RLock()
        self._subscription = Subscription()
        self._events: Queue[Event] = Queue()
        self._lost = 0
        self._linger: int | None = None
        self._lingering = False
        self._trusted = session is not None

    # -- events ------------------------------------------------------------------------------

    def wants(self, name: str, subclass: str) -> bool:
        return self._subscription.wants(name, subclass)

    def take(self, event: Event) -> None:
        """Queue an event; a client that reads nothing loses some, then its connection."""
        if not self._subscription.passes(event):
            return
        if self._events.qsize() >= MAX_QUEUED:
            self._lost += 1
            if self._lost > MAX_LOST:
                self.close()
            return
        self._events.put(event)

    def _deliver(self) -> None:
        tick = self.switch.settings.tick_ms / 1000
        while not self.closed.is_set():
            event = self._events.get()
            if tick:
                gevent.sleep(tick)
            batch = [encode(event, self._subscription.form)]
            try:
                while len(batch) < 500:
                    batch.append(encode(self._events.get_nowait(), self._subscription.form))
            except Empty:
                pass
            self._send(b"".join(batch))

    def _flush(self) -> None:
        """Send what is queued now."""
        while not self._events.empty():
            self._send(encode(self._events.get_nowait(), self._subscription.form))

    # -- the connection ----------------------------------------------------------------------

    def run(self) -> None:
        """Serve until either side closes."""
        self.switch.bus.listeners.append(self)
        delivery = gevent.spawn(self._deliver)
        try:
            self._sock.settimeout(FIRST_PACKET_S)
            if self.session is None:
                self._send(wire.auth_request())
            reader = wire.FrameReader()
            while not self.closed.is_set():
                data = self._sock.recv(65536)
                if not data:
                    break
                for command in reader.feed(data):
                    self._handle(command)
                if self._trusted:
                    self._sock.settimeout(None)
        except (OSError, wire.FrameTooLarge):
            pass
        finally:
            delivery.kill()
            self.close()

    def close(self, *, notice: bool = False) -> None:
        """End the connection, saying goodbye if `notice`."""
        if self.closed.is_set():
            return
        if notice:
            self._flush()
            self._send(wire.disconnect_notice(self.session.uuid if self.session else ""))
        self.closed.set()
        if self in self.switch.bus.listeners:
            self.switch.bus.listeners.remove(self)
        try:
            self._sock.shutdown(sockets.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()
        if self.session:
            self.session.controlled = False
            if self._lingering:
                self.session.let_go()
            self.session.wake()

    def _send(self, data: bytes) -> None:
        with self._lock:
            try:
                self._sock.sendall(data)
            except OSError:
                gevent.spawn(self.close)

    # -- commands ----------------------------------------------------------------------------

    def _handle(self, command: wire.Command) -> None:
        if not self._trusted:
            self._authenticate(command)
            return
        verb, rest = command.verb, command.rest
        if verb == "api":
            self._send(wire.api_response(self.switch.api(rest)))
        elif verb == "bgapi":
            self._background(rest, command.headers.get("job-uuid", ""))
        elif verb == "sendmsg":
            self._send(wire.reply(self._message(command)))
        elif verb in ("event", "nixevent", "noevents", "filter", "myevents"):
            own = self.session.uuid if self.session else ""
            self._send(wire.reply(self._subscription.command(verb, rest, own)))
        elif verb == "exit":
            self._send(wire.reply("+OK bye"))
            self.close(notice=True)
        elif self.session is not None and verb in ("connect", "linger", "nolinger", "getvar",
                                                   "divert_events", "resume"):
            self._outbound(verb, rest)
        elif verb in ("log", "nolog"):
            self._send(wire.reply(f"+OK {verb} level {rest}".strip()))
        else:
            self._send(wire.reply("-ERR command not found"))

    def _authenticate(self, command: wire.Command) -> None:
        if command.verb != "auth":
            self._send(wire.reply("-ERR command not found"))
        elif command.rest == self.switch.settings.password:
            self._trusted = True
            self._send(wire.reply("+OK accepted"))
        else:
            self._send(wire.reply("-ERR invalid"))
            self.close(notice=True)

    def _outbound(self, verb: str, rest: str) -> None:
        assert self.session is not None
        if verb == "connect":
            data = {"Event-Name": "CHANNEL_DATA", "Core-UUID": self.switch.bus.core_uuid,
                    **self.session.headers(verbose=True), "Content-Type": "command/reply",
                    "Reply-Text": "+OK\n", "Socket-Mode": "async", "Control": "full"}
            self._send((plain_lines(data) + "\n").encode())
            self.session.watch(self._session_changed)
        elif verb == "linger":
            self._linger = int(rest) if rest.isdigit() else 0
            self._send(wire.reply("+OK will linger" + (f" {rest} seconds" if rest else "")))
        elif verb == "nolinger":
            self._linger = None
            self._send(wire.reply("+OK will not linger"))
        elif verb == "getvar":
            self._send(wire.reply(self.session.var(rest)))
        else:
            self._send(wire.reply("+OK"))

    def _session_changed(self, session: Session) -> None:
        if session.up or self.closed.is_set() or self._lingering:
            return
        if self._linger is not None:
            self._lingering = True
            session.hold_back()
            gevent.spawn(self._linger_on, session)
        elif session.reported.is_set():
            gevent.spawn(self.close, notice=True)

    def _linger_on(self, session: Session) -> None:
        assert self._linger is not None
        self._send(wire.linger_notice(session.uuid, session.name, self._linger))
        self.closed.wait(self._linger or None)
        self.close(notice=True)

    def _background(self, text: str, job: str) -> None:
        job = job or str(uuids.uuid4())
        self._send(wire.reply(f"+OK Job-UUID: {job}", Job_UUID=job))
        gevent.spawn(self._run_job, text, job)

    def _run_job(self, text: str, job: str) -> None:
        result = self.switch.api(text)
        name, _, argument = text.partition(" ")
        about: dict[str, str | list[str]] = {"Job-UUID": job, "Job-Command": name}
        if argument:
            about["Job-Command-Arg"] = argument
        self.switch.bus.fire("BACKGROUND_JOB", about, body=result)

    def _message(self, command: wire.Command) -> str:
        """sendmsg: order an application or hang up."""
        uuid = command.rest.strip()
        session = self.switch.sessions.get(uuid) if uuid else self.session
        if session is None:
            return f"-ERR invalid session id [{uuid}]"
        headers = command.headers
        what = headers.get("call-command", "").lower()
        if what == "hangup":
            session.hang_up(headers.get("hangup-cause") or "NORMAL_CLEARING")
        elif what == "execute":
            app = headers.get("execute-app-name", "")
            data = headers.get("execute-app-arg") or command.body
            lock = headers.get("event-lock", "").lower() == "true"
            task_uuid = headers.get("event-uuid") or str(uuids.uuid4())
            session.order(Task(app, data, task_uuid, lock))
        else:
            return "-ERR invalid command"
        return "+OK"
