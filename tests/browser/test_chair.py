"""The supervisor's chair in Chromium: help first, one click, who hears whom."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from esl_controller.contract import keys
from tests.browser.conftest import SignIn
from tests.browser.stage import Site, Stage, now_ms
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def told(stage: Stage, kind: str) -> dict[str, Any]:
    found = until(
        lambda: [body for type_, _no, body in stage.commands() if type_ == kind], what=kind
    )
    return dict(found[-1])


class Chair:
    """Plays the controller for supervisor 2001 and agent 1001, who asks for help."""

    def __init__(self, site: Site, stage: Stage) -> None:
        self.stage, self.own = stage, Stage(site, "2001", "陈国栋")
        self.call: dict[str, Any] = {
            "contact_id": "01JDC0NTACT00000000000000H", "state": "talking", "agent_no": "1001",
            "caller_masked": "136 **** 0427", "started_at": now_ms(), "answered_at": now_ms(),
            "monitors": [], "members": [], "party": None, "allowed": [],
        }  # fmt: skip

    def talks(self, **more: Any) -> None:
        view = {**self.stage.view()["agent"], "state": "on_call", "role": "serving",
                "call": self.call, "since": now_ms(), **more}  # fmt: skip
        self.stage.floor([view], [])

    def asks_help(self) -> None:
        self.talks(help={"reason": "用户要投诉", "at": now_ms(), "answered_by": None})

    def listens(self, mode: str, *others: str) -> None:
        up = [{"agent_no": number, "target": "1001", "mode": mode, "since": now_ms()}
              for number in ("2001", *others)]  # fmt: skip
        self.own.show(presence="signed_in", phone="busy", work="on_call", role="supervisor",
                      contact_id=self.call["contact_id"], emit=False)  # fmt: skip
        body = {"agent": self.own.view()["agent"],
                "call": {**self.call, "monitors": up, "monitor": mode}}  # fmt: skip
        self.own.emit("desk", body)


@pytest.fixture
def chair(site: Site, stage: Stage) -> Chair:
    made = Chair(site, stage)
    stage.ready()
    made.own.signed_in()
    return made


@pytest.fixture
def floor(sign_in: SignIn, site: Site, chair: Chair) -> Page:
    page = sign_in("2001")
    # The page asks for its picture once its line is up: what is told before that may be undone.
    with page.expect_response("**/desk/snapshot"):
        page.goto(f"{site.url}/supervisor")
    expect(page.locator(".agent")).to_have_count(2)
    return page


def test_a_call_for_help_stands_first_and_one_key_whispers(floor: Page, chair: Chair):
    chair.asks_help()
    expect(floor.locator("#helps")).to_contain_text("林晓 求助")
    assert floor.title().startswith("求助")
    floor.keyboard.press("1")
    assert told(chair.stage, "whisper")["target"] == "1001"
    assert not chair.stage.was_told("answer_help")
    chair.listens("whisper")
    assert told(chair.stage, "answer_help")["target"] == "1001"


def test_given_the_phone_is_not_open_then_nobody_reads_that_help_has_come(
    floor: Page, chair: Chair
):
    chair.own.signed_out()
    chair.asks_help()
    expect(floor.locator("#helps")).to_contain_text("林晓 求助")
    floor.keyboard.press("1")
    expect(floor.locator("#call-note")).to_contain_text("先打开话机")
    assert chair.stage.commands() == []


def test_it_takes_a_call_over_once_it_hears_it(floor: Page, chair: Chair):
    chair.talks()
    floor.click('.agent[data-agent="1001"]')
    floor.click("#listen-keys [data-call=take_over]")
    assert told(chair.stage, "monitor")["target"] == "1001"
    assert not chair.stage.was_told("take_over")
    chair.listens("monitor")
    assert told(chair.stage, "take_over")["target"] == "1001"


def test_given_a_take_over_came_to_nothing_then_listening_later_takes_nothing_over(
    floor: Page, chair: Chair
):
    chair.own.signed_out()
    chair.talks()
    floor.click('.agent[data-agent="1001"]')
    floor.click("#listen-keys [data-call=take_over]")
    expect(floor.locator("#call-note")).to_contain_text("先打开话机")
    chair.own.signed_in()
    expect(floor.locator("#open-phone")).to_be_hidden()
    floor.click("#listen-keys [data-call=monitor]")
    assert told(chair.stage, "monitor")["target"] == "1001"
    chair.listens("monitor")
    expect(floor.locator("#listening")).to_contain_text("正在监听")
    floor.keyboard.press("Escape")
    assert told(chair.stage, "stop_monitor")["target"] == "1001"
    assert not chair.stage.was_told("take_over")


def test_it_answers_in_words(floor: Page, chair: Chair):
    chair.asks_help()
    expect(floor.locator("#helps")).to_be_visible()
    floor.keyboard.press("2")
    floor.keyboard.type("先道歉")
    floor.keyboard.press("Enter")
    until(
        lambda: any(body.get("reply") == "先道歉" for _t, _n, body in chair.stage.commands()),
        what="the reply",
    )


@pytest.mark.parametrize(
    ("mode", "title", "heard"),
    [
        ("monitor", "正在监听：林晓", "谁都听不到你"),
        ("whisper", "正在耳语：林晓", "只有林晓听得到"),
        ("barge_in", "正在三方通话：林晓", "互相听到"),
    ],
)
def test_it_draws_who_hears_whom(
    floor: Page, chair: Chair, mode: str, title: str, heard: str
):
    chair.listens(mode, "2002")
    box = floor.locator("#listening")
    expect(box).to_contain_text(title)
    expect(box).to_contain_text("同时在听：周雯")
    assert heard in str(box.locator(".hear").get_attribute("aria-label"))


def test_it_changes_the_mode_without_hanging_up_and_stops(floor: Page, chair: Chair):
    chair.listens("monitor")
    expect(floor.locator("#listening")).to_be_visible()
    floor.keyboard.press("Alt+3")
    assert told(chair.stage, "barge_in")["target"] == "1001"
    floor.keyboard.press("Escape")
    assert told(chair.stage, "stop_monitor")["target"] == "1001"


def test_it_asks_before_it_disconnects_a_caller(floor: Page, chair: Chair):
    chair.asks_help()
    floor.click('.agent[data-agent="1001"]')
    floor.click("#listen-keys [data-call=forced_release]")
    expect(floor.locator("#release")).to_contain_text("不能撤回")
    floor.locator("#release").get_by_role("button", name="不拆").click()
    floor.click("#listen-keys [data-call=forced_release]")
    floor.locator("#release [value=release]").click()
    assert told(chair.stage, "forced_release")["target"] == "1001"
    kinds = [kind for kind, _no, _body in chair.stage.commands()]
    assert kinds.count("forced_release") == 1


def test_it_writes_to_a_desk(floor: Page, sign_in: SignIn, site: Site, chair: Chair):
    desk = sign_in("1001")
    desk.goto(f"{site.url}/desk")
    expect(desk.locator("#state-pill")).to_contain_text("示闲")
    floor.select_option("#notice-form [name=to]", "1001")
    floor.fill("#notice-form [name=text]", "恢复时间改为 15:00")
    floor.click("#notice-form [type=submit]")
    expect(desk.locator("#notices")).to_contain_text("恢复时间改为 15:00")
    chair.stage.redis.delete(keys.NOTICES)
