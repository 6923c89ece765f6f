"""SIP over UDP with RFC 3261 transactions: retransmission, ACK, CANCEL, repeated requests.

One thread per endpoint reads the socket and drives the timers. Callbacks run in that thread and
must not block.
"""

from __future__ import annotations

import heapq
import itertools
import re
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.actors.sip_message import Message, new_branch, parse

T1 = 0.5
T2 = 4.0
TRANSACTION_S = 32.0


@dataclass
class ClientTransaction:
    """A request on its way. `final` is set when the last response came or time ran out (408)."""

    request: Message
    wire: bytes
    on_response: Callable[[Message], None]
    interval: float = T1
    answered: bool = False
    done: threading.Event = field(default_factory=threading.Event)
    final: Message | None = None


@dataclass
class ServerTransaction:
    """The last response, sent again when the request is repeated; 2xx until the ACK comes."""

    wire: bytes = b""
    status: int = 0
    interval: float = T1
    acknowledged: bool = False


class Endpoint:
    """A UDP socket that speaks SIP. `on_request` gets each new request once."""

    def __init__(
        self,
        server: tuple[str, int],
        on_request: Callable[[Message], None],
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.server = server
        self.on_request = on_request
        self.lock = threading.RLock()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((address, port))
        self._socket.setblocking(False)
        self.host, self.port = self._socket.getsockname()
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._open = True
        self._thread = threading.Thread(target=self._run, name=f"sip-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop at once, without a word to the other side."""
        with self.lock:
            self._open = False
        self._thread.join(timeout=2)
        self._socket.close()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        with self.lock:
            heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._count), action))

    def request(
        self,
        method: str,
        uri: str,
        headers: list[tuple[str, str]],
        body: str = "",
        on_response: Callable[[Message], None] = lambda response: None,
    ) -> ClientTransaction:
        """Send a request in a new transaction; `headers` without Via and Max-Forwards."""
        via = f"SIP/2.0/UDP {self.host}:{self.port};branch={new_branch()};rport"
        message = Message(
            method, uri, headers=(("via", via), ("max-forwards", "70"), *headers), body=body
        )
        return self._start(message, on_response)

    def cancel(self, invite: ClientTransaction) -> None:
        """CANCEL shares the INVITE's branch (RFC 3261 9.1); the INVITE then ends with 487."""
        asked = invite.request
        number = asked.get("cseq").split()[0]
        names = ("via", "max-forwards", "from", "to", "call-id", "route")
        headers = [(name, value) for name, value in asked.headers if name in names]
        headers.append(("cseq", f"{number} CANCEL"))
        self._start(Message("CANCEL", asked.uri, headers=tuple(headers)), lambda response: None)

    def respond(self, request: Message, response: Message) -> None:
        wire = response.encode()
        with self.lock:
            if not self._open:
                return
            found = self._servers.setdefault(_server_key(request), ServerTransaction())
            found.wire, found.status = wire, response.status
            if request.method == "INVITE" and response.status >= 200:
                self._repeat_response(found, wire, time.monotonic() + TRANSACTION_S)
            self._send(wire, _reply_address(response))

    def send_ack(self, message: Message) -> None:
        """The ACK of a 2xx is a request of its own, outside any transaction."""
        via = f"SIP/2.0/UDP {self.host}:{self.port};branch={new_branch()};rport"
        self._send(
            Message("ACK", message.uri, headers=(("via", via), *message.headers)).encode(),
            self.server,
        )

    def _start(
        self, message: Message, on_response: Callable[[Message], None]
    ) -> ClientTransaction:
        transaction = ClientTransaction(message, message.encode(), on_response)
        with self.lock:
            self._clients[(message.branch, message.method)] = transaction
            self._send(transaction.wire, self.server)
        until = time.monotonic() + TRANSACTION_S
        self.later(T1, lambda: self._repeat_request(transaction, until))
        return transaction

    def _repeat_request(self, transaction: ClientTransaction, until: float) -> None:
        if transaction.done.is_set():
            return
        invite = transaction.request.method == "INVITE"
        if invite and transaction.answered:
            return  # provisional response: an INVITE is not repeated any more
        if time.monotonic() >= until:
            self._finish(transaction, Message(transaction.request.method, status=408))
            return
        self._send(transaction.wire, self.server)
        limit = TRANSACTION_S if invite else T2
        transaction.interval = min(transaction.interval * 2, limit)
        self.later(transaction.interval, lambda: self._repeat_request(transaction, until))

    def _repeat_response(self, found: ServerTransaction, wire: bytes, until: float) -> None:
        def again() -> None:
            if found.acknowledged or found.wire != wire or time.monotonic() > until:
                return
            self._send(wire, self.server)
            found.interval = min(found.interval * 2, T2)
            self.later(found.interval, again)

        self.later(found.interval, again)

    def _finish(self, transaction: ClientTransaction, response: Message) -> None:
        transaction.final = response
        transaction.done.set()
        transaction.on_response(response)

    def _send(self, wire: bytes, address: tuple[str, int]) -> None:
        try:
            self._socket.sendto(wire, address)
        except OSError:
            pass  # the other side is gone; the transaction's timer tells the caller

    def _run(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._socket, selectors.EVENT_READ)
        while self._open:
            with self.lock:
                next_at = self._timers[0][0] if self._timers else time.monotonic() + 0.2
            wait = min(0.2, max(0.0, next_at - time.monotonic()))
            for _ in selector.select(wait):
                self._read()
            self._run_timers()
        selector.close()

    def _run_timers(self) -> None:
        while True:
            with self.lock:
                if not self._timers or self._timers[0][0] > time.monotonic() or not self._open:
                    return
                _, _, action = heapq.heappop(self._timers)
                action()

    def _read(self) -> None:
        try:
            data, _ = self._socket.recvfrom(65535)
        except OSError:
            return
        message = parse(data)
        if message is None:
            return
        with self.lock:
            if not self._open:
                return
            if message.status:
                self._on_response(message)
            else:
                self._on_request(message)

    def _on_response(self, response: Message) -> None:
        transaction = self._clients.get((response.branch, response.method))
        if transaction is None:
            return
        invite = response.method == "INVITE"
        if response.status < 200:
            transaction.answered = True
            transaction.on_response(response)
            return
        if invite and response.status >= 300:
            self._acknowledge_failure(transaction, response)
        if transaction.done.is_set():
            # A repeated 2xx means that our ACK was lost: the call answers it again.
            if invite and response.status < 300:
                transaction.on_response(response)
            return
        self._finish(transaction, response)

    def _acknowledge_failure(self, transaction: ClientTransaction, response: Message) -> None:
        asked = transaction.request
        headers = [("via", asked.get("via")), ("max-forwards", "70"), ("from", asked.get("from"))]
        headers += [("to", response.get("to")), ("call-id", asked.get("call-id"))]
        headers.append(("cseq", f"{asked.cseq} ACK"))
        wire = Message("ACK", asked.uri, headers=tuple(headers)).encode()
        self._send(wire, self.server)

    def _on_request(self, request: Message) -> None:
        key = _server_key(request)
        found = self._servers.get(key)
        if request.method == "ACK":
            for known, transaction in self._servers.items():
                if known[1] == "INVITE" and known[0] in (request.branch, _ack_key(request)):
                    transaction.acknowledged = True
            self.on_request(request)
            return
        if found is not None:
            if found.wire:
                self._send(found.wire, self.server)
            return
        self._servers[key] = ServerTransaction()
        if request.method == "INVITE":
            self._servers[(_ack_key(request), "INVITE")] = self._servers[key]
        self.on_request(request)


def _server_key(request: Message) -> tuple[str, str]:
    return request.branch, request.method


def _ack_key(request: Message) -> str:
    """An ACK of a 2xx has a new branch: it is matched by call and sequence number."""
    return f"{request.get('call-id')}/{request.cseq}"


def _reply_address(response: Message) -> tuple[str, int]:
    via = response.get("via")
    sent_by = re.search(r"UDP ([^:;\s]+)(?::(\d+))?", via)
    rport = re.search(r"rport=(\d+)", via)
    host = sent_by.group(1) if sent_by else "127.0.0.1"
    port = int(rport.group(1)) if rport else int((sent_by and sent_by.group(2)) or 5060)
    return host, port
