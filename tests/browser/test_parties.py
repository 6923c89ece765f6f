"""Calls with more than two parties in Chromium: each state the controller tells has its face."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from esl_controller.contract import keys
from esl_controller.domain.call import Call
from esl_controller.domain.parties import Monitor, Party, Target
from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage, now_ms
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

KNOWN = "13600000427"
LEG = "00000000-0000-4000-8000-00000000000{}"


def party(state: str = "up", n: int = 1, value: str = "1002", kind: str = "agent") -> Party:
    purpose = "conference" if n > 1 else "consult"
    return Party(LEG.format(n), Target(kind, value), purpose, state, now_ms(), now_ms(), n)


def told(stage: Stage, kind: str) -> dict[str, Any]:
    found = until(
        lambda: [body for type_, _no, body in stage.commands() if type_ == kind], what=kind
    )
    return dict(found[-1])


def show_call(stage: Stage, **changes: Any) -> Call:
    assert stage.call is not None
    stage.call = replace(stage.call, **changes)
    stage.show()
    return stage.call


@pytest.fixture
def desk(sign_in: SignIn, site: Site, stage: Stage) -> Page:
    """Agent 1001 talks to a known caller."""
    other = Stage(site, "1002", "何静")
    other.ready()
    stage.ready()
    page = sign_in("1001")
    page.goto(f"{site.url}/desk")
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + "P")
    stage.answer()
    expect(page.locator("#callbar")).to_be_visible()
    return page


def test_it_finds_whom_to_reach_while_typing(desk: Page, stage: Stage):
    desk.keyboard.press("F9")
    expect(desk.locator("#reach-list")).to_contain_text("何静")
    desk.keyboard.type("1002")
    expect(desk.locator(".reach__row.is-chosen")).to_contain_text("何静")
    desk.keyboard.press("Shift+Enter")
    sent = told(stage, "consult")
    assert (sent["kind"], sent["value"]) == ("agent", "1002")
    expect(desk.locator("#reach")).to_be_hidden()


def test_it_takes_digits_for_an_outside_number(desk: Page, stage: Stage):
    desk.click("[data-open=transfer]")
    desk.fill("#reach-find", "139 1234 5678")
    desk.keyboard.press("Enter")
    assert told(stage, "transfer")["value"] == "13912345678"


def test_it_says_in_place_why_a_transfer_failed(desk: Page, stage: Stage):
    stage.emit("refused", {"command_id": None, "code": "target_no_answer", "message": "x"})
    expect(desk.locator("#command-note")).to_have_text("转接没有人接，用户还在你这里。")


@pytest.mark.parametrize(
    ("state", "words", "keys_"),
    [
        ("consult_dialling", "正在呼叫", {"Alt+c": "cancel_consult"}),
        ("transferring", "正在转给对方", {"Alt+c": "cancel_consult"}),
        ("consulting", "正在和对方说", {"F9": "complete_transfer", "Alt+w": "swap"}),
        ("swapped", "正在和用户说", {"Shift+F9": "merge", "Alt+c": "cancel_consult"}),
    ],
)
def test_it_shows_the_second_party_and_what_may_be_done(
    desk: Page, stage: Stage, state: str, words: str, keys_: dict[str, str]
):
    up = "up" if state in ("consulting", "swapped") else "dialling"
    call = show_call(stage, state=state, party=party(up))
    box = desk.locator("#second")
    expect(box).to_contain_text("何静")
    expect(box).to_contain_text(words)
    expect(box.locator("[data-do]")).to_have_count(
        len({"complete_transfer", "cancel_consult", "swap", "merge"} & set(call.allowed))
    )
    for key, action in keys_.items():
        desk.keyboard.press(key)
        told(stage, action)


def test_it_mutes_and_removes_members_of_a_conference(desk: Page, stage: Stage):
    members = (party(n=2), party(n=3, value="+8613912345678", kind="outside"))
    show_call(stage, state="conference", members=members)
    expect(desk.locator("#second")).to_contain_text("139 **** 5678")
    desk.locator("#second [data-do=mute_party]").first.click()
    assert told(stage, "mute_party")["leg"] == LEG.format(2)
    desk.locator("#second [data-do=drop_party]").last.click()
    assert told(stage, "drop_party")["leg"] == LEG.format(3)
    desk.keyboard.press("Alt+x")
    told(stage, "end_conference")


def test_it_shows_who_listens_and_what_became_of_the_call_for_help(desk: Page, stage: Stage):
    desk.keyboard.press("F1")
    desk.click("[data-help-reason]")
    desk.locator("#help-form [type=submit]").click()
    reason = told(stage, "ask_help")["reason"]
    stage.show(help={"reason": reason, "at": now_ms(), "answered_by": None})
    expect(desk.locator("#second")).to_contain_text("已向班长求助")
    desk.locator("#second [data-do=withdraw_help]").click()
    told(stage, "withdraw_help")
    stage.show(help={"reason": reason, "at": now_ms(), "answered_by": "1003"})
    expect(desk.locator("#second [data-do=withdraw_help]")).to_have_count(0)
    listener = Monitor(LEG.format(9), "2001", "1001", "whisper", "up", now_ms(), now_ms())
    stage.agent = replace(
        stage.agent,
        help={"reason": reason, "at": now_ms(), "answered_by": "2001", "reply": "先道歉"},
    )
    show_call(stage, monitors=(listener,))
    expect(desk.locator("#second")).to_contain_text("陈国栋 正在耳语，用户听不到")
    expect(desk.locator("#second")).to_contain_text("先道歉")


def test_it_counts_down_while_the_caller_is_brought_back(desk: Page, stage: Stage):
    show_call(stage, state="orphaned", orphaned_until=now_ms() + 18_000)
    expect(desk.locator("#phonebar")).to_contain_text("正在把用户接回来，还剩 1")
    expect(desk.locator("[data-do=hang_up]")).to_be_disabled()


def test_a_guest_is_told_who_asks_and_gets_the_draft(desk: Page, site: Site, stage: Stage):
    draft = {"rev": 1, "values": {"text": "没有水"}, "by": "何静", "agent_no": "1002", "at": 1}
    contact = CONTACT[:-1] + "Q"
    stage.redis.hset(keys.DRAFTS + contact, "ticket", json.dumps(draft))
    stage.ready()
    expect(desk.locator("#idle-center")).to_be_visible()
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=contact)
    stage.answer()
    assert stage.call is not None
    talk = replace(stage.call.talks[0], agent_no="1002")
    guest = replace(party("dialling"), target=Target("agent", "1001"))
    stage.call = replace(stage.call, state="consult_dialling", talks=(talk,), party=guest)
    stage.show(role="guest", phone="ringing")
    expect(desk.locator("#ring")).to_contain_text("何静 找你咨询")
    desk.keyboard.press("Shift+F2")
    told(stage, "reject")
    up = replace(guest, state="up")
    stage.call = replace(stage.call, state="consulting", party=up)
    stage.show(role="guest", phone="busy")
    expect(desk.locator("#second")).to_contain_text("何静 的通话，你在旁边")
    expect(desk.locator("[data-form=ticket] [name=text]")).to_have_value("没有水")


def test_it_dials_by_keyboard_and_says_why_nobody_was_reached(desk: Page, stage: Stage):
    stage.ready()
    expect(desk.locator("#idle-center")).to_be_visible()
    desk.keyboard.press("Alt+d")
    desk.keyboard.type("13912345678")
    desk.keyboard.press("Enter")
    assert told(stage, "dial")["kind"] == "outside"
    stage.emit("refused", {"command_id": None, "code": "dial_busy", "message": "x"})
    expect(desk.locator("#command-note")).to_contain_text("对方正忙")


def test_a_message_of_the_supervisor_stays_until_it_is_put_away(desk: Page, stage: Stage):
    notice = {"id": "01ZZZZZZZZZZZZZZZZZZZZZZZZ", "at": now_ms(), "to": "1001", "text": "延长到三点",
              "by": "陈国栋", "urgent": False}  # fmt: skip
    stage.emit("notice", notice)
    expect(desk.locator("#notices")).to_contain_text("延长到三点")
    desk.keyboard.press("Alt+m")
    expect(desk.locator("#notices")).to_be_hidden()


def test_what_is_put_away_was_on_the_page(desk: Page, stage: Stage):
    for n in range(5):
        stage.emit("notice", {"id": f"01ZZZZZZZZZZZZZZZZZZZZZZZ{n}", "at": now_ms(), "to": "1001",
                              "text": f"第 {n} 条", "by": "陈国栋", "urgent": False})  # fmt: skip
    expect(desk.locator("#notices [data-notice]")).to_have_count(5)
    desk.keyboard.press("Alt+m")
    expect(desk.locator("#notices")).to_be_hidden()


def test_every_key_is_listed(desk: Page):
    desk.keyboard.press("?")
    words = desk.locator("#keys-help").inner_text()
    listed = "F1|F9|Shift F9|Alt W|Alt C|Alt X|Alt D|Alt G|Alt M|Alt N|Alt Y|Esc"
    for key in listed.split("|"):
        assert key in words
