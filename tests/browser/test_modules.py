"""The pure modules of the desk and the floor, asked in the browser that will run them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.stage import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def page(site: Site, browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    made = context.new_page()
    made.goto(f"{site.url}/login")
    yield made
    context.close()


def ask(page: Page, module: str, body: str, *values: Any) -> Any:
    """Run `body` with `m` (the module) and `v` (the values) in the page."""
    script = f"async ([path, v]) => {{ const m = await import(path); {body} }}"
    return page.evaluate(script, [f"/static/js/{module}.js", list(values)])


def agent(seq: int, now: int = 1000, **more: Any) -> dict[str, Any]:
    return {"agent": {"seq": seq, "now": now, "state": "ready", "allowed": [], **more}}


DELTAS = """
let s = m.EMPTY;
const out = [];
for (const one of v) {
  const { state, refetch } = m.applyDelta(s, one, 500);
  s = state;
  out.push([s.seq, refetch]);
}
return out;
"""


def test_it_applies_numbered_news_in_order(page: Page):
    found = ask(page, "desk/state", DELTAS, agent(1), agent(2, 1001), agent(3, 1002))
    assert found == [[1, False], [2, False], [3, False]]


def test_it_drops_old_news_and_echoes(page: Page):
    found = ask(page, "desk/state", DELTAS, agent(5), agent(4, 900), agent(5))
    assert found == [[5, False]] * 3


def test_given_a_gap_then_it_takes_the_news_and_asks_again(page: Page):
    assert ask(page, "desk/state", DELTAS, agent(1), agent(4, 1001))[1] == [4, True]


def test_given_the_numbering_began_anew_then_it_asks_again(page: Page):
    assert ask(page, "desk/state", DELTAS, agent(90), agent(1, 9000))[1] == [90, True]


def test_news_of_the_call_alone_may_repeat_the_number(page: Page):
    body = """
    const first = m.applyDelta(m.EMPTY, v[0], 0).state;
    return m.applyDelta(first, v[1], 0).state.call;
    """
    call = {**agent(3, 1010), "call": {"state": "held"}}
    assert ask(page, "desk/state", body, agent(3), call) == {"state": "held"}


def test_given_news_came_while_the_snapshot_was_asked_then_the_older_answer_is_dropped(page: Page):
    body = """
    const newer = m.applyDelta(m.EMPTY, v[0], 0).state;
    return [-1, newer.seq].map((asked) => m.applySnapshot(newer, v[1], asked, 0).seq);
    """
    assert ask(page, "desk/state", body, agent(7), agent(6)) == [7, 6]


def test_it_measures_the_parts_of_a_contact(page: Page):
    call = {"started_at": 0, "queued_at": 1000, "answered_at": 3000, "held_since": 8000,
            "hold_ms": 500}  # fmt: skip
    found = ask(page, "desk/state", "return m.partsOf(v[0], 10000)", call)
    assert found == {"ivr": 1000, "queue": 2000, "talk": 4500, "hold": 2500}


@pytest.mark.parametrize(("now", "left"), [(0, 20), (1000, 20), (20001, 1), (21000, 0)])
def test_it_counts_the_ring_down_and_never_below_nothing(page: Page, now: int, left: int):
    call = {"offered_at": 1000, "ring_s": 20}
    assert ask(page, "desk/state", "return m.ringLeft(v[0], v[1])", call, now) == left


def test_a_phone_in_the_page_may_be_answered_whenever_the_server_says_it_rings(page: Page):
    body = "return m.allows({agent: v[0], call: v[1], moved: v[2]}, 'answer')"
    offered = {"state": "offered", "allowed": ["reject"]}
    assert ask(page, "desk/state", body, {"media": "webrtc"}, offered, False)
    assert not ask(page, "desk/state", body, {"media": "webrtc"}, offered, True)
    assert not ask(page, "desk/state", body, {"media": "sip"}, offered, False)


def test_a_leg_is_let_go_only_when_the_call_is_over(page: Page):
    body = "return m.legIsOver({agent: {state: v[0]}}, {agent: {state: v[1]}})"
    assert ask(page, "desk/state", body, "on_call", "wrap_up")
    assert ask(page, "desk/state", body, "offered", "not_ready")
    assert not ask(page, "desk/state", body, "offered", "on_call")
    assert not ask(page, "desk/state", body, "ready", "offered")


@pytest.mark.parametrize(
    ("role", "call", "lost"),
    [
        ("serving", {"state": "talking"}, True),
        ("serving", {"state": "consult_dialling"}, True),
        ("serving", {"state": "transferring"}, False),
        ("guest", {"state": "consulting", "party": {"state": "up"}}, True),
        ("guest", {"state": "conference", "members": [{"state": "up"}]}, True),
        ("guest", {"state": "consult_dialling", "party": {"state": "dialling"}}, False),
        ("guest", {"state": "consulting", "party": {"state": "up", "value": "1009"}}, False),
        ("supervisor", {"state": "talking"}, False),
    ],
)
def test_a_page_without_its_leg_asks_for_it_while_its_agent_is_on_the_line(
    page: Page, role: str, call: dict[str, Any], lost: bool
):
    me = {"kind": "agent", "value": "1002"}
    others = {"party": call.get("party") and {**me, **call["party"]},
              "members": [{**me, **one} for one in call.get("members", ())]}  # fmt: skip
    state = {"link": "up", "agent": {"agent_no": "1002", "state": "on_call", "role": role},
             "call": {**call, **others}}  # fmt: skip
    phone = {"kind": "webrtc", "ready": True, "leg": False}
    asks = "return m.hasLostLeg(v[0], v[1]);"
    assert ask(page, "desk/state", asks, state, phone) is lost
    assert ask(page, "desk/state", asks, state, {**phone, "leg": True}) is False


def test_it_writes_durations(page: Page):
    body = "return v.map(m.clock)"
    assert ask(page, "desk/timers", body, 0, 206_000, 3_806_000, -5) == [
        "00:00", "03:26", "1:03:26", "00:00",
    ]  # fmt: skip


def test_the_floor_puts_trouble_first(page: Page):
    agents = [
        {"agent_no": "1001", "state": "ready", "since": 0},
        {"agent_no": "1002", "state": "on_call", "since": 0},
        {"agent_no": "1003", "state": "not_ready", "reason": "no_answer", "since": 0},
        {"agent_no": "1004", "state": "signed_out", "since": 0},
    ]
    body = "return m.sorted(v[0], v[1], 601000).map((one) => one.agent_no)"
    found = ask(page, "supervisor/floor", body, agents, "trouble")
    assert found == ["1003", "1002", "1001", "1004"]
    assert ask(page, "supervisor/floor", body, agents, "number")[0] == "1001"


def test_the_floor_warns_below_the_target(page: Page):
    days = [{"service_level": level, "target_pct": 80} for level in (None, 0.799, 0.8)]
    assert ask(page, "supervisor/floor", "return v.map(m.isLow)", *days) == [False, True, False]


def test_it_knows_how_much_of_a_reason_is_over(page: Page):
    body = "return m.limitOf(v[0], { rest: 10 }, v[1])"
    resting = {"state": "not_ready", "reason": "rest", "since": 1_000_000}
    early = ask(page, "limits", body, resting, 1_000_000 + 599_000)
    assert early == {"minutes": 10, "left": 1000, "over": False}
    late = ask(page, "limits", body, resting, 1_000_000 + 601_000)
    assert late == {"minutes": 10, "left": -1000, "over": True}
    for other in ({**resting, "reason": "meeting"}, {**resting, "state": "ready"}, None):
        assert ask(page, "limits", body, other, 9_000_000) is None


def test_the_floor_warns_of_a_reason_that_lasts_too_long(page: Page):
    body = "return [m.levelOf(v[0], v[1], v[2]), m.troubleOf(v[0], v[1], v[2])]"
    resting = {"state": "not_ready", "reason": "rest", "since": 1}
    assert ask(page, "supervisor/floor", body, resting, 599_000, {"rest": 10}) == ["", ""]
    assert ask(page, "supervisor/floor", body, resting, 601_000, {"rest": 10}) == [
        "warn", "over_limit"
    ]  # fmt: skip
    assert ask(page, "supervisor/floor", body, resting, 601_000, {}) == ["", ""]


def test_the_floor_finds_agents_by_what_is_typed(page: Page):
    body = "return v[1].map((typed) => m.isMeant(v[0], v[2], typed))"
    typed = ["", "何", "1002", "二组", "报修 何", "一组", "Zhao"]
    person = {"name": "何静", "team": "二组", "queues": ["报修"]}
    found = ask(page, "supervisor/floor", body, {"name": "何静", "agent_no": "1002"}, typed, person)
    assert found == [True, True, True, True, True, False, False]


LISTENING = {"kind": "listening", "target": "1001", "up": False}


@pytest.mark.parametrize(
    ("before", "duty", "late_ms", "what"),
    [
        ({"kind": "none"}, {"kind": "none"}, 100, "wait"),
        ({"kind": "none"}, LISTENING, 100, "wait"),
        (LISTENING, {**LISTENING, "up": True}, 100, "do"),
        (LISTENING, {"kind": "none"}, 100, "drop"),
        ({"kind": "none"}, {**LISTENING, "target": "1002", "up": True}, 100, "drop"),
        ({"kind": "none"}, {"kind": "serving"}, 100, "drop"),
        (LISTENING, {**LISTENING, "up": True}, 15_001, "drop"),
    ],
)
def test_a_wish_is_fulfilled_only_by_its_own_listening(
    page: Page, before: dict[str, Any], duty: dict[str, Any], late_ms: int, what: str
):
    body = "return m.wishNow({ target: '1001', at: 0 }, v[0], v[1], v[2]);"
    assert ask(page, "supervisor/duty", body, before, duty, late_ms) == what


@pytest.mark.parametrize(
    ("lag", "since", "switch_up", "connected", "age"),
    [
        (900, 4000, True, True, {"s": 4, "trouble": ""}),
        (900, 16_000, True, True, {"s": 16, "trouble": ""}),
        (15_001, 0, True, True, {"s": 15, "trouble": "stale"}),
        (900, 30_000, True, True, {"s": 30, "trouble": "stale"}),
        (900, 0, True, False, {"s": 0, "trouble": "stale"}),
        (900, 0, False, True, {"s": 0, "trouble": "switch_down"}),
        (None, 0, False, True, {"s": None, "trouble": "never"}),
    ],
)
def test_a_picture_is_as_old_as_what_the_controller_wrote(
    page: Page, lag: int | None, since: int, switch_up: bool, connected: bool, age: dict[str, Any]
):
    given = {"lag": lag, "since": since, "switchUp": switch_up, "connected": connected}
    assert ask(page, "supervisor/floor", "return m.ageOf(v[0]);", given) == age


def test_a_colleague_who_was_called_in_is_not_muted_with_the_agent_who_serves(page: Page):
    body = "return v.map((one) => m.isMuted(one))"
    call = {"muted": True, "allowed": ["hang_up"]}
    serving = {"agent": {"role": "serving"}, "call": call}
    guest = {"agent": {"role": "guest"}, "call": call}
    chair = {"agent": {"role": "supervisor"}, "call": call}
    own = {"agent": {"role": "guest"}, "call": {**call, "allowed": ["unmute"]}}
    assert ask(page, "desk/state", body, serving, guest, chair, own) == [True, False, False, True]


def test_what_is_down_since_the_machine_slept_is_told_as_sleep_until_it_is_up(page: Page):
    body = """
    const links = [];
    let s = m.EMPTY;
    for (const one of v) { s = m.withLink(s, one); links.push(s.link); }
    return links;
    """
    found = ask(page, "desk/state", body, "up", "asleep", "down", "up", "down")
    assert found == ["up", "asleep", "asleep", "up", "down"]


def test_whose_number_was_typed_in_full_comes_first(page: Page):
    body = """
    return m.choicesOf(v[0], v[1], "transfer", () => true, true)
      .map((one) => `${one.kind} ${one.value}`);
    """
    one = {"name": "何静", "state": "ready"}
    people = {"agents": [{**one, "agent_no": "10020031"}, {**one, "agent_no": "1002003",
              "state": "not_ready"}], "queues": []}  # fmt: skip
    assert ask(page, "desk/reach", body, people, "1002003") == [
        "agent 1002003", "agent 10020031", "outside 1002003",
    ]  # fmt: skip
    assert ask(page, "desk/reach", body, people, "1002009") == ["outside 1002009"]


def test_the_refusal_of_a_double_click_is_no_news_and_any_other_is(page: Page):
    body = """
    let at = 0;
    const sent = m.createSent(() => at);
    for (const [id, type, when] of v) { at = when; sent.track(type, Promise.resolve({ id })); }
    return [await sent.isEcho("b"), await sent.isEcho("c"), await sent.isEcho("d"),
      await sent.isEcho("unknown")];
    """
    sent = [["a", "complete_transfer", 0], ["b", "complete_transfer", 300], ["c", "hold", 400],
            ["d", "complete_transfer", 4000]]  # fmt: skip
    assert ask(page, "desk/sent", body, *sent) == [True, False, False, False]
