"""Full call control end to end: the real controller process on the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services import running_redis
from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.hotline import Hotline
from tests.unit.esl_controller.rehearsal.switch import Rehearsal
from tests.until import until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def hotline(switch: Rehearsal, esl: Connection) -> Iterator[Hotline]:
    with running_redis() as server:
        running = Hotline(switch, esl, server)
        yield running
        running.close()


def party_leg(hotline: Hotline, caller: str) -> str:
    return str(until(lambda: (hotline.call(caller).get("party") or {}).get("leg"), 10))


def end(hotline: Hotline, caller: str) -> None:
    hotline.esl.api(f"rehearsal caller {caller} hangup")
    hotline.nothing_left()


def test_a_consulted_agent_gets_the_caller_when_the_first_completes(hotline: Hotline) -> None:
    caller = hotline.talking()
    hotline.ready("1002")
    hotline.does("1001", "consult", kind="agent", value="1002")
    hotline.answers_as_guest("1002")
    hotline.call_is(caller, "consulting")
    leg = party_leg(hotline, caller)
    agent = until(lambda: hotline.partner(leg), 10, what="the consultation")
    assert agent != caller
    hotline.does("1001", "swap")
    hotline.call_is(caller, "swapped")
    until(lambda: hotline.partner(caller) == agent, 10, what="the caller back with the agent")
    hotline.does("1001", "swap")
    until(lambda: hotline.partner(leg) == agent, 10, what="the agent back with the third")
    hotline.does("1001", "complete_transfer")
    hotline.shows("1001", "wrap_up")
    hotline.shows("1002", "on_call", "serving")
    until(lambda: hotline.partner(caller) == leg, 10, what="the caller with the third")
    ended = hotline.facts("talk.ended")
    assert ended[0].body["transfer_kind"] == "attended"
    end(hotline, caller)
    hotline.shows("1002", "wrap_up")


def test_a_cancelled_consultation_gives_the_caller_back(hotline: Hotline) -> None:
    caller = hotline.talking()
    hotline.ready("1002")
    hotline.does("1001", "consult", kind="agent", value="1002")
    hotline.phone("1002", "answer")
    hotline.call_is(caller, "consulting")
    leg = party_leg(hotline, caller)
    agent = until(lambda: hotline.partner(leg), 10, what="the consultation")
    hotline.does("1001", "cancel_consult")
    hotline.call_is(caller, "talking")
    until(lambda: hotline.partner(caller) == agent, 10, what="the caller back with the agent")
    hotline.shows("1002", "ready")
    end(hotline, caller)


@pytest.mark.parametrize("number, code", [
    ("13800000486", "target_busy"), ("13800000404", "target_unreachable"),
    ("13800000603", "target_rejected"),
])
def test_a_transfer_to_somebody_outside_who_refuses_leaves_the_caller_with_the_agent(
    hotline: Hotline, number: str, code: str
) -> None:
    caller = hotline.talking()
    agent = hotline.partner(caller)
    hotline.does("1001", "transfer", kind="outside", value=number)
    hotline.refuses(code)
    hotline.call_is(caller, "talking")
    until(lambda: hotline.partner(caller) == agent, 10, what="the caller back with the agent")
    end(hotline, caller)


def test_a_blind_transfer_outside_and_one_to_a_queue(hotline: Hotline) -> None:
    caller = hotline.talking()
    hotline.does("1001", "transfer", kind="queue", value="billing")
    hotline.shows("1001", "wrap_up")
    hotline.esl.info("member-queue-start", **{"CC-Queue": "billing@default"})
    hotline.ready("1002")
    hotline.shows("1002", "offered")
    hotline.does("1002", "answer")
    hotline.call_is(caller, "talking")
    hotline.does("1002", "transfer", kind="outside", value="13800000001")
    hotline.call_is(caller, "outside")
    hotline.shows("1002", "wrap_up")
    until(lambda: hotline.partner(caller), 10, what="the caller with the party outside")
    end(hotline, caller)


def test_a_conference_goes_on_without_the_agent_who_began_it(hotline: Hotline) -> None:
    caller = hotline.talking()
    hotline.ready("1002")
    hotline.does("1001", "invite", kind="agent", value="1002")
    hotline.phone("1002", "answer")
    view = hotline.call_is(caller, "conference")
    room = f"c{view['contact_id'].lower()}"
    until(lambda: len(hotline.esl.api(f"conference {room} list").splitlines()) == 3, 10,
          what="three in the room")
    hotline.does("1001", "hang_up")
    hotline.shows("1001", "wrap_up")
    hotline.shows("1002", "on_call", "serving")
    end(hotline, caller)


def test_a_consultation_becomes_a_conference_and_a_dropped_party_ends_it(
    hotline: Hotline
) -> None:
    caller = hotline.talking()
    hotline.does("1001", "consult", kind="outside", value="13800000001")
    hotline.call_is(caller, "consulting")
    leg = party_leg(hotline, caller)
    hotline.does("1001", "merge")
    hotline.call_is(caller, "conference")
    hotline.does("1001", "drop_party", leg=leg)
    hotline.call_is(caller, "talking")
    until(lambda: hotline.partner(caller), 10, what="the two talking again")
    end(hotline, caller)


def test_a_supervisor_listens_whispers_and_takes_the_call_over(hotline: Hotline) -> None:
    caller = hotline.talking()
    hotline.does("2001", "sign_in", device="tests")
    until(lambda: hotline.agent("2001").get("phone") == "idle", 10, what="a phone")
    hotline.does("2001", "monitor", target="1001")
    until(lambda: hotline.facts("monitor.started"), 10, what="listening")
    hotline.does("2001", "whisper", target="1001")
    until(lambda: hotline.esl.find("DTMF", **{"DTMF-Digit": "2"}), 10, what="the key 2")
    hotline.does("2001", "take_over", target="1001")
    hotline.shows("1001", "wrap_up")
    hotline.shows("2001", "on_call", "serving")
    leg = hotline.facts("monitor.started")[0].body["leg"]
    until(lambda: hotline.partner(caller) == leg, 10, what="the caller with the supervisor")
    end(hotline, caller)


def test_an_agent_calls_a_number_outside(hotline: Hotline) -> None:
    hotline.ready("1001")
    hotline.does("1001", "dial", kind="outside", value="13800000001")
    hotline.shows("1001", "on_call")
    until(lambda: hotline.facts("talk.started"), 10, what="the talk")
    hotline.does("1001", "hang_up")
    hotline.nothing_left()


def test_a_number_that_is_busy_is_told_to_the_agent_who_dialled_it(hotline: Hotline) -> None:
    hotline.ready("1001")
    hotline.does("1001", "dial", kind="outside", value="13800000486")
    hotline.refuses("dial_busy")
    hotline.nothing_left()
    hotline.shows("1001", "ready")
