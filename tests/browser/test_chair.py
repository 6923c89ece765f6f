"""The supervisor's chair in Chromium: help first, one click, who hears whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

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


PHONE_IN_THE_PAGE = """
export const createWebrtcPhone = ({ onState }) => ({
  kind: "webrtc", start: async () => { onState("ready"); return true; }, hasLeg: () => false,
  answer() {}, end() {}, settle() {}, reject() {}, wake() {}, refresh() {},
  stop() { onState("off"); },
});
"""


def with_a_phone_in_the_page(page: Page) -> None:
    """A registered phone without a leg, as after a reload."""

    def me(route: Route) -> None:
        answer = route.fetch()
        changed = f"{answer.text()}\nif (texts.me) texts.me.media = 'webrtc';\n"
        route.fulfill(response=answer, body=changed)

    page.route("**/static/js/texts.js", me)
    page.route(
        "**/static/js/desk/phone_webrtc.js",
        lambda route: route.fulfill(
            body=PHONE_IN_THE_PAGE, headers={"Content-Type": "text/javascript"}
        ),
    )


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

    def own_call(self, role: str, phone: str, **call: Any) -> None:
        self.own.show(presence="signed_in", phone=phone, work="on_call", role=role,
                      contact_id=self.call["contact_id"], emit=False)  # fmt: skip
        view = {"agent": self.own.view()["agent"], "call": {**self.call, **call}}
        # A page that is opened or reloaded asks for its picture, and must get the same one.
        self.stage.redis.hset(
            keys.LIVE_AGENTS, "2001", json.dumps({**view["agent"], "call": view["call"]})
        )
        self.own.emit("desk", view)

    def listens(self, mode: str, *others: str) -> None:
        up = [{"agent_no": number, "target": "1001", "mode": mode, "since": now_ms()}
              for number in ("2001", *others)]  # fmt: skip
        self.own_call("supervisor", "busy", monitors=up, monitor=mode)


@pytest.fixture
def chair(site: Site, stage: Stage) -> Chair:
    made = Chair(site, stage)
    made.own.clear()
    stage.ready()
    made.own.signed_in()
    return made


@pytest.fixture
def floor(sign_in: SignIn, site: Site, chair: Chair) -> Page:
    page = sign_in("2001")
    # The page asks for its picture once its line is up: what is told before that may be undone.
    with page.expect_response("**/supervisor/chair"):
        page.goto(f"{site.url}/supervisor")
    expect(page.locator(".agent")).to_have_count(2)
    return page


def takes_over(floor: Page) -> None:
    """The supervisor asks for the call of 1001."""
    floor.click('.agent[data-agent="1001"]')
    floor.click("#listen-keys [data-call=take_over]")


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
    chair.own.signed_in()
    expect(floor.locator("#open-phone")).to_be_hidden()
    floor.click("#helps [data-call=monitor]")
    assert told(chair.stage, "monitor")["target"] == "1001"
    assert not chair.stage.was_told("answer_help")


def test_it_takes_a_call_over_once_it_hears_it(floor: Page, chair: Chair):
    chair.talks()
    takes_over(floor)
    assert told(chair.stage, "monitor")["target"] == "1001"
    assert not chair.stage.was_told("take_over")
    chair.listens("monitor")
    assert told(chair.stage, "take_over")["target"] == "1001"


def test_given_a_take_over_came_to_nothing_then_listening_later_takes_nothing_over(
    floor: Page, chair: Chair
):
    chair.own.signed_out()
    chair.talks()
    takes_over(floor)
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


def test_given_the_next_caller_came_while_it_asked_then_the_shown_call_is_meant(
    floor: Page, chair: Chair
):
    chair.talks()
    floor.click('.agent[data-agent="1001"]')
    floor.click("#listen-keys [data-call=forced_release]")
    expect(floor.locator("#release")).to_be_visible()
    shown = chair.call["contact_id"]
    chair.call = {**chair.call, "contact_id": "01JDC0NTACT00000000000000J",
                  "caller_masked": "139 **** 1111"}  # fmt: skip
    chair.talks()
    expect(floor.locator("[data-caller]")).to_contain_text("139 **** 1111")
    floor.locator("#release [value=release]").click()
    assert told(chair.stage, "forced_release")["contact_id"] == shown


def test_it_shows_calls_without_an_agent_and_ends_one(floor: Page, chair: Chair):
    call = {**chair.call, "state": "outside", "members": [
        {"leg": "x", "kind": "outside", "value": "138 **** 0021", "since": now_ms()}
    ]}  # fmt: skip
    chair.stage.redis.hset(keys.LIVE_CALLS, call["contact_id"], json.dumps(call))
    try:
        floor.reload()
        box = floor.locator("#unserved")
        expect(box).to_contain_text("136 **** 0427")
        expect(box).to_contain_text("和 138 **** 0021 通话")
        box.get_by_role("button", name="强拆").click()
        expect(floor.locator("#release")).to_contain_text("136 **** 0427")
        floor.locator("#release [value=release]").click()
        assert told(chair.stage, "release_unserved")["contact_id"] == call["contact_id"]
        expect(floor.locator("#toasts")).to_contain_text("已下令，等通话结束")
        chair.stage.floor([], [])
        expect(box).to_be_hidden()
    finally:
        chair.stage.redis.delete(keys.LIVE_CALLS)


def test_it_writes_to_a_desk(floor: Page, sign_in: SignIn, site: Site, chair: Chair):
    desk = sign_in("1001")
    desk.goto(f"{site.url}/desk")
    expect(desk.locator("#state-pill")).to_contain_text("示闲")
    floor.select_option("#notice-form [name=to]", "1001")
    floor.fill("#notice-form [name=text]", "恢复时间改为 15:00")
    floor.locator("#notice-form [type=submit]").dblclick()
    expect(desk.locator("#notices")).to_contain_text("恢复时间改为 15:00")
    expect(floor.locator("#toasts")).to_contain_text("已送到 1 位已签入的坐席")
    assert chair.stage.redis.xlen(keys.NOTICES) == 1
    chair.stage.redis.delete(keys.NOTICES)


def test_it_writes_to_all_desks(floor: Page, sign_in: SignIn, site: Site, chair: Chair):
    Stage(site, "1002", "何静").ready()
    desks = [sign_in("1001"), sign_in("1002")]
    for desk in desks:
        desk.goto(f"{site.url}/desk")
        expect(desk.locator("#state-pill")).to_contain_text("示闲")
    floor.fill("#notice-form [name=text]", "下雨了，慢一点")
    floor.click("#notice-form [type=submit]")
    for desk in desks:
        expect(desk.locator("#notices")).to_contain_text("下雨了，慢一点")
    expect(floor.locator("#toasts")).to_contain_text("已送到 3 位已签入的坐席")
    chair.stage.redis.delete(keys.NOTICES)


def test_the_board_leaves_the_phone_at_the_desk_until_it_is_asked_for(
    sign_in: SignIn, site: Site, chair: Chair
):
    desk = sign_in("2001")
    desk.goto(f"{site.url}/desk")
    expect(desk.locator("#state-pill")).to_contain_text("签入准备")
    board = desk.context.new_page()
    board.goto(f"{site.url}/supervisor")
    expect(board.locator("#phone-lamp")).to_contain_text("话机在别的页面")
    expect(desk.locator("#phonebar")).to_be_hidden()
    board.click("#open-phone")
    expect(desk.locator("#phonebar")).to_contain_text("话机已移到")
    expect(board.locator("#phone-lamp")).to_contain_text("话机就绪")
    expect(board.locator("#open-phone")).to_be_hidden()


def test_a_consultation_is_answered_at_the_board(floor: Page, chair: Chair):
    party = {"kind": "agent", "value": "2001", "state": "dialling", "purpose": "consult",
             "since": now_ms()}  # fmt: skip
    allowed = ["answer", "reject"]
    chair.own_call("guest", "ringing", party=party, allowed=allowed, state="consult_dialling")
    card = floor.locator("#listening")
    expect(card).to_contain_text("林晓 找你咨询")
    expect(card.get_by_role("button", name="拒接")).to_be_visible()
    floor.keyboard.press("F2")
    told(chair.stage, "answer")
    chair.own_call("guest", "busy", party=party, allowed=["hang_up"], state="consulting")
    expect(card).to_contain_text("你正在通话")
    floor.keyboard.press("Shift+F2")
    told(chair.stage, "hang_up")


def test_given_the_phone_is_at_a_desk_then_the_board_shows_a_call_but_does_not_answer(
    sign_in: SignIn, site: Site, chair: Chair
):
    chair.own_call("serving", "ringing")
    desk = sign_in("2001")
    desk.goto(f"{site.url}/desk")
    board = desk.context.new_page()
    board.goto(f"{site.url}/supervisor")
    expect(board.locator("#phone-lamp")).to_contain_text("话机在别的页面")
    chair.own_call("guest", "ringing", allowed=["answer", "reject"])
    expect(board.locator("#listening")).to_contain_text("打来的内部电话")
    expect(board.locator("#listening button")).to_have_count(0)


def test_given_the_page_is_reloaded_then_a_call_taken_over_comes_back(
    sign_in: SignIn, site: Site, chair: Chair
):
    chair.own_call("serving", "busy", agent_no="2001", allowed=["hang_up"])
    page = sign_in("2001")
    with_a_phone_in_the_page(page)
    page.goto(f"{site.url}/supervisor")
    expect(page.locator("#listening")).to_contain_text("你已接手")
    assert told(chair.stage, "rejoin")["contact_id"] == chair.call["contact_id"]


def test_given_the_page_is_reloaded_then_a_listening_begins_anew_in_its_mode(
    sign_in: SignIn, site: Site, chair: Chair
):
    chair.listens("whisper")
    page = sign_in("2001")
    with_a_phone_in_the_page(page)
    page.goto(f"{site.url}/supervisor")
    assert told(chair.stage, "stop_monitor")["target"] == "1001"
    assert not chair.stage.was_told("whisper")
    chair.own.ready()
    assert told(chair.stage, "whisper")["target"] == "1001"


@pytest.mark.parametrize(
    ("ago_ms", "switch_up", "said"),
    [(40_000, True, "话务数据没有更新"), (0, False, "和话务交换机的连接断了")],
)
def test_given_the_telephony_stands_still_then_the_board_says_that_it_shows_the_past(
    floor: Page, chair: Chair, ago_ms: int, switch_up: bool, said: str
):
    expect(floor.locator("#stale")).to_be_hidden()
    expect(floor.locator("#age")).to_contain_text("秒前")
    chair.stage.beats(ago_ms, switch_up)
    floor.reload()
    expect(floor.locator("#stale")).to_contain_text(said)


def test_a_row_tells_who_is_served_what_is_written_and_who_listens(
    sign_in: SignIn, site: Site, chair: Chair
):
    contact = chair.call["contact_id"]
    profile = {"customers": [{"name": "王秀兰"}]}
    chair.stage.redis.hset(keys.LIVE_CALLS, contact, json.dumps({"profile": profile}))
    draft = {"values": {"kind": "repair.no_water.household"}, "by": "林晓", "at": now_ms()}
    chair.stage.redis.hset(keys.DRAFTS + contact, "ticket", json.dumps(draft))
    listener = {"agent_no": "2002", "target": "1001", "mode": "monitor", "since": now_ms()}
    chair.talks(call={**chair.call, "monitors": [listener]}, contact_id=contact)
    page = sign_in("2001")
    page.goto(f"{site.url}/supervisor")
    row = page.locator('.agent[data-agent="1001"]')
    expect(row).to_contain_text("王秀兰")
    expect(row).to_contain_text("单户无水")
    expect(row.locator('use[href$="#i-ear"]')).to_have_count(1)
    chair.talks(call={**chair.call, "contact_id": contact[:-1] + "J"})
    expect(row).to_contain_text("136 **** 0427")
    expect(row).not_to_contain_text("王秀兰")
    expect(row.locator('use[href$="#i-ear"]')).to_have_count(0)
    chair.stage.redis.delete(keys.DRAFTS + contact)


def test_the_queues_stand_in_a_table_with_what_waits_in_red(floor: Page, chair: Chair):
    queue = {"queue": "general", "name": "综合", "waiting": 3, "longest_since": now_ms() - 90_000,
             "target_s": 20, "ready": 0, "ringing": 1, "talking": 2, "wrapping": 4,
             "not_ready": 5}  # fmt: skip
    chair.stage.floor([], [queue])
    row = floor.locator("#queues tr", has_text="综合")
    cells = [row.locator("td").nth(n).inner_text() for n in (0, 4, 5, 6, 7, 8)]
    assert cells == ["3", "0", "1", "2", "4", "5"]
    expect(row.locator("[data-since]")).to_have_class("num danger")
    expect(row.locator("[data-since]")).to_contain_text("01:3")
    expect(floor.locator("#attention")).to_contain_text("综合 最长等待")
