"""What a channel is and how its events look. What it does is in session.py."""
from __future__ import annotations

import time
import uuid as uuids
from dataclasses import dataclass, field

from esl_controller.rehearsal.bus import HOSTNAME, Bus, now_us
from esl_controller.rehearsal.event import Value

STATES = (
    "CS_NEW", "CS_INIT", "CS_ROUTING", "CS_SOFT_EXECUTE", "CS_EXECUTE", "CS_EXCHANGE_MEDIA",
    "CS_PARK", "CS_CONSUME_MEDIA", "CS_HIBERNATE", "CS_RESET", "CS_HANGUP", "CS_REPORTING",
    "CS_DESTROY", "CS_NONE",
)
CALL_STATES = (
    "DOWN", "DIALING", "RINGING", "EARLY", "ACTIVE", "HELD", "RING_WAIT", "HANGUP", "UNHELD",
)
Q850 = {
    "NORMAL_CLEARING": 16, "USER_BUSY": 17, "NO_ANSWER": 19, "CALL_REJECTED": 21,
    "UNALLOCATED_NUMBER": 1, "NO_ROUTE_DESTINATION": 3, "DESTINATION_OUT_OF_ORDER": 27,
    "ORIGINATOR_CANCEL": 487, "NORMAL_TEMPORARY_FAILURE": 41, "SYSTEM_SHUTDOWN": 701,
}
# Events that carry no variables (CHANNEL_STATE and the like are frequent and small).
_TERSE = {"CHANNEL_STATE", "CHANNEL_CALLSTATE", "CHANNEL_OUTGOING", "DTMF", "CODEC"}
_CLOCKS = (
    "Channel-Created", "Channel-Answered", "Channel-Progress", "Channel-Progress-Media",
    "Channel-Hangup", "Channel-Transfer", "Channel-Resurrect", "Channel-Bridged",
)


@dataclass(frozen=True)
class Party:
    """Who calls whom, as the `Caller-*` headers say it."""

    number: str
    name: str
    destination: str
    context: str
    address: str = "127.0.0.1"


