"""Agents at the page itself: Chromium with a microphone, on a real switch. Tones prove who hears
whom."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.actors import ears
from tests.live.cast_browser import CHROMIUM, BrowserAgent, Chromium, everybody_leaves
from tests.live.marks import freeswitch_only
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"
AGENT, COLLEAGUE, SUPERVISOR = "1002", "1003", "2001"
TONES = {AGENT: ears.AGENT_1, COLLEAGUE: ears.AGENT_2, SUPERVISOR: ears.SUPERVISOR}

pytestmark = [
    freeswitch_only("a browser's phone needs a switch that speaks WebRTC"),
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Chromium is not installed"),
]
LONG_S = 25  # the phone registers anew, the dead leg is let go, the new one answers
Sit = Callable[..., BrowserAgent]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        made = Chromium(playwright)
        yield made
        made.close()


@pytest.fixture()
def sit(
    scene: Scene, chromium: Chromium, request: pytest.FixtureRequest
) -> Iterator[Sit]:
    """Seats somebody at a page of their own; everybody leaves at the end. Of a scenario that
    failed, what each page showed is kept."""
    seated: list[BrowserAgent] = []

    def seat(agent_no: str, **how: Any) -> BrowserAgent:
        made = BrowserAgent(scene.stack, chromium, agent_no, TONES[agent_no], **how)
        seated.append(made)
        return made

    yield seat
    if getattr(request.node, "failed", False):
        for number, one in enumerate(seated):
            one.keep_picture(scene.kept(request.node.name) / f"page-{number}.png")
    everybody_leaves(scene.stack, seated)


def _ready(sit: Sit, agent_no: str = AGENT) -> BrowserAgent:
    agent = sit(agent_no)
    agent.registers()
    agent.goes_ready()
    return agent


def _talk(scene: Scene, sit: Sit) -> tuple[BrowserAgent, Any]:
    agent = _ready(sit)
    caller = scene.waiting_caller(CHEN)
    agent.rings()
    agent.answers()
    agent.sees("talking")
    _both_hear(agent, caller)
    return agent, caller


def _both_hear(agent: BrowserAgent, caller: Any) -> None:
    agent.hears_only(caller)
    caller.hears_only(agent)


def _ends(scene: Scene, agent: BrowserAgent, caller: Any) -> dict[str, Any]:
    agent.hangs_up()
    caller.is_over()
    agent.sees("wrapping")
    agent.is_silent()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "answered"
    scene.tidy()
    return dict(contact)


def test_a_browser_agent_talks_holds_mutes_and_keys_and_the_recording_has_both(
    scene: Scene, sit: Sit
) -> None:
    agent, caller = _talk(scene, sit)
    agent.presses("F4")
    agent.sees("held")
    caller.hears_music()
    agent.hears_only()
    agent.presses("F4")
    agent.sees("talking")
    _both_hear(agent, caller)

    agent.clicks("mute")
    until(lambda: agent.page.locator("[data-pair=mute][aria-pressed=true]").count(), 5)
    caller.hears_only()
    agent.hears_only(caller)
    agent.presses("F8")
    _both_hear(agent, caller)

    agent.presses("Alt+d")
    for digit in "47":
        agent.page.click(f"#dialpad [data-digit='{digit}']")
    keyed = caller.phone.call.rtp.digits_heard
    until(lambda: keyed[1:], 10, what=f"both keys arrive, not {keyed}")
    assert keyed == ["4", "7"]
    contact = _ends(scene, agent, caller)
    row = until(
        lambda: [
            one
            for one in scene.stack.of_contact("recording", contact)
            if one["status"] == "complete"
        ],
        10,
        what="the recording is complete",
    )[0]
    left, right = ears.channels(scene.stack.recording(row["storage_key"]))
    first = slice(0, int(1.2 * ears.RATE))
    assert ears.tones_in(left[first]) == {ears.CALLER}
    assert ears.tones_in(right[first]) == {agent.tone_hz}


def test_given_a_page_that_is_reloaded_and_later_offline_then_the_call_goes_on(
    scene: Scene, sit: Sit
) -> None:
    agent, caller = _talk(scene, sit)
    began = scene.clock()
    _reloads(agent, caller)
    gap = scene.clock() - began
    _both_hear(agent, caller)
    print(f"page reloaded: the caller heard the agent again after {gap:.1f} s")
    assert gap < 10
    agent.sees("talking")

    agent.page.context.set_offline(True)
    lost = agent.page.locator("#phonebar", has_text="断")
    lost.wait_for(state="visible", timeout=30_000)
    _both_hear(agent, caller)
    agent.page.context.set_offline(False)
    lost.wait_for(state="hidden", timeout=15_000)
    agent.presses("F4")
    agent.sees("held")
    caller.hears_music()
    agent.hears_only()  # takes the half second in which the same key is no new wish
    agent.presses("F4")
    agent.sees("talking")
    _both_hear(agent, caller)
    contact = _ends(scene, agent, caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1


def test_given_a_colleague_s_page_is_reloaded_then_they_are_consulted_and_in_conference_as_before(
    scene: Scene, sit: Sit
) -> None:
    colleague = sit(COLLEAGUE)
    colleague.registers()
    desk, phone, caller = scene.talk()
    desk.does("consult", kind="agent", value=COLLEAGUE)
    colleague.rings()
    colleague.answers()
    phone.hears_only(colleague)

    _reloads(colleague, phone)
    phone.hears_only(colleague)
    colleague.hears_only(phone)
    caller.hears_music()
    assert desk.call["state"] == "consulting"

    desk.does("merge")
    caller.hears_only(phone, colleague)
    _reloads(colleague, caller)
    caller.hears_only(phone, colleague)
    phone.hears_only(caller, colleague)
    colleague.hears_only(caller, phone)
    desk.does("end_conference")
    caller.is_over()
    colleague.is_silent()
    contact = scene.ends(caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 2


def test_given_a_page_that_is_reloaded_on_hold_then_the_caller_hears_music_until_taken_back(
    scene: Scene, sit: Sit
) -> None:
    agent, caller = _talk(scene, sit)
    agent.presses("F4")
    agent.sees("held")
    caller.hears_music()
    _comes_back(scene, agent, caller)
    agent.sees("held")
    caller.hears_music()
    agent.hears_only()
    agent.presses("F4")
    agent.sees("talking")
    _both_hear(agent, caller)
    contact = _ends(scene, agent, caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1
    assert contact["hold_ms"] > 1000


def test_given_a_page_that_is_reloaded_while_a_colleague_is_consulted_then_they_talk_on(
    scene: Scene, sit: Sit
) -> None:
    _desk, phone = scene.colleague()
    agent, caller = _talk(scene, sit)
    agent.does("consult", kind="agent", value=phone.extension)
    phone.rings()
    _comes_back(scene, agent, caller)
    phone.answers()
    phone.hears_only(agent)
    agent.hears_only(phone)
    caller.hears_music()

    _comes_back(scene, agent, caller)
    phone.hears_only(agent)
    agent.hears_only(phone)
    caller.hears_music()
    assert agent.view["call"]["state"] == "consulting"

    agent.does("swap")
    _both_hear(agent, caller)
    _comes_back(scene, agent, caller)
    _both_hear(agent, caller)
    assert agent.view["call"]["state"] == "swapped"

    agent.does("complete_transfer")
    caller.hears_only(phone)
    phone.hears_only(caller)
    agent.is_silent()
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 3


def _comes_back(scene: Scene, agent: BrowserAgent, caller: Any) -> None:
    """The page is reloaded, until its agent has the call again."""
    count = len(_returns(scene, caller))
    agent.page.reload()
    until(lambda: len(_returns(scene, caller)) > count, LONG_S, what="the agent is back")


def _returns(scene: Scene, caller: Any) -> list[Any]:
    told = scene.stack.events(caller.contact_id)
    return [fact for fact in told if fact["type"] == "agent.rejoined"]


def _reloads(agent: BrowserAgent, listener: Any) -> None:
    """Until the listener hears the agent again, who was gone for a moment."""
    agent.page.reload()
    heard = listener.phone.call.tones
    until(lambda: agent.tone_hz not in heard(), 5, what="the page is gone, and its sound")
    until(lambda: agent.tone_hz in heard(), LONG_S, what="the agent is heard again")


def test_given_the_desk_is_opened_at_another_machine_in_a_talk_then_the_call_comes_along(
    scene: Scene, sit: Sit
) -> None:
    first, caller = _talk(scene, sit)
    second = sit(AGENT)
    second.opens()
    second.sees("talking")
    _both_hear(second, caller)
    first.reads("话机已移到另一个页面")
    first.hears_only()
    _ends(scene, second, caller)


def test_given_a_killed_web_in_a_talk_then_the_talk_goes_on_and_the_desk_is_right_after(
    scene: Scene, sit: Sit
) -> None:
    agent, caller = _talk(scene, sit)
    scene.stack.kill("web")
    try:
        _both_hear(agent, caller)
        agent.hangs_up()  # the server cannot be told: the page itself ends the call
        caller.is_over()
    finally:
        scene.stack.start_program("web")
    agent.sees("wrapping", within=20)
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "answered"
    scene.tidy()


def test_given_a_browser_that_dies_then_the_same_agent_comes_back_or_another_one_gets_the_caller(
    scene: Scene, sit: Sit, chromium: Chromium
) -> None:
    _agent, caller = _talk(scene, sit)
    chromium.dies()
    caller.hears_music(within=20)
    again = sit(AGENT)
    again.opens()
    again.sees("talking", within=15)
    _both_hear(again, caller)

    chromium.dies()
    caller.hears_music(within=20)
    colleague = _ready(sit, COLLEAGUE)
    colleague.rings(within=35)
    colleague.answers()
    _both_hear(colleague, caller)
    contact = _ends(scene, colleague, caller)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 2


def test_given_no_permission_for_the_microphone_then_it_says_so_and_nobody_becomes_ready(
    scene: Scene, sit: Sit
) -> None:
    agent = sit(AGENT, microphone=False)
    agent.opens()
    agent.sees("off")
    agent.page.click("#card [data-do=sign_in]")
    agent.reads("浏览器不让用麦克风，接不了电话。")
    assert not agent.page.locator("#card [data-do=ready]").is_visible()
    agent.presses("Alt+r")
    agent.page.wait_for_timeout(500)
    assert agent.view.get("state") not in ("ready", "offered")
    scene.tidy()


def _at_the_board(sit: Sit) -> BrowserAgent:
    chair = sit(SUPERVISOR)
    chair.opens("/supervisor")
    chair.page.click("#open-phone")
    chair.page.locator("#phone-lamp .lamp:not(.is-down):not(.is-warn)").wait_for()
    return chair


def test_given_a_supervisor_at_the_board_then_each_mode_is_heard_by_the_right_people(
    scene: Scene, sit: Sit
) -> None:
    chair = _at_the_board(sit)
    agent, caller = _talk(scene, sit)
    chair.page.click(f'.agent[data-agent="{AGENT}"]')
    chair.page.click("#listen-keys [data-call=monitor]")
    chair.hears_only(agent, caller)
    agent.hears_only(caller)
    caller.hears_only(agent)

    chair.presses("Alt+2")
    agent.hears_only(caller, chair)
    caller.hears_only(agent)

    chair.presses("Alt+3")
    agent.hears_only(caller, chair)
    caller.hears_only(agent, chair)
    chair.hears_only(agent, caller)

    chair.presses("Escape")
    _both_hear(agent, caller)
    chair.is_silent()
    _ends(scene, agent, caller)


def test_given_the_board_is_reloaded_then_the_listening_comes_back_in_its_mode(
    scene: Scene, sit: Sit
) -> None:
    chair = _at_the_board(sit)
    agent, caller = _talk(scene, sit)
    chair.page.click(f'.agent[data-agent="{AGENT}"]')
    chair.page.click("#listen-keys [data-call=whisper]")
    agent.hears_only(caller, chair)
    chair.page.reload()
    chair.hears_only(agent, caller, within=LONG_S)
    agent.hears_only(caller, chair)
    caller.hears_only(agent)
    chair.presses("Escape")
    chair.is_silent()
    _ends(scene, agent, caller)


def test_given_the_board_is_reloaded_then_a_call_that_was_taken_over_comes_back(
    scene: Scene, sit: Sit
) -> None:
    chair = _at_the_board(sit)
    _desk, phone, caller = scene.talk()
    chair.page.click('.agent[data-agent="1004"]')
    chair.page.click("#listen-keys [data-call=take_over]")
    caller.hears_only(chair)
    phone.is_silent()
    chair.page.reload()
    chair.hears_only(caller, within=LONG_S)
    caller.hears_only(chair)
    caller.hangs_up()
    chair.page.click("#listening [data-own=finish_wrap_up]")
    chair.is_silent()
    scene.tidy()
