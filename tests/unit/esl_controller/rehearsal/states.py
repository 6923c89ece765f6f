"""How each state of a desk comes about on the stand-in, and how everybody goes home again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from esl_controller.contract import keys
from esl_controller.domain.agent import SWITCH_STATUS
from tests.unit.esl_controller.rehearsal.hotline import SNAPSHOT, Hotline
from tests.until import until

AGENTS = tuple(str(agent["agent_no"]) for agent in SNAPSHOT["agents"])  # type: ignore[attr-defined]
PATIENT = json.dumps({"patience_s": 600}, separators=(",", ":"))
NEVER_ANSWERS, TAKES_CALLS, IS_BUSY = "13800000480", "13800000001", "13800000486"
IDLE = ("signed_out", "not_ready", "ready", "wrap_up", "unreachable")


@dataclass(frozen=True)
class Standing:
    """Whose desk it is, and the caller's channel ('' for none)."""

    actor: str
    caller: str = ""


def signed_out(hotline: Hotline) -> Standing:
    return Standing("1001")


def not_ready(hotline: Hotline) -> Standing:
    hotline.does("1001", "sign_in", device="tests")
    until(lambda: hotline.agent("1001").get("phone") == "idle", 10, what="a phone")
    return Standing("1001")


def ready(hotline: Hotline) -> Standing:
    hotline.ready("1001")
    return Standing("1001")


def offered(hotline: Hotline) -> Standing:
    hotline.ready("1001")
    caller = hotline.esl.api(f"rehearsal call 13800138000 96001 {PATIENT}").split()[1]
    hotline.shows("1001", "offered")
    until(lambda: hotline.esl.api("rehearsal phone 1001 status") == "ringing\n", 10)
    return Standing("1001", caller)


def connecting(hotline: Hotline) -> Standing:
    """A menu has called the agent for its caller, and the phone rings."""
    hotline.ready("1001")
    caller = hotline.esl.api(f"rehearsal call 13800138000 96002 {PATIENT}").split()[1]
    hotline.call_is(caller, "connecting")
    until(lambda: hotline.esl.api("rehearsal phone 1001 status") == "ringing\n", 10)
    return Standing("1001", caller)


def talking(hotline: Hotline) -> Standing:
    return _answered(hotline, offered(hotline))


def connected(hotline: Hotline) -> Standing:
    return _answered(hotline, connecting(hotline))


def _answered(hotline: Hotline, standing: Standing) -> Standing:
    hotline.does("1001", "answer")
    hotline.call_is(standing.caller, "talking")
    recorded = lambda: "pause_recording" in hotline.call(standing.caller)["allowed"]  # noqa: E731
    until(recorded, 10, what="the recording runs")
    return standing


def _after(action: str, state: str, **body: Any) -> Callable[[Hotline], Standing]:
    """A talk in which this was done."""

    def arrange(hotline: Hotline) -> Standing:
        standing = talking(hotline)
        hotline.does("1001", action, **body)
        hotline.call_is(standing.caller, state)
        return standing

    return arrange


