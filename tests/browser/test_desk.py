"""The desk in Chromium: what the controller tells is what the agent sees, and the other way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from esl_controller.contract import keys
from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

KNOWN, SEVERAL, UNKNOWN = "13600000427", "19900000001", "18912343380"


def open_desk(sign_in: SignIn, site: Site, stage: Stage) -> Page:
    stage.ready()
    page = sign_in("1001")
    page.goto(f"{site.url}/desk")
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    return page


def command_of(stage: Stage, kind: str) -> dict[str, Any]:
    found = until(
        lambda: [body for type_, _no, body in stage.commands() if type_ == kind], what=kind
    )
    return dict(found[-1])


def test_it_lives_a_whole_call_with_the_keyboard(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)

    stage.offer(KNOWN, site.identify(KNOWN))
    expect(page.locator("#ring")).to_be_visible()
    expect(page.locator("#center .plate")).to_contain_text("和风小区")
    expect(page.locator("#center")).to_contain_text("王秀兰")
    expect(page.locator("#center .note--warn").first).to_contain_text("正在停水")
    expect(page.locator("#ring")).to_contain_text("136 **** 0427")
    assert page.title().startswith("来电")

    page.keyboard.press("F2")
    assert command_of(stage, "answer")["contact_id"] == CONTACT
    stage.answer()
    expect(page.locator("#callbar")).to_be_visible()
    expect(page.locator("#ring")).to_be_hidden()

    page.keyboard.press("F4")
    command_of(stage, "hold")
    stage.hold()
    expect(page.locator("[data-pair=hold]")).to_contain_text("取回")
    expect(page.locator("[data-pair=mute]")).to_be_disabled()

    page.keyboard.press("Shift+F2")
    command_of(stage, "hang_up")
    stage.wrap_up()
    expect(page.locator("[data-caption]")).to_have_text("整理剩余")

    page.click("[data-do=finish_wrap_up]")
    expect(page.locator('form[data-form="wrap-up"]')).to_contain_text("选一个通话结果")
    page.locator("#callbar [data-clock]").click()
    page.keyboard.press("1")
    expect(page.locator('input[name=result][value="resolved"]')).to_be_checked()
    page.keyboard.press("F10")
    command_of(stage, "finish_wrap_up")
    stage.ready()
    expect(page.locator("#idle-center")).to_be_visible()
    expect(page.locator("#state-pill")).to_contain_text("示闲")


def test_on_the_rehearsal_switch_the_page_plays_the_callers_voice(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = open_desk(sign_in, site, stage)
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + "G")
    with page.expect_response("**/desk/caller-voice/*.wav") as heard:
        page.keyboard.press("F2")
        stage.answer()
    assert heard.value.status in (200, 206)


def test_it_paints_the_plate_before_the_fragment_has_come(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = open_desk(sign_in, site, stage)
    page.route("**/desk/pop/**", lambda route: None)  # a CRM that never answers
    stage.offer(KNOWN, site.identify(KNOWN))
    expect(page.locator("#center [data-quick] .plate")).to_contain_text("和风小区")
    expect(page.locator("#center [data-quick]")).to_contain_text("王秀兰")


def test_given_an_unknown_number_then_the_address_is_found_while_typing(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = open_desk(sign_in, site, stage)
    stage.offer(UNKNOWN, site.identify(UNKNOWN), contact_id=CONTACT[:-1] + "C")
    expect(page.locator("#center")).to_contain_text("没有登记过")
    stage.answer()
    page.fill("#find-premise", "和风小区3-2-401")
    page.locator("#found [data-premise]").first.click()
    expect(page.locator("#center .plate")).to_contain_text("401")


def test_given_several_doors_then_the_agent_chooses(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    stage.offer(SEVERAL, site.identify(SEVERAL), contact_id=CONTACT[:-1] + "D")
    expect(page.locator("#center .place")).to_have_count(3)
    page.locator("#center .place").nth(1).click()
    expect(page.locator("#center .plate")).to_be_visible()


def test_it_writes_a_ticket_beside_the_caller(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + "E")
    stage.answer()
    form = page.locator('form[data-form="ticket"]')
    form.locator("label", has_text="无水").first.click()
    form.locator("[data-kinds-of]:not([hidden]) .chip").first.click()
    form.locator("[name=text]").fill("家里没有水")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#side .note--ok")).to_contain_text("GD")


def test_it_keeps_what_was_typed_over_a_reload(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + "F")
    stage.answer()
    page.locator('form[data-form="ticket"] [name=text]').fill("下午要按时服药")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator('form[data-form="ticket"] [name=text]')).to_have_value("下午要按时服药")
    expect(page.locator("#callbar")).to_be_visible()


def test_it_drops_old_news_and_asks_again_after_a_gap(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    old = stage.view()
    stage.show(emit=False, work="not_ready", reason="meal")
    with page.expect_response("**/desk/snapshot"):
        stage.show(work="not_ready", reason="meeting")
    expect(page.locator("#state-pill")).to_contain_text("会议")
    stage.emit("desk", old)
    stage.emit("refused", {"command_id": "x", "code": "not_now", "message": "no"})
    expect(page.locator("#command-note")).to_contain_text("现在不能这样做")
    expect(page.locator("#state-pill")).to_contain_text("会议")


def test_it_says_what_became_of_a_missed_call(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    stage.missed()
    expect(page.locator("#missed")).to_contain_text("没有接")
    page.keyboard.press("Alt+r")
    command_of(stage, "ready")


def test_given_two_desks_then_the_newest_has_the_phone_and_the_other_may_take_it_back(
    sign_in: SignIn, site: Site, stage: Stage
):
    first = open_desk(sign_in, site, stage)
    second = open_desk(sign_in, site, stage)
    expect(first.locator("#phonebar")).to_contain_text("话机已移到")
    stage.offer(KNOWN, site.identify(KNOWN))
    expect(first.locator("#ring [data-do=answer]")).to_be_disabled()
    expect(second.locator("#ring [data-do=answer]")).to_be_enabled()
    first.click("#phonebar [data-do=take_over]")
    expect(first.locator("#ring [data-do=answer]")).to_be_enabled()
    expect(second.locator("#phonebar")).to_contain_text("话机已移到")


def test_a_desk_gives_signs_of_life(sign_in: SignIn, site: Site, stage: Stage):
    stage.redis.delete(keys.PRESENCE)
    open_desk(sign_in, site, stage)
    first = until(lambda: stage.redis.hget(keys.PRESENCE, "1001"), what="presence")
    until(lambda: stage.redis.hget(keys.PRESENCE, "1001") != first, 15, what="the next beat")


def test_nobody_listens_to_another_agents_room(sign_in: SignIn, site: Site, stage: Stage):
    other = Stage(site, "1002", "何静")
    other.ready()
    page = sign_in("1002")
    page.goto(f"{site.url}/desk")
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    stage.ready()
    stage.offer(KNOWN, site.identify(KNOWN))
    other.show(work="not_ready", reason="meeting")
    expect(page.locator("#state-pill")).to_contain_text("会议")
    expect(page.locator("#ring")).to_be_hidden()


def test_nothing_stands_in_front_of_the_ring_card(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    stage.offer(KNOWN, site.identify(KNOWN))
    expect(page.locator("#ring")).to_be_visible()
    expect(page.locator("#keys-help")).to_be_hidden()


def test_the_pop_is_painted_well_within_a_second(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    profile = site.identify(KNOWN)
    begun = time.monotonic()
    stage.offer(KNOWN, profile)
    page.wait_for_selector("#center .plate")
    assert time.monotonic() - begun < 1.0


def test_the_theme_and_language_stay_chosen(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    page.click("header [data-theme-switch]:visible")
    chosen = page.evaluate("document.documentElement.dataset.theme")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == chosen
    page.click("header [data-lang-switch]:visible")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_floor_follows_the_event_and_orders_an_agent(
    sign_in: SignIn, site: Site, stage: Stage
):
    stage.ready()
    page = sign_in("2001")
    page.goto(f"{site.url}/supervisor")
    view = {**stage.view()["agent"], "state": "unreachable", "phone": "idle", "call": None}
    until(lambda: page.locator(".agent").count() == 1, what="the snapshot")
    stage.floor([view], [])
    expect(page.locator("#attention")).to_contain_text("林晓 话机不通")
    page.click('.agent[data-agent="1001"]')
    page.fill("#order [name=reason]", "话机坏了")
    page.click("#order [value=force_not_ready]")
    assert command_of(stage, "force_not_ready")["reason"] == "话机坏了"


def test_it_shows_how_long_a_break_may_last_and_when_it_is_over(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = open_desk(sign_in, site, stage)
    stage.signed_in("rest")
    expect(page.locator("#card [data-limit]")).to_contain_text("限 10 分钟，还剩")
    expect(page.locator("#state-timer")).to_have_class("num t2")
    stage.show(since=int(time.time() * 1000) - 11 * 60_000)
    expect(page.locator("#card [data-limit]")).to_contain_text("限 10 分钟，已超 01:0")
    expect(page.locator("#state-timer")).to_have_class("num t2 danger strong")
    stage.signed_in("meeting")
    expect(page.locator("#card [data-limit]")).to_be_hidden()
