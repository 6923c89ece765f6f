"""What must be true of the controller's picture whenever nothing is on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from esl_controller.domain.call import Call
from esl_controller.service.registry import Registry
from tests.unit.esl_controller.service.model_switch import ModelSwitch

SERVED = ("talking", "held", "consulting", "swapped", "conference", "transferring",
          "consult_dialling", "orphaned")  # fmt: skip


def broken_rules(registry: Registry, switch: ModelSwitch, facts: list[Any]) -> list[str]:
    return [
        *_agents(registry, switch),
        *_calls(registry, switch),
        *_channels(registry, switch),
        *_told(facts),
        *_segments(registry, facts),
    ]


def leftovers(registry: Registry, switch: ModelSwitch, facts: list[Any]) -> list[str]:
    """After everybody has gone home and all wrap-ups are over."""
    found = broken_rules(registry, switch, facts)
    found += [f"channel {c}" for c in switch.channels.values()]
    found += [f"call {c.contact_id} is {c.state}" for c in registry.calls.values()
              if not c.ended_at]  # fmt: skip
    found += [f"{a.agent_no} is {a.work} {a.contact_id}" for a in registry.agents.values()
              if a.work not in ("ready", "not_ready") or a.contact_id]  # fmt: skip
    return found + [f"{key} {n[0]} begun, {n[1]} ended" for key, n in _pairs(facts).items()
                    if n != (1, 1)]  # fmt: skip


def _agents(registry: Registry, switch: ModelSwitch) -> Iterator[str]:
    for agent in registry.agents.values():
        name = f"{agent.agent_no} {agent.state}/{agent.role}"
        call = registry.calls.get(agent.contact_id or "")
        legs = [c for c in switch.channels.values()
                if c.kind == "agent" and c.who == agent.agent_no]  # fmt: skip
        bound = agent.work in ("on_call", "offered")
        if bound and (call is None or call.ended_at):
            yield f"{name} is bound to a call that is over: {call}"
        elif agent.work == "on_call" and call and not _has_a_part(call, agent.agent_no):
            yield f"{name} has no part in {call.state} {call}"
        elif bound and not legs and call and call.state not in ("orphaned", "dialling"):
            yield f"{name} without a leg, in {call}"
        elif any(leg.doing != "offered" for leg in legs) and not bound:
            yield f"{name} has {legs}"
        if agent.work in ("ready", "not_ready") and agent.contact_id:
            yield f"{name} still names {agent.contact_id}"
        wanted = "Available" if agent.state in ("ready", "offered") else "not"
        on_switch = switch.status.get(agent.agent_no, "Logged Out")
        if (on_switch == "Available") != (wanted == "Available"):
            yield f"{name} but the gate is {on_switch}"


def _has_a_part(call: Call, agent_no: str) -> bool:
    guest = call.dialled and (call.dialled.kind, call.dialled.value) == ("agent", agent_no)
    serving = call.talk and call.talk.agent_no == agent_no
    return bool(serving or guest or call.find_guest(agent_no) or call.find_monitor(agent_no))


def _calls(registry: Registry, switch: ModelSwitch) -> Iterator[str]:
    for call in registry.calls.values():
        name = f"call {call.contact_id[-4:]} {call.state}"
        channel = switch.channels.get(call.uuid)
        if call.ended_at:
            if channel:
                yield f"{name} has ended, its channel has not"
            continue
        if channel is None and call.state != "dialling":
            yield f"{name} has no channel"
        if call.state == "offered" and not call.offer:
            yield f"{name} without an offer"
        if call.state in SERVED and not call.talk:
            yield f"{name} without a talk"
        if call.talk and call.state not in (*SERVED, "dialling"):
            yield f"{name} with a talk"
        if channel and call.state != "dialling":
            yield from _connections(call, channel, switch, name)


def _connections(call: Call, caller: Any, switch: ModelSwitch, name: str) -> Iterator[str]:
    """Who hears whom, by the call's state."""
    agent = call.talk.agent_leg if call.talk else ""
    doing, other = caller.doing, caller.other
    with_agent = (doing, other) == ("bridge", agent)
    right = {
        "in_flow": doing == "flow",
        "connecting": doing == "flow",
        "waiting": doing == "queue",
        "offered": doing == "queue",
        "talking": with_agent,
        "held": with_agent,
        "transferring": doing == "music",
        "consult_dialling": doing == "music",
        "consulting": doing in ("music", "park"),
        "swapped": with_agent,
        "conference": doing == "conference",
        "orphaned": doing == "orphan",
        "outside": doing in ("bridge", "conference"),
    }
    if not right.get(call.state, False):
        yield f"{name}: the caller is {doing} {other}, the agent's leg {agent}"
    partner = switch.channels.get(other)
    if call.state == "talking" and partner and (caller.after, partner.after) != ("talk", "hangup"):
        yield f"{name}: the end of one is not the end of the other: {caller}, {partner}"
    if call.state == "consulting" and call.party:
        party = switch.channels.get(call.party.leg)
        if party is None or (party.doing, party.other) != ("bridge", agent):
            yield f"{name}: the party is {party}"


def _channels(registry: Registry, switch: ModelSwitch) -> Iterator[str]:
    for channel in switch.channels.values():
        call = registry.find_call(channel.uuid)
        if call is None or call.ended_at or channel.uuid not in call.legs:
            yield f"nobody owns {channel}"


def _told(facts: list[Any]) -> Iterator[str]:
    for fact in facts:
        for name, value in fact.body.items():
            if name.endswith("_ms") and isinstance(value, (int, float)) and value < 0:
                yield f"{fact.type} {name} {value}"
        if fact.body.get("code") == "failed":
            yield f"{fact}"
    for key, (begun, ended) in _pairs(facts).items():
        if begun > 1 or ended > begun:
            yield f"{key}: {begun} begun, {ended} ended"


def _pairs(facts: list[Any]) -> dict[tuple[Any, ...], tuple[int, int]]:
    """How often each contact, talk, stay and offer was begun and ended."""
    begun: Counter[tuple[Any, ...]] = Counter()
    ended: Counter[tuple[Any, ...]] = Counter()
    names = {
        "contact.started": ("contact", begun), "contact.ended": ("contact", ended),
        "talk.started": ("talk", begun), "talk.ended": ("talk", ended),
        "queue.joined": ("stay", begun), "queue.left": ("stay", ended),
        "wrap_up.started": ("wrap-up", begun), "wrap_up.ended": ("wrap-up", ended),
        "monitor.started": ("listening", begun), "monitor.ended": ("listening", ended),
    }  # fmt: skip
    for fact in facts:
        if fact.type in names:
            what, counter = names[fact.type]
            number = fact.body.get("leg") if what == "listening" else fact.body.get("seq")
            counter[(what, fact.contact_id, number)] += 1
    return {key: (begun[key], ended[key]) for key in {*begun, *ended}}


def _segments(registry: Registry, facts: list[Any]) -> Iterator[str]:
    """Exactly the talks that go on are told as open."""
    pairs = _pairs(facts)
    for call in registry.calls.values():
        seqs = {key[2] for key, n in pairs.items()
                if key[:2] == ("talk", call.contact_id) and n == (1, 0)}  # fmt: skip
        going_on = {call.talk.seq} if call.talk and call.state != "dialling" else set()
        parties = (*((call.party,) if call.party else ()), *call.members)
        going_on |= {party.seq for party in parties if party.seq}
        if seqs != going_on:
            yield f"call {call.contact_id[-4:]} {call.state}: open {seqs}, going on {going_on}"
