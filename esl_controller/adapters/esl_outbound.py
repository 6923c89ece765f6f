"""Listens for the switch's calls and gives each of them, as a leg, to the flow runner."""

from __future__ import annotations

import logging
from typing import Callable

from esl_controller.adapters.esl_leg import EslLeg
from esl_controller.adapters.esl_session import LOOPBACK, SafeOutboundServer, SafeSession
from esl_controller.adapters.message_files import MessageFiles
from esl_controller.domain.errors import LegGone

log = logging.getLogger(__name__)


class OutboundCalls:
    """`handle` runs one call in its own greenlet; when it returns the socket is closed.

    `files`: where callers' messages go."""

    def __init__(
        self,
        host: str,
        port: int,
        handle: Callable[[EslLeg], None],
        *,
        files: MessageFiles | None = None,
        max_calls: int = 500,
        allowed: tuple[str, ...] = LOOPBACK,
    ) -> None:
        self._handle = handle
        self._files = files
        self._server = SafeOutboundServer(host, port, self._call, max_calls, allowed)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.bound_port

    @property
    def calls(self) -> int:
        """How many sockets are open, silent ones included."""
        return self._server.connection_count

    def start(self) -> None:
        """Begin to accept; raises OSError when the port is taken."""
        self._server.start()

    def stop(self) -> None:
        """Accept no more; calls under way go on."""
        self._server.stop()

    def _call(self, session: SafeSession) -> "_Call":
        return _Call(session, self._handle, self._files)


class _Call:
    def __init__(
        self,
        session: SafeSession,
        handle: Callable[[EslLeg], None],
        files: MessageFiles | None,
    ) -> None:
        self._session = session
        self._files = files
        self._handle = handle

    def run(self) -> None:
        try:
            leg = EslLeg(self._session, self._files)
        except (KeyError, ValueError) as error:
            log.error("a call without a usable channel uuid: %s", error)
            return
        try:
            leg.begin()
            self._handle(leg)
        except LegGone as gone:
            log.info("%s: %s", leg.contact_id, gone.message)
