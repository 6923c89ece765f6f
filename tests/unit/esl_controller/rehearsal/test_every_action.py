"""Every action in every state: done, or refused with a sentence; nobody is ever stuck."""

from __future__ import annotations

from typing import Any

import pytest

from esl_controller.domain.agent_commands import AGENT_COMMANDS
from esl_controller.service.command_handlers import OTHERS
from esl_controller.service.supervisor_handlers import SUPERVISOR_COMMANDS
from tests.unit.esl_controller.rehearsal.hotline import Hotline
from tests.unit.esl_controller.rehearsal.states import (
    IS_BUSY,
    NEVER_ANSWERS,
    STATES,
    TAKES_CALLS,
    Standing,
    clean,
    everybody_goes,
)
from tests.until import until

pytestmark = pytest.mark.timeout(180)

FORCED = frozenset({"force_ready", "force_not_ready", "force_sign_out"})
#: What a desk may send for itself. `rejoin` is asked by a page that was opened anew, unseen.
OWN = sorted({*AGENT_COMMANDS, *OTHERS} - FORCED - SUPERVISOR_COMMANDS - {"rejoin"})
REACHING = ("transfer", "consult", "invite", "dial")
TARGETS: tuple[dict[str, str], ...] = (
    {"kind": "agent", "value": "1003"},
    {"kind": "agent", "value": "1001"},
    {"kind": "agent", "value": "nobody"},
    {"kind": "queue", "value": "billing"},
    {"kind": "flow", "value": "short"},
    {"kind": "flow", "value": "nowhere"},
    {"kind": "outside", "value": TAKES_CALLS},
    {"kind": "outside", "value": IS_BUSY},
    {"kind": "outside", "value": NEVER_ANSWERS},
    {"kind": "outside", "value": "${system id},1|2"},
)
#: Where every target is tried; elsewhere somebody inside and somebody outside stand for them.
EVERY_TARGET = ("talking", "not_ready")
#: What moves legs: only these can cross with another press or with the caller's leaving.
MOVES_LEGS = frozenset(
    {"answer", "reject", "hang_up", "hold", "resume", *REACHING, "cancel_consult",
     "complete_transfer", "swap", "merge", "drop_party", "end_conference", "stop_monitor",
     "take_over"}
)  # fmt: skip
CROSSING = (
    "offered", "connecting", "talking", "held", "transferring", "consult_dialling", "consulting",
    "swapped", "conference", "dialling", "guest_ringing", "guest_up", "listening",
)  # fmt: skip


def allowed(hotline: Hotline, standing: Standing) -> list[str]:
    """The buttons that the desk shows now."""
    view = hotline.agent(standing.actor)
    return sorted({*view["allowed"], *((view.get("call") or {}).get("allowed") or ())})


def bodies(
    hotline: Hotline, standing: Standing, action: str, every_target: bool = False
) -> list[dict[str, Any]]:
    """With what an action is tried."""
    if action in REACHING:
        both = ("1003", TAKES_CALLS)
        return [one for one in TARGETS if every_target or one["value"] in both]
    call = hotline.agent(standing.actor).get("call") or {}
    members = [one["leg"] for one in (*(call.get("members") or ()), call.get("party") or ()) if one]
    leg = members[0] if members else "nobody"
    return [{"reason": "rest", "digits": "1", "leg": leg, "target": "1001", "device": "tests"}]


def answered(hotline: Hotline, ids: list[str]) -> None:
    """Wait until each of these commands was refused."""

    def missing() -> set[str]:
        return set(ids) - {one.body["command_id"] for one in hotline.facts("command.refused")}

    until(lambda: not missing(), 10, what="every command is refused")


def shown(hotline: Hotline, standing: Standing) -> tuple[Any, ...]:
    view = hotline.agent(standing.actor)
    call = view.get("call") or {}
    parts = ("state", "muted", "recording", "party", "members")
    return (view["state"], view["reason"], view["role"], *(call.get(name) for name in parts))


@pytest.mark.parametrize("state", STATES)
def test_it_refuses_whatever_the_desk_does_not_show(hotline: Hotline, state: str) -> None:
    standing = STATES[state](hotline)
    before, may = shown(hotline, standing), allowed(hotline, standing)
    for action in [name for name in OWN if name not in may]:
        body = bodies(hotline, standing, action)[0]
        sent = hotline.does(standing.actor, action, **body)
        told = lambda: [  # noqa: E731
            one.body for one in hotline.facts("command.refused") if one.body["command_id"] == sent
        ]
        refusal = until(told, 5, what=f"{action} is refused while {state}")[0]
        assert refusal["code"] and refusal["message"], f"{action} is refused without a word"
    assert shown(hotline, standing) == before
    everybody_goes(hotline, standing)


@pytest.mark.parametrize("state", STATES)
def test_it_does_what_the_desk_shows_and_nobody_is_stuck(hotline: Hotline, state: str) -> None:
    _try_all(hotline, state, "once")


@pytest.mark.parametrize("how", ["twice", "as the caller leaves", "then the caller leaves"])
@pytest.mark.parametrize("state", CROSSING)
def test_given_presses_that_cross_then_nobody_is_stuck(
    hotline: Hotline, state: str, how: str
) -> None:
    _try_all(hotline, state, how, MOVES_LEGS)


def _try_all(
    hotline: Hotline, state: str, how: str, only: frozenset[str] | None = None
) -> None:
    """Each action that the state allows, each on a call of its own."""
    standing = STATES[state](hotline)
    first = True
    for action in allowed(hotline, standing):
        if only is not None and action not in only:
            continue
        for body in bodies(hotline, standing, action, state in EVERY_TARGET and how == "once"):
            if not first:
                clean(hotline)
                standing = STATES[state](hotline)
                body = {**body, **_members_anew(hotline, standing, action)}
            first = False
            try:
                _act(hotline, standing, action, body, how)
                everybody_goes(hotline, standing)
            except AssertionError as error:
                raise AssertionError(f"{action} {body} {how} while {state}: {error}") from error


def _members_anew(hotline: Hotline, standing: Standing, action: str) -> dict[str, Any]:
    return {} if action in REACHING else bodies(hotline, standing, action)[0]


def _act(
    hotline: Hotline, standing: Standing, action: str, body: dict[str, Any], how: str
) -> None:
    leaves = f"rehearsal caller {standing.caller} hangup" if standing.caller else "status"
    if how == "as the caller leaves":
        hotline.esl.api(leaves)
    sent = hotline.does(standing.actor, action, **body)
    if how == "twice":
        sent = hotline.does(standing.actor, action, **body)
    if how == "then the caller leaves":
        hotline.esl.api(leaves)
    _carried(hotline, standing, sent)


def _carried(hotline: Hotline, standing: Standing, sent: str) -> None:
    """Wait until a command that follows is refused: those before it were looked at, in order."""
    last = hotline.does(standing.actor, "no_such_action")
    answered(hotline, [last])
    assert sent != last


@pytest.mark.parametrize("state", STATES)
def test_whatever_an_agent_is_ordered_to_be_nobody_is_stuck(hotline: Hotline, state: str) -> None:
    for order in sorted(FORCED):
        standing = STATES[state](hotline)
        try:
            sent = hotline.does(standing.actor, order, reason="forced")
            _carried(hotline, standing, sent)
            everybody_goes(hotline, standing)
        except AssertionError as error:
            raise AssertionError(f"{order} while {state}: {error}") from error
        clean(hotline)
