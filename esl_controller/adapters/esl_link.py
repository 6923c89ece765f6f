"""The supervised link to the switch: connect, subscribe, watch, and begin again.

After every reconnect events are missing, so the loop is told LinkUp and takes the picture anew.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from typing import Callable

import gevent
from gevent.event import AsyncResult, Event
from greenswitch.esl import NotConnectedError

from esl_controller.adapters.esl_events import SUBSCRIPTION, translate
from esl_controller.adapters.esl_frames import EslEvent
from esl_controller.adapters.esl_inbound import AuthenticationRefused, SafeInbound
from esl_controller.domain.errors import SwitchUnavailable
from esl_controller.domain.switch_events import LinkDown, LinkUp, SwitchEvent

log = logging.getLogger(__name__)

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 10.0


class EslLink:
    """Owns one connection at a time. `on_event` is called in order and must not block."""

    probe_every_s: float = 10.0
    quiet_limit_s: float = 65.0  # three heartbeats of a switch with default settings
    job_limit: int = 1_000

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        on_event: Callable[[SwitchEvent], None],
        *,
        connect_timeout_s: float = 5.0,
        command_timeout_s: float = 5.0,
    ) -> None:
        self._address = (host, port, password)
        self._on_event = on_event
        self._connect_timeout_s = connect_timeout_s
        self._limit_s = command_timeout_s
        self._connection: SafeInbound | None = None
        self._jobs: dict[str, AsyncResult] = {}
        self._early: list[EslEvent] | None = None
        self._ended = Event()
        self._greenlet: gevent.Greenlet | None = None
        self._last_event = 0.0
        self.up = False
        self.core_uuid = ""
        self.connects = 0
        self.probe_ms = 0.0
        self.trouble = "not connected yet"

    # Asking the switch

    def api(self, command: str, timeout_s: float | None = None) -> str:
        """Run a quick command and return its text; raises SwitchUnavailable."""
        connection = self._connection
        if not self.up or connection is None:
            raise SwitchUnavailable(self.trouble)
        try:
            reply = connection.send(f"api {command}", timeout_s=timeout_s or self._limit_s)
        except NotConnectedError as error:
            raise SwitchUnavailable(str(error)) from None
        return reply.data or ""

    def bgapi(self, command: str, timeout_s: float = 30.0) -> str:
        """Run a command that may take long beside the others; raises SwitchUnavailable."""
        connection = self._connection
        if not self.up or connection is None:
            raise SwitchUnavailable(self.trouble)
        if len(self._jobs) >= self.job_limit:
            raise SwitchUnavailable("too many jobs under way")
        job = str(uuid.uuid4())
        result = self._jobs[job] = AsyncResult()  # before sending: the answer may be faster
        try:
            connection.send(f"bgapi {command}", {"Job-UUID": job})
            return result.get(timeout=timeout_s)
        except gevent.Timeout:
            raise SwitchUnavailable("the job did not end in time") from None
        except NotConnectedError as error:
            raise SwitchUnavailable(str(error)) from None
        finally:
            self._jobs.pop(job, None)

    # Living

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        self._greenlet = gevent.spawn(self._supervise)

    def stop(self) -> None:
        """Close the link; no LinkDown is told."""
        self.up = False
        if self._greenlet is not None:
            self._greenlet.kill()
            self._greenlet = None
        self._fail_jobs("the link was stopped")

    def _supervise(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            try:
                self._live_once()
                wait_s = FIRST_WAIT_S
            except AuthenticationRefused as error:
                wait_s = LONGEST_WAIT_S
                self._trouble(f"{error}: check ESL_PASSWORD")
            except (NotConnectedError, SwitchUnavailable) as error:
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
                self._trouble(str(error))
            except Exception:  # the outermost frame of this greenlet
                log.exception("the link to the switch failed")
                wait_s = LONGEST_WAIT_S
            gevent.sleep(wait_s * random.uniform(0.5, 1.0))

    def _trouble(self, text: str) -> None:
        if text != self.trouble:  # once for each trouble, not once for each attempt
            log.warning("no link to the switch: %s", text)
            self.trouble = text

    def _live_once(self) -> None:
        host, port, password = self._address
        connection = SafeInbound(host, port, password, timeout=self._connect_timeout_s)
        self._ended.clear()
        self._early = []
        connection.register_handle("*", self._take)
        why = ""
        try:
            connection.connect()
            core_uuid = self._probe(connection)
            connection.send(f"event json {SUBSCRIPTION}", timeout_s=self._limit_s)
            self._announce(connection, core_uuid)
            self._watch(connection)
        except Exception as error:
            why = str(error)
            raise
        finally:
            self._leave(connection, why)

    def _announce(self, connection: SafeInbound, core_uuid: str) -> None:
        self._connection, self.core_uuid, self.up = connection, core_uuid, True
        self.connects += 1
        self.trouble = ""
        self._last_event = time.monotonic()
        log.info("linked to the switch %s", core_uuid)
        self._on_event(LinkUp(_now_ms(), core_uuid))
        early, self._early = self._early or [], None
        for event in early:  # what came before the loop knew of the link
            self._take(event)

    def _leave(self, connection: SafeInbound, why: str) -> None:
        was_up, self.up, self._connection = self.up, False, None
        reason = why or connection.lost_because or "the link was lost"
        connection.stop()
        self._fail_jobs("the link to the switch was lost")
        if was_up:
            self._trouble(reason)
            self._on_event(LinkDown(_now_ms(), reason))

    def _watch(self, connection: SafeInbound) -> None:
        """Return when the connection is lost; raise when it only looks alive."""
        while not self._ended.wait(self.probe_every_s):
            if self._probe(connection) != self.core_uuid:
                raise SwitchUnavailable("the switch behind the link has changed")
            if connection.dropped:
                raise SwitchUnavailable(f"{connection.dropped} events dropped: begin again")
            if time.monotonic() - self._last_event > self.quiet_limit_s:
                raise SwitchUnavailable("no heartbeat from the switch")

    def _probe(self, connection: SafeInbound) -> str:
        """Ask for the switch's own id: proves that it still answers, and tells a new life."""
        began = time.monotonic()
        reply = connection.send("api global_getvar core_uuid", timeout_s=self._limit_s)
        self.probe_ms = (time.monotonic() - began) * 1000
        return (reply.data or "").strip()

    def _take(self, event: EslEvent) -> None:
        headers = event.headers
        if headers.get("Content-Type") == "text/disconnect-notice":
            self._ended.set()
        elif self._early is not None:
            self._early.append(event)
        elif headers.get("Event-Name") == "BACKGROUND_JOB":
            result = self._jobs.get(headers.get("Job-UUID", ""))
            if result is not None:
                result.set(event.data or "")
        else:
            self._last_event = time.monotonic()
            meaning = translate(headers)
            if meaning is not None:
                self._on_event(meaning)

    def _fail_jobs(self, reason: str) -> None:
        while self._jobs:
            self._jobs.popitem()[1].set_exception(SwitchUnavailable(reason))


def _now_ms() -> int:
    return int(time.time() * 1000)
