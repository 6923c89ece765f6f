from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.service import views
from tests.unit.esl_controller.service.hotline import AGENT_LEG, MEMBER, T0, Hotline


def hung_up(at: int, uuid: str, by_remote: bool = True) -> sw.ChannelHungUp:
    return sw.ChannelHungUp(
        at, uuid, "NORMAL_CLEARING", "200", by_remote, T0, 0, T0, "PCMU", "138", "96001", "callers"
    )


def test_it_shows_the_call_to_the_agent_with_the_offer_itself():
    hotline = Hotline().ready().rung()
    view = views.desk(hotline.registry, hotline.agent(), T0 + 2_000)
    assert view["agent"]["state"] == "offered"
    assert view["call"]["caller_masked"] == "138 **** 0021"
    assert view["call"]["allowed"] == ["reject"], "a real phone is answered on the phone"
    assert "13812340021" not in str(view)


def test_it_brings_a_whole_call_to_wrap_up_and_back_to_ready():
    hotline = Hotline().talked()
    assert hotline.agent().state == "on_call"
    hotline.event(
        sw.AgentTalkEnded(T0 + 60_000, "1001", "general", MEMBER),
        hung_up(T0 + 60_010, AGENT_LEG),
        sw.QueueLeft(T0 + 60_020, MEMBER, "general", "Terminated", "", True),
        hung_up(T0 + 60_100, MEMBER, by_remote=False),
    )
    assert hotline.agent().state == "wrap_up"
    assert hotline.agent().wrap_up_until == T0 + 60_000 + 30_000, "the queue's own wrap-up time"
    view = views.desk(hotline.registry, hotline.agent(), T0 + 61_000)
    assert view["call"]["state"] == "wrapping"
    hotline.command("finish_wrap_up", at=T0 + 70_000)
    assert hotline.agent().state == "ready"
    assert [fact.type for fact in hotline.told()].count("contact.ended") == 1
    assert [fact.body["role"] for fact in hotline.told("leg.ended")] == ["agent", "customer"]


def test_it_forgets_a_call_only_after_its_agent_has_wrapped_up():
    hotline = Hotline().talked()
    hotline.event(
        sw.AgentTalkEnded(T0 + 60_000, "1001", "general", MEMBER),
        hung_up(T0 + 60_010, AGENT_LEG),
        hung_up(T0 + 60_100, MEMBER),
    )
    hotline.tick(T0 + 61_000, {"1001": T0 + 61_000})
    assert hotline.call() is not None
    hotline.tick(T0 + 800_000, {"1001": T0 + 800_000})
    assert hotline.agent().state == "ready"
    hotline.tick(T0 + 801_000, {"1001": T0 + 801_000})
    assert hotline.call() is None
    assert hotline.registry.legs == {}


@pytest.mark.parametrize(
    "caller",
    ["", "anonymous", "+8613812340021", "0" * 30, 'x"\n', "%0AUnique-ID: x", "📞", "<b>", "' OR 1"],
)
def test_it_takes_a_call_from_any_caller_id(caller):
    hotline = Hotline()
    hotline.event(sw.ChannelCreated(T0, MEMBER, True, "callers", caller, "96001", "trunk"))
    [started] = hotline.told("contact.started")
    assert "\n" not in started.body["caller_number"]
    assert hotline.call().state == "in_flow"


def test_it_leaves_calls_of_other_contexts_alone():
    hotline = Hotline()
    hotline.event(sw.ChannelCreated(T0, MEMBER, True, "agents", "1001", "110", "agents"))
    assert hotline.call() is None


def test_given_the_caller_hangs_up_while_the_agent_rings_then_the_agent_is_ready_again():
    hotline = Hotline().ready().rung()
    hotline.event(
        sw.QueueLeft(T0 + 9_000, MEMBER, "general", "Cancel", "BREAK_OUT", True),
        sw.AgentOfferFailed(T0 + 9_001, "1001", "general", MEMBER, "ORIGINATOR_CANCEL"),
        hung_up(T0 + 9_010, MEMBER),
    )
    assert hotline.agent().state == "ready"
    assert hotline.agent().missed["result"] == "caller_left"


def test_given_no_answer_then_the_agent_is_set_aside_and_the_caller_waits_on():
    hotline = Hotline().ready().rung()
    hotline.event(sw.AgentOfferFailed(T0 + 22_000, "1001", "general", MEMBER, "NO_ANSWER"))
    assert (hotline.agent().state, hotline.agent().reason) == ("not_ready", "no_answer")
    assert hotline.call().state == "waiting"
    assert actions.SetAgentStatus("1001", "On Break") in hotline.asked()


def test_it_closes_the_gate_again_when_the_switch_opens_it_by_itself():
    hotline = Hotline().talked()
    hotline.event(sw.AgentStatusChanged(T0 + 7_000, "1001", "Available"))
    assert hotline.asked()[-1] == actions.SetAgentStatus("1001", "On Break")


def test_it_counts_who_waits_and_since_when():
    hotline = Hotline().ready().rung()
    view = views.queue(hotline.registry, "general", T0 + 3_000)
    assert (view["waiting"], view["longest_since"], view["ringing"]) == (1, T0 + 1_000, 1)
    hotline.event(sw.AgentAnswered(T0 + 6_000, "1001", "general", MEMBER, AGENT_LEG))
    view = views.queue(hotline.registry, "general", T0 + 6_000)
    assert (view["waiting"], view["longest_since"], view["talking"]) == (0, None, 1)


def test_it_drops_nothing_of_a_queue_call_whose_beginning_it_never_saw():
    hotline = Hotline().ready()
    hotline.event(sw.AgentOffered(T0 + 2_000, "1001", "general", MEMBER))
    assert hotline.told("contact.started")
