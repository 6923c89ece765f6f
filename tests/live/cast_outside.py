"""The party outside whom the hotline calls, with the same words on both switches."""

from __future__ import annotations

from tests.actors.phone import RING, Policy, SipPhone
from tests.actors.sip_message import Message
from tests.live.cast import SipPerson
from tests.live.cast_rehearsal import RehearsalEars
from tests.live.site import NUMBER
from tests.live.stack import Stack
from tests.until import until


class SipCarrier(SipPhone):
    """Everybody outside, behind one carrier. The last three digits of the number that is called
    say what that party does, as on the stand-in: 486 busy, 603 declines, 403 the carrier bars it,
    404 is no number, 480 never answers; anybody else answers after a moment."""

    def policy_for(self, request: Message) -> Policy:
        status = request.uri.partition("@")[0][-3:]
        if status == "480":
            return RING
        refused = status in ("486", "603", "403", "404")
        return Policy(int(status)) if refused else Policy(after=0.5)

    def leaves(self) -> None:
        for call in self.calls:
            call.hang_up()
        self.close()


class SipOutside(SipPerson):
    """The party outside that the hotline called last."""

    def __init__(self, carrier: SipCarrier, trunk: tuple[str, int]) -> None:
        self.phone, self.tone_hz, self._trunk = carrier, carrier.tone_hz, trunk

    def answers(self, within: float = 8) -> None:
        until(lambda: self.phone.calls, within, what="the carrier is called")
        assert self.phone.call.wait_for("up", within), "the party outside did not answer"

    def was_called(self, number: str, shown: str = NUMBER) -> None:
        """This number was dialled, over the trunk, and shows who calls."""
        invite = self.phone.call.invite
        assert invite is not None
        dialled, caller = invite.uri, invite.get("from")
        assert dialled.startswith(f"sip:{number}@127.0.0.1:{self.phone.endpoint.port}"), dialled
        assert f"sip:{shown}@" in caller, caller
        assert f":{self._trunk[1]}" in invite.get("contact"), invite.get("contact")

    def hangs_up(self) -> None:
        self.phone.call.hang_up()

    def is_over(self, within: float = 5) -> None:
        assert self.phone.call.wait_for("ended", within), "the party outside still has a call"


class RehearsalOutside(RehearsalEars):
    """The party outside with this number."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.uuid, self._row = "", dict[str, str]()

    def answers(self, within: float = 8) -> None:
        def answered() -> dict[str, str] | None:
            rows = [row for row in self._stack.channel_rows() if _is_outside(row)]
            return rows[-1] if rows and rows[-1]["callstate"] == "ACTIVE" else None

        self._row = until(answered, within, what="the party outside answers")
        self.uuid = self._row["uuid"]

    def was_called(self, number: str, shown: str = NUMBER) -> None:
        assert self._row["name"] == f"sofia/trunk/{number}@carrier.rehearsal", self._row["name"]
        assert self._row["cid_num"] == shown, self._row["cid_num"]

    def hangs_up(self) -> None:
        self._stack.api(f"rehearsal caller {self.uuid} hangup")

    def is_over(self, within: float = 5) -> None:
        uuids = lambda: [row["uuid"] for row in self._stack.channel_rows()]  # noqa: E731
        until(lambda: self.uuid not in uuids(), within, what="the party outside is gone")


def _is_outside(row: dict[str, str]) -> bool:
    return row["direction"] == "outbound" and row["name"].startswith("sofia/trunk/")
