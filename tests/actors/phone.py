"""A SIP telephone: registers, calls, is called. Scripted by its `policy`."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from tests.actors.call import Call
from tests.actors.g711 import PCMU
from tests.actors.sip_message import (
    Dialog,
    Message,
    digest_answer,
    md5,
    new_tag,
    response_to,
    uri_in,
)
from tests.actors.sip_transactions import ClientTransaction, Endpoint


@dataclass(frozen=True)
class Policy:
    """What the phone does with a call: ring, and after `after` seconds answer or send `status`.

    `status` 200 answers, 486 is busy, 603 declines, 0 rings for ever. `mute` sends not even 180.
    """

    status: int = 200
    after: float = 0.0
    mute: bool = False


ANSWER, RING, BUSY, DECLINE = Policy(), Policy(0), Policy(486), Policy(603)


class SipPhone:
    """One user agent on loopback UDP; several calls at once. `close()` makes it vanish."""

    def __init__(
        self,
        user: str,
        server: tuple[str, int],
        *,
        domain: str = "127.0.0.1",
        password: str = "",
        ha1: str = "",
        tone_hz: int = 0,
        policy: Policy = RING,
        codec: int = PCMU,
        address: str = "127.0.0.1",
        headers: tuple[tuple[str, str], ...] = (),
        port: int = 0,
        auto_answer_header: str = "",
    ) -> None:
        self.auto_answer_header = auto_answer_header.lower()
        self.user, self.server, self.domain = user, server, domain
        self.ha1 = ha1 or (md5(user, domain, password) if password else "")
        self.tone_hz, self.policy, self.codec = tone_hz, policy, codec
        self.name, self.headers = user, headers  # sent with every REGISTER and INVITE
        self.calls: list[Call] = []
        self._tags: dict[str, str] = {}
        self._invites: dict[int, ClientTransaction] = {}
        self._registration: tuple[str, int] = (f"reg-{secrets.token_hex(8)}", 0)
        self.endpoint = Endpoint(server, self._on_request, address, port)

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@{self.endpoint.host}:{self.endpoint.port}>"

    @property
    def call(self) -> Call:
        """The newest call."""
        if not self.calls:
            raise AssertionError(f"{self.name} has no call")
        return self.calls[-1]

    def close(self) -> None:
        """Vanish: no BYE, no un-REGISTER, as a phone whose plug was pulled."""
        self.endpoint.close()
        for call in self.calls:
            call.rtp.close()

    def register(self, expires: int = 600, timeout: float = 5) -> int:
        """The final status: 200 registered, 403 refused, 408 nobody answered."""
        call_id, cseq = self._registration
        uri = f"sip:{self.domain}"
        me = f"<sip:{self.user}@{self.domain}>"
        answer: list[tuple[str, str]] = []
        for _ in range(2):
            cseq += 1
            self._registration = (call_id, cseq)
            headers = [("from", f"{me};tag={new_tag()}"), ("to", me), ("call-id", call_id)]
            headers += [("cseq", f"{cseq} REGISTER"), ("contact", self.contact)]
            headers += [("expires", str(expires)), *self.headers, *answer]
            transaction = self.endpoint.request("REGISTER", uri, headers)
            if not transaction.done.wait(timeout) or transaction.final is None:
                return 408
            final = transaction.final
            if final.status != 401 or answer:
                return final.status
            digest = digest_answer(
                final.get("www-authenticate"),
                method="REGISTER",
                uri=uri,
                user=self.user,
                ha1=self.ha1,
            )
            answer = [("authorization", digest)]
        return 401

    def dial(
        self,
        number: str,
        *,
        from_user: str | None = None,
        display: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Call:
        """Send INVITE and return at once. `from_user` and `display` go out as they are given."""
        call = Call(self, inbound=False, codec=self.codec)
        uri = f"sip:{number}@{self.server[0]}:{self.server[1]}"
        who = self.user if from_user is None else from_user
        address = f"<sip:{who}@{self.domain}>" if who else f"<sip:{self.domain}>"
        local = f"{display} {address};tag={new_tag()}".strip()
        call.dialog = Dialog(f"call-{secrets.token_hex(8)}", local, f"<{uri}>", uri, cseq=0)
        self.calls.append(call)
        self._invite(call, list(headers))
        return call

    def cancel(self, call: Call) -> None:
        """Give up a call that is not answered; before any answer came there is nothing to cancel
        yet (RFC 3261 9.1), so it waits for the first one."""
        if not call.provisional:
            self.endpoint.later(0.05, lambda: self.cancel(call))
        elif call.state == "calling":
            self.endpoint.cancel(self._invites[id(call)])

    def wait_for_call(self, within: float = 5.0) -> Call:
        """The call that rings now or will ring; AssertionError when none comes."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            for call in reversed(self.calls):
                if call.inbound and call.state == "ringing":
                    return call
            time.sleep(0.01)
        raise AssertionError(f"{self.name} did not ring within {within} s")

    def tag_of(self, request: Message) -> str:
        return self._tags.setdefault(request.get("call-id"), new_tag())

    def _invite(self, call: Call, extra: list[tuple[str, str]]) -> None:
        assert call.dialog is not None
        dialog = call.dialog
        dialog.cseq += 1
        headers = [("from", dialog.local), ("to", dialog.remote), ("call-id", dialog.call_id)]
        headers += [("cseq", f"{dialog.cseq} INVITE"), ("contact", self.contact)]
        headers += [("content-type", "application/sdp"), *self.headers, *extra]

        def on_response(response: Message) -> None:
            self._on_invite_answer(call, response, extra)

        with self.endpoint.lock:
            self._invites[id(call)] = self.endpoint.request(
                "INVITE", dialog.target, headers, call.sdp(), on_response
            )

    def _on_invite_answer(
        self, call: Call, response: Message, extra: list[tuple[str, str]]
    ) -> None:
        if response.status < 200:
            call.provisional.append(response.status)
            if response.body:
                call.take_sdp(response.body)
                call.rtp.talking = True
            return
        if response.status < 300:
            call.on_answer(response)
            return
        challenged = response.status in (401, 407) and self.ha1
        if challenged and not any(name.endswith("authorization") for name, _ in extra):
            assert call.dialog is not None
            proxy = response.status == 407
            digest = digest_answer(
                response.get("proxy-authenticate" if proxy else "www-authenticate"),
                method="INVITE",
                uri=call.dialog.target,
                user=self.user,
                ha1=self.ha1,
            )
            name = "proxy-authorization" if proxy else "authorization"
            self._invite(call, [*extra, (name, digest)])
            return
        call.end("other" if response.status != 487 else "self", response.status)

    # -- requests from the other side, in the endpoint's thread

    def _on_request(self, request: Message) -> None:
        call = self._call_of(request)
        method = request.method
        if method == "ACK":
            return
        if method == "INVITE" and call is None:
            self._ring(request)
        elif method == "INVITE" and call is not None:
            call.on_reinvite(request)
        elif method == "BYE" and call is not None:
            call.on_bye(request)
        elif method == "CANCEL" and call is not None:
            self._answer(request, 200)
            if call.state == "ringing" and call.invite is not None:
                self._answer(call.invite, 487)
                call.end("other", 487, request.get("reason"))
        elif method in ("BYE", "CANCEL"):
            self._answer(request, 481)
        else:
            if method == "NOTIFY" and call is not None:
                call.refer_progress.append(request.body.strip())
            self._answer(request, 200)

    def policy_for(self, request: Message) -> Policy:
        """A phone of an agent takes the calls that the hotline says it shall take by itself."""
        asked = self.auto_answer_header and request.get(self.auto_answer_header)
        return ANSWER if asked else self.policy

    def _ring(self, request: Message) -> None:
        policy = self.policy_for(request)
        if policy.status == 486 and not policy.after:
            self._answer(request, 486)
            return
        call = Call(self, inbound=True, codec=self.codec)
        call.invite = request
        local = f"{request.get('to')};tag={self.tag_of(request)}"
        call.dialog = Dialog(
            request.get("call-id"), local, request.get("from"), uri_in(request.get("contact")), 100,
            list(request.all("record-route")),
        )  # fmt: skip
        call.take_sdp(request.body)
        self.calls.append(call)
        if not policy.mute:
            self._answer(request, 180)
        if policy.status == 200:
            self.endpoint.later(policy.after, lambda: _answer_if_ringing(call))
        elif policy.status:
            self.endpoint.later(policy.after, lambda: call.reject(policy.status))

    def _answer(self, request: Message, status: int) -> None:
        self.endpoint.respond(
            request,
            response_to(request, status, tag=self.tag_of(request), contact=self.contact),
        )

    def _call_of(self, request: Message) -> Call | None:
        call_id = request.get("call-id")
        for call in reversed(self.calls):
            if call.dialog is not None and call.dialog.call_id == call_id:
                return call
        return None


def _answer_if_ringing(call: Call) -> None:
    if call.state == "ringing":
        call.answer()
