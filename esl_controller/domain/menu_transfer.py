"""A caller in a menu asks for an agent or a number outside: pure functions (call, at, ...) -> Step.

The caller stays in the flow, hearing that somebody is called, until the switch has connected the
two. Whatever goes wrong before that gives the caller back to the flow, which has an exit for it.
"""

from __future__ import annotations

from esl_controller.domain import actions
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call, Talk
from esl_controller.domain.call_machine import OFFER_RESULTS, Step, talk_started
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Party, Target
from esl_controller.domain.party_commands import dial, party_called, party_gone

PURPOSE = "flow"
#: The ways out of a menu that reached nobody.
EXITS = frozenset({"busy", "no_answer", "unreachable"})


def hindrance(agent: Agent | None) -> str:
    """Why an agent cannot be called from a menu now; '' for one who is ready."""
    if agent is None or agent.presence != "signed_in" or agent.phone == "unregistered":
        return "unreachable"
    return "" if agent.state == "ready" and agent.phone == "idle" else "busy"


def way_out(cause: str) -> str:
    """busy, no_answer or unreachable: the exit of the flow for a hang-up cause."""
    result = OFFER_RESULTS.get(cause, "unreachable")
    return {"rejected": "busy"}.get(result, result if result in EXITS else "unreachable")


def called(call: Call) -> Party | None:
    """Whom the menu has called for this caller, while nobody is connected yet."""
    return call.party if call.state == "connecting" else None


def reach(call: Call, at: int, target: Target, leg: str, ring_s: int) -> Step:
    party = Party(leg, target, PURPOSE, "dialling", at)
    now = replace(call, state="connecting", party=party, ring_s=ring_s, may_bridge=False)
    return Step(now, (party_called(call, party, at, None),), (dial(call, party, ring_s),))


def answered(call: Call, at: int) -> Step:
    """The other side has picked up; nobody talks before the switch has connected the two."""
    party = called(call)
    if party is None or party.state == "up":
        return Step(call)
    return _bridge(replace(call, party=replace(party, state="up", up_at=at)))


def ready(call: Call) -> Step:
    """The flow has said its last word to the leg; somebody may have picked up before that."""
    return _bridge(replace(call, may_bridge=True)) if called(call) else Step(call)


def _bridge(call: Call) -> Step:
    party = called(call)
    if party is None or party.state != "up" or not call.may_bridge:
        return Step(call)
    return Step(call, actions=(actions.Bridge(call.uuid, party.leg),))


def connected(call: Call, at: int) -> Step:
    """They hear each other: a talk with an agent, or the caller is with somebody outside."""
    party = called(call)
    if party is None or party.state != "up":
        return Step(call)
    left = party_gone(call, party, at, "transferred")
    if party.target.kind != "agent":
        outside = replace(left.call, state="outside", members=(party,), reached_outside=True)
        return Step(outside, left.facts)
    seq = call.segment_count + 1
    talk = Talk(seq, party.target.value, "", party.leg, at)
    told = talk_started(call, talk, None)
    now = replace(left.call, state="talking", talks=(*call.talks, talk), segment_count=seq)
    return Step(now, (*left.facts, told))


def given_up(call: Call, at: int, result: str) -> Step:
    """Nobody was reached: the leg is let go, the caller is the flow's again."""
    party = called(call)
    if party is None:
        return Step(call)
    left = party_gone(call, party, at, result)
    let_go = (actions.HangUp(party.leg),)
    return Step(replace(left.call, state="in_flow"), left.facts, let_go)