def muted(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.does("1001", "mute")
    until(lambda: hotline.call(standing.caller)["muted"], 10, what="muted")
    return standing


def paused(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.does("1001", "pause_recording")
    until(lambda: hotline.call(standing.caller)["recording"] == "paused", 10, what="paused")
    return standing


def inviting(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.does("1001", "invite", kind="outside", value=NEVER_ANSWERS)
    until(lambda: hotline.call(standing.caller)["members"], 10, what="somebody is invited")
    return standing


def guest_ringing(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.ready("1002")
    hotline.does("1001", "consult", kind="agent", value="1002")
    until(lambda: hotline.esl.api("rehearsal phone 1002 status") == "ringing\n", 10)
    hotline.shows("1002", "on_call", "guest")
    return Standing("1002", standing.caller)


def guest_up(hotline: Hotline) -> Standing:
    standing = guest_ringing(hotline)
    hotline.does("1002", "answer")
    hotline.call_is(standing.caller, "consulting")
    return standing


def consulting(hotline: Hotline) -> Standing:
    return Standing("1001", guest_up(hotline).caller)


def swapped(hotline: Hotline) -> Standing:
    standing = consulting(hotline)
    hotline.does("1001", "swap")
    hotline.call_is(standing.caller, "swapped")
    return standing


def conference(hotline: Hotline) -> Standing:
    standing = consulting(hotline)
    hotline.does("1001", "merge")
    hotline.call_is(standing.caller, "conference")
    return standing


def _dialled(kind: str, value: str, state: str) -> Callable[[Hotline], Standing]:
    def arrange(hotline: Hotline) -> Standing:
        not_ready(hotline)
        if kind == "agent":
            hotline.ready(value)
        hotline.does("1001", "dial", kind=kind, value=value)
        if kind == "agent":
            hotline.phone(value, "answer")
        recorded = (kind, state) == ("outside", "talking")

        def reached() -> bool:
            call = hotline.agent("1001").get("call") or {}
            runs = "pause_recording" in (call.get("allowed") or ())
            return call.get("state") == state and runs == recorded

        until(reached, 10, what=f"the own call is {state}")
        return Standing("1001")

    return arrange


def outside(hotline: Hotline) -> Standing:
    """The caller talks with somebody outside, the agent notes what it was about."""
    standing = talking(hotline)
    hotline.does("1001", "transfer", kind="outside", value=TAKES_CALLS)
    hotline.call_is(standing.caller, "outside")
    hotline.shows("1001", "wrap_up")
    return standing


def wrap_up(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.esl.api(f"rehearsal caller {standing.caller} hangup")
    hotline.shows("1001", "wrap_up")
    return Standing("1001")


def listening(hotline: Hotline) -> Standing:
    standing = talking(hotline)
    hotline.ready("2001")
    hotline.does("2001", "monitor", target="1001")
    until(lambda: hotline.facts("monitor.started"), 10, what="listening")
    hotline.shows("2001", "on_call", "supervisor")
    return Standing("2001", standing.caller)


STATES: Mapping[str, Callable[[Hotline], Standing]] = {
    "signed_out": signed_out,
    "not_ready": not_ready,
    "ready": ready,
    "offered": offered,
    "connecting": connecting,
    "connected": connected,
    "talking": talking,
    "held": _after("hold", "held"),
    "muted": muted,
    "paused": paused,
    "inviting": inviting,
    "transferring": _after("transfer", "transferring", kind="outside", value=NEVER_ANSWERS),
    "consult_dialling": _after(
        "consult", "consult_dialling", kind="outside", value=NEVER_ANSWERS
    ),
    "consulting": consulting,
    "swapped": swapped,
    "conference": conference,
    "dialling": _dialled("outside", NEVER_ANSWERS, "dialling"),
    "outgoing": _dialled("outside", TAKES_CALLS, "talking"),
    "internal": _dialled("agent", "1002", "talking"),
    "outside": outside,
    "guest_ringing": guest_ringing,
    "guest_up": guest_up,
    "listening": listening,
    "wrap_up": wrap_up,
}


def everybody_goes(hotline: Hotline, standing: Standing) -> None:
    """Only people hang up: whatever they were connected with must go by itself."""

    def gone() -> bool:
        if standing.caller:
            hotline.esl.api(f"rehearsal caller {standing.caller} hangup")
        for number in AGENTS:
            hotline.esl.api(f"rehearsal phone {number} hangup")
        left = json.loads(hotline.esl.api("show channels as json")).get("rows", [])
        if len(left) == 2 and all(row["name"].startswith("sofia/trunk/") for row in left):
            # Two outside whom an agent has put through talk until one of them has enough.
            hotline.esl.api(f"rehearsal caller {left[0]['uuid']} hangup")
        return not left

    until(gone, 15, 0.05, what="the last channel's end")
    hotline.nothing_left()
    for number in AGENTS:
        until(lambda: _is_true(hotline, number), 10, what=f"{number}: {hotline.agent(number)}")


def _is_true(hotline: Hotline, number: str) -> bool:
    """The agent has no call, and mod_callcenter's gate stands as the state says."""
    view = hotline.agent(number)
    if view["state"] not in IDLE or (view["contact_id"] and view["state"] != "wrap_up"):
        return False
    status = hotline.esl.api(f"callcenter_config agent get status {number}@default").strip()
    return status == SWITCH_STATUS.get(view["state"], "On Break")


def _has_left(hotline: Hotline, number: str) -> bool:
    """Signed out, and the simulated phone is unplugged."""
    view = hotline.agent(number)
    return (view["state"], view["phone"]) == ("signed_out", "unregistered")


def clean(hotline: Hotline) -> None:
    """No call, everybody signed out, nothing told: also after a test that failed midway."""
    for row in json.loads(hotline.esl.api("show channels as json")).get("rows", []):
        hotline.esl.api(f"uuid_kill {row['uuid']}")
    hotline.nothing_left()
    for number in AGENTS:
        if hotline.agent(number)["state"] == "wrap_up":
            hotline.does(number, "finish_wrap_up")
            until(lambda: hotline.agent(number)["state"] != "wrap_up", 10, what="no wrap-up")
        if hotline.agent(number)["state"] != "signed_out":
            hotline.does(number, "sign_out")
            until(lambda: _has_left(hotline, number), 10, what=f"{hotline.agent(number)}")
    hotline.redis.xtrim(keys.EVENTS, maxlen=0, approximate=False)
