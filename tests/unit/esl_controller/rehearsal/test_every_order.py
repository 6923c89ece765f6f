"""Every act of a supervisor in every state of a call: done, or refused; nobody is ever stuck."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from esl_controller.contract import keys
from esl_controller.service.supervisor_handlers import SUPERVISOR_COMMANDS
from tests.unit.esl_controller.rehearsal.hotline import Hotline
from tests.unit.esl_controller.rehearsal.states import (
    STATES,
    Standing,
    clean,
    everybody_goes,
)
from tests.until import until

pytestmark = pytest.mark.timeout(180)

CHAIR = "2001"
#: The fact that says an act was done; what changes the mode of one who listens tells another one.
DONE = {
    "monitor": ("monitor.started", "monitor.mode_changed"),
    "whisper": ("monitor.started", "monitor.mode_changed"),
    "barge_in": ("monitor.started", "monitor.mode_changed"),
    "stop_monitor": ("monitor.ended",),
    "take_over": ("monitor.ended",),
    "forced_release": ("call.forced_release",),
    "answer_help": ("help.answered",),
}
#: States with somebody to listen to; in the others each act is tried by who does not listen.
TALKS = (
    "connected", "talking", "held", "inviting", "transferring", "consult_dialling", "consulting",
    "swapped", "conference", "outgoing", "internal",
)  # fmt: skip
CALLS = ("offered", "connecting", *TALKS, "dialling", "outside", "wrap_up")
#: What moves legs: only these can cross with another press or with the caller's leaving.
MOVES_LEGS = ("stop_monitor", "take_over", "forced_release")
#: One after the other, as a board allows it: into each mode from each other one.
SWITCHING = ("whisper", "barge_in", "monitor", "barge_in", "whisper", "monitor")


def test_the_table_knows_every_act() -> None:
    assert set(DONE) == SUPERVISOR_COMMANDS


@pytest.mark.parametrize("state", CALLS)
def test_given_a_supervisor_who_does_not_listen_then_each_act_is_done_or_refused(
    hotline: Hotline, state: str
) -> None:
    for action in sorted(DONE):
        _try(hotline, state, [action], "once", listens=False)


@pytest.mark.parametrize("state", CALLS)
def test_given_a_second_press_then_it_is_done_or_refused(hotline: Hotline, state: str) -> None:
    for action in ("monitor", *MOVES_LEGS):
        _try(hotline, state, [action], "twice", listens=False)


@pytest.mark.parametrize("how", ["once", "twice", "as somebody leaves", "then somebody leaves"])
@pytest.mark.parametrize("state", TALKS)
def test_given_a_supervisor_who_listens_then_what_moves_legs_is_done_or_refused(
    hotline: Hotline, state: str, how: str
) -> None:
    for action in MOVES_LEGS:
        _try(hotline, state, [action], how, listens=True)


@pytest.mark.parametrize("state", TALKS)
def test_given_a_supervisor_who_listens_then_every_mode_follows_every_other(
    hotline: Hotline, state: str
) -> None:
    _try(hotline, state, SWITCHING, "once", listens=True)
    modes = [fact.body["mode"] for fact in hotline.facts("monitor.mode_changed")]
    assert modes == list(SWITCHING)


def _try(
    hotline: Hotline, state: str, actions: Sequence[str], how: str, listens: bool
) -> None:
    """These acts, one after the other, on a call of their own."""
    clean(hotline)
    standing = STATES[state](hotline)
    hotline.ready(CHAIR)
    try:
        if listens:
            _sent(hotline, "monitor", "once", standing)
            assert hotline.facts("monitor.started"), "nobody listens"
        for action in actions:
            _sent(hotline, action, how, standing)
        everybody_goes(hotline, standing)
    except AssertionError as error:
        when = "listening" if listens else "not listening"
        raise AssertionError(f"{actions} {how}, {when}, while {state}: {error}") from error


def _sent(hotline: Hotline, action: str, how: str, standing: Standing) -> None:
    """Send an act and wait until it was refused, or a fact says that it was done."""
    before = _told(hotline, action)
    person = f"caller {standing.caller}" if standing.caller else "phone 1001"
    leaves = f"rehearsal {person} hangup"
    if how == "as somebody leaves":
        hotline.esl.api(leaves)
    shown = hotline.agent("1001").get("contact_id")
    body = {"target": "1001", "contact_id": shown, "reply": ""}
    ids = [hotline.does(CHAIR, action, **body) for _ in range(2 if how == "twice" else 1)]
    if how == "then somebody leaves":
        hotline.esl.api(leaves)

    def unanswered() -> set[str]:
        refused = {fact.body["command_id"] for fact in hotline.facts("command.refused")}
        return set() if _told(hotline, action) > before else set(ids) - refused

    def gone() -> bool:
        return how.endswith("leaves") and not hotline.redis.hlen(keys.LIVE_CALLS)

    until(lambda: not unanswered() or gone(), 10, what=f"{action} is done or refused")


def _told(hotline: Hotline, action: str) -> int:
    return sum(len(hotline.facts(type_)) for type_ in DONE[action])