@dataclass(eq=False)
class Channel:
    """State, variables and times (µs since the epoch) of one leg."""

    bus: Bus
    name: str
    direction: str
    party: Party
    presence_id: str = ""
    uuid: str = field(default_factory=lambda: str(uuids.uuid4()))
    running: str = "CS_NEW"
    state: str = "CS_NEW"
    callstate: str = "DOWN"
    answer_state: str = "ringing"
    variables: dict[str, Value] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=dict)
    profile_index: int = 1
    other: Channel | None = None
    other_type: str = ""
    hangup_cause: str | None = None
    application: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        self.first_party = self.party
        now = now_us()
        self.clocks = {"Profile-Created": now, "Channel-Created": now}
        first = {"direction": self.direction, "uuid": self.uuid, "call_uuid": self.uuid}
        self.variables = {**first, **self.variables}

    @property
    def answered(self) -> bool:
        return self.clocks.get("Channel-Answered", 0) > 0

    def var(self, name: str, default: str = "") -> str:
        value = self.variables.get(name, default)
        return value if isinstance(value, str) else default

    def fire(
        self, event: str, extra: dict[str, Value] | None = None, *, subclass: str = ""
    ) -> None:
        """Send an event about this channel; `extra` follows its own headers."""
        if not self.bus.wanted(event, subclass):
            self.bus.sequence += 1
            return
        headers = self.headers(verbose=event not in _TERSE)
        self.bus.fire(event, {**headers, **(extra or {})}, subclass=subclass, owner=self.uuid)

    def enter(self, state: str) -> None:
        """Move to a CS_* state."""
        self.state = self.running = state
        self.fire("CHANNEL_STATE")

    def show(self, callstate: str) -> None:
        """Move to a call state such as RINGING."""
        before, self.callstate = self.callstate, callstate
        number = str(CALL_STATES.index(callstate))
        self.fire(
            "CHANNEL_CALLSTATE",
            {"Original-Channel-Call-State": before, "Channel-Call-State-Number": number},
        )

    def headers(self, *, verbose: bool) -> dict[str, Value]:
        """Channel and caller headers, then `variable_*` when `verbose`."""
        out: dict[str, Value] = {
            "Channel-State": self.running,
            "Channel-Call-State": self.callstate,
            "Channel-State-Number": str(STATES.index(self.state)),
            "Channel-Name": self.name,
            "Unique-ID": self.uuid,
            "Call-Direction": self.direction,
            "Presence-Call-Direction": self.direction,
            "Channel-HIT-Dialplan": "true" if self.direction == "inbound" else "false",
        }
        if self.presence_id:
            out["Channel-Presence-ID"] = self.presence_id
        out["Channel-Call-UUID"] = self.var("call_uuid", self.uuid)
        out["Answer-State"] = self.answer_state
        if self.hangup_cause:
            out["Hangup-Cause"] = self.hangup_cause
        if self.answered or self.direction == "inbound":
            for way in ("Read", "Write"):
                out[f"Channel-{way}-Codec-Name"] = "PCMU"
                out[f"Channel-{way}-Codec-Rate"] = "8000"
                out[f"Channel-{way}-Codec-Bit-Rate"] = "64000"
        out.update(self._profile("Caller"))
        if self.other:
            out["Other-Type"] = self.other_type
            out.update(self.other._profile("Other-Leg"))
        if verbose:
            out.update((f"variable_{name}", value) for name, value in self.variables.items())
        return out

    def _profile(self, prefix: str) -> dict[str, Value]:
        inbound = self.direction == "inbound"
        party = self.party
        out: dict[str, Value] = {f"{prefix}-Direction": self.direction}
        out[f"{prefix}-Logical-Direction"] = self.direction
        if inbound:
            out[f"{prefix}-Username"] = party.number
            out[f"{prefix}-Dialplan"] = "XML"
        out[f"{prefix}-Caller-ID-Name"] = party.name
        out[f"{prefix}-Caller-ID-Number"] = party.number
        out[f"{prefix}-Orig-Caller-ID-Name"] = party.name
        out[f"{prefix}-Orig-Caller-ID-Number"] = party.number
        if not inbound:
            out[f"{prefix}-Callee-ID-Name"] = "Outbound Call"
            out[f"{prefix}-Callee-ID-Number"] = self.first_party.destination
        if inbound or self.clocks.get("Channel-Progress"):
            out[f"{prefix}-Network-Addr"] = party.address
        out[f"{prefix}-ANI"] = party.number
        out[f"{prefix}-Destination-Number"] = party.destination
        out[f"{prefix}-Unique-ID"] = self.uuid
        out[f"{prefix}-Source"] = "mod_sofia" if inbound else "src/switch_ivr_originate.c"
        out[f"{prefix}-Context"] = party.context
        out[f"{prefix}-Channel-Name"] = self.name
        if prefix == "Caller":
            out["Caller-Profile-Index"] = str(self.profile_index)
        out[f"{prefix}-Profile-Created-Time"] = str(self.clocks["Profile-Created"])
        for clock in _CLOCKS:
            out[f"{prefix}-{clock}-Time"] = str(self.clocks.get(clock, 0))
        out[f"{prefix}-Channel-Last-Hold"] = "0"
        out[f"{prefix}-Channel-Hold-Accum"] = "0"
        out[f"{prefix}-Screen-Bit"] = "true"
        out[f"{prefix}-Privacy-Hide-Name"] = "false"
        out[f"{prefix}-Privacy-Hide-Number"] = "false"
        return out

    def meet(self, other: Channel, role: str) -> None:
        """Remember the partner; `role` is the partner's: originator or originatee."""
        self.other, self.other_type = other, role
        self.profile_index += 1
        self.clocks["Profile-Created"] = now_us()

    def report_times(self) -> None:
        """Set the call-record variables that CHANNEL_HANGUP_COMPLETE carries."""
        clock = self.clocks
        end = clock["Channel-Hangup"]
        marks = {
            "start": clock["Channel-Created"], "profile_start": clock["Profile-Created"],
            "answer": clock.get("Channel-Answered", 0), "bridge": clock.get("Channel-Bridged", 0),
            "progress": clock.get("Channel-Progress", 0), "end": end,
        }
        self.variables["hangup_cause"] = str(self.hangup_cause)
        self.variables["hangup_cause_q850"] = str(Q850.get(str(self.hangup_cause), 31))
        for name, mark in marks.items():
            if mark:
                stamp = time.localtime(mark // 1_000_000)
                self.variables[f"{name}_stamp"] = time.strftime("%Y-%m-%d %H:%M:%S", stamp)
        for name, mark in marks.items():
            self.variables[f"{name}_epoch"] = str(mark // 1_000_000)
            self.variables[f"{name}_uepoch"] = str(mark)
        start, answer = marks["start"], marks["answer"]
        spans = {
            "duration": end - start,
            "bill": end - answer if answer else 0,
            "progress": marks["progress"] - start if marks["progress"] else 0,
            "answer": answer - start if answer else 0,
            "wait": marks["bridge"] - start if marks["bridge"] else 0,
        }
        for name, span in spans.items():
            second, milli = (name, f"m{name}") if name == "duration" else (
                f"{name}sec", f"{name}msec")
            self.variables[second] = str(span // 1_000_000)
            self.variables[milli] = str(span // 1000)

    def row(self) -> dict[str, str]:
        """One row of `show channels`."""
        created = self.clocks["Channel-Created"] // 1_000_000
        party, first = self.party, self.first_party
        inbound = self.direction == "inbound"
        codec = "PCMU" if self.answered else ""
        return {
            "uuid": self.uuid,
            "direction": self.direction,
            "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
            "created_epoch": str(created),
            "name": self.name,
            "state": self.running,
            "cid_name": party.name,
            "cid_num": party.number,
            "ip_addr": party.address if inbound else "",
            "dest": party.destination,
            "application": self.application[0],
            "application_data": self.application[1],
            "dialplan": "XML" if inbound else "",
            "context": party.context,
            "read_codec": codec,
            "read_rate": "8000" if codec else "",
            "read_bit_rate": "64000" if codec else "",
            "write_codec": codec,
            "write_rate": "8000" if codec else "",
            "write_bit_rate": "64000" if codec else "",
            "secure": "",
            "hostname": HOSTNAME,
            "presence_id": self.presence_id,
            "presence_data": "",
            "accountcode": "",
            "callstate": self.callstate,
            "callee_name": "" if inbound and not self.other else "Outbound Call",
            "callee_num": self.other.party.destination if inbound and self.other else (
                "" if inbound else party.destination),
            "callee_direction": "SEND" if self.other else "",
            "call_uuid": self.var("call_uuid"),
            "sent_callee_name": "",
            "sent_callee_num": "",
            "initial_cid_name": first.name,
            "initial_cid_num": first.number,
            "initial_ip_addr": party.address if inbound else "",
            "initial_dest": first.destination,
            "initial_dialplan": "XML" if inbound else "",
            "initial_context": first.context,
        }
