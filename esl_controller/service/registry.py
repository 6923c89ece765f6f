"""Live calls and agents by id: the only mutable state of the controller, owned by the loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call
from esl_controller.domain.evolve import replace
from esl_controller.domain.ids import contact_id_of
from esl_controller.domain.snapshot import Snapshot

#: A closed call is kept this long for late events, then forgotten.
FORGET_AFTER_MS = 60_000
#: A closed call whose agent's leg never told its end is forgotten at last.
FORGET_AT_LAST_MS = 600_000


@dataclass(frozen=True)
class HungUp:
    """The end of a caller's channel, kept until the flow has told how far the caller came."""

    at: int
    cause: str
    by_remote: bool


@dataclass(frozen=True)
class Leg:
    """A channel that we know of, and whose it was when the call last had it: a party that has
    been let go is off the call before its channel ends."""

    contact_id: str
    role: str
    agent_no: str | None


class Registry:
    """`legs` are all the channels of `calls`, by UUID."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.calls: dict[str, Call] = {}
        self.legs: dict[str, Leg] = {}
        self.agents: dict[str, Agent] = {}
        self.agent_by_extension: dict[str, str] = {}
        self.registered: set[str] = set()
        self.phones_told: set[str] = set()  # extensions of which we heard since a picture was asked
        self.status_told: dict[str, str] = {}  # agent number -> the switch's last word
        self.flows_running: set[str] = set()  # contact ids; of this process's life only
        self.hung_up: dict[str, HungUp] = {}  # callers whose flow has not said its last word
        self.legs_told: set[str] = set()  # those of `legs` whose end was told; of this life only
        self.ended_unknown: dict[str, int] = {}  # ends of channels we knew nothing of, uuid -> ms
        self.asking: dict[str, Callable[[str], None]] = {}  # flows that wait for somebody

    def find_call(self, uuid: str) -> Call | None:
        """The call of a customer's channel or of an agent's leg."""
        leg = self.legs.get(uuid)
        return self.calls.get(leg.contact_id) if leg else None

    def find_member(self, member_uuid: str) -> Call | None:
        try:
            return self.calls.get(contact_id_of(member_uuid))
        except ValueError:
            return None

    def put_call(self, call: Call) -> None:
        self.calls[call.contact_id] = call
        for leg in call.legs:
            self.legs[leg] = Leg(call.contact_id, *call.owner_of(leg))

    def forget_old(self, now: int) -> list[str]:
        """Drop calls that ended and that no agent looks at; returns their contact ids."""
        self.ended_unknown = {
            uuid: at for uuid, at in self.ended_unknown.items() if now - at < FORGET_AFTER_MS
        }
        shown = {agent.contact_id for agent in self.agents.values()}
        gone = [
            call.contact_id
            for call in self.calls.values()
            if call.ended_at and call.contact_id not in shown and _is_over(call, now)
        ]
        for contact_id in gone:
            del self.calls[contact_id]
        if gone:
            self.legs = {u: leg for u, leg in self.legs.items() if leg.contact_id in self.calls}
            self.legs_told &= self.legs.keys()
        return gone

    def use(self, snapshot: Snapshot) -> None:
        """Take over a new snapshot; agents keep their live state. Who is no agent any more stays
        until signed out."""
        self.snapshot = snapshot
        agents = dict(self.agents)
        for config in snapshot.agents:
            fresh = Agent(
                config.agent_no, config.name, config.extension, config.media, config.wrap_up_s
            )
            known = self.agents.get(config.agent_no)
            if known:
                agents[config.agent_no] = replace(
                    known,
                    name=fresh.name,
                    extension=fresh.extension,
                    media=fresh.media,
                    wrap_up_s=fresh.wrap_up_s,
                )
            else:
                phone = "idle" if fresh.extension in self.registered else fresh.phone
                agents[config.agent_no] = replace(fresh, phone=phone)
        self.agents = agents
        self.agent_by_extension = {a.extension: a.agent_no for a in snapshot.agents}

    def queues_of(self, agent_no: str) -> set[str]:
        if self.snapshot is None:
            return set()
        return {
            queue.code
            for queue in self.snapshot.queues
            if any(member.agent_no == agent_no for member in queue.members)
        }


def _is_over(call: Call, now: int) -> bool:
    assert call.ended_at is not None
    age = now - call.ended_at
    complete = not call.talks or call.talks[-1].leg_closed
    recorded = all(recording.state == "stopped" for recording in call.recordings)
    return age > (FORGET_AFTER_MS if complete and recorded else FORGET_AT_LAST_MS)
