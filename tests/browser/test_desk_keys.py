"""The keyboard of the desk, the end of a call, and the numbers that can be pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage
from tests.browser.test_desk import KNOWN, command_of, open_desk
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def talking(sign_in: SignIn, site: Site, stage: Stage, last: str) -> Page:
    page = open_desk(sign_in, site, stage)
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + last)
    stage.answer()
    expect(page.locator("#callbar")).to_be_visible()
    expect(page.locator('form[data-form="wrap-up"]')).to_be_visible()
    return page


def told(stage: Stage) -> list[str]:
    return [kind for kind, _no, _body in stage.commands()]


def test_whatever_ends_the_wrap_up_takes_the_result_along(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = talking(sign_in, site, stage, "R")
    stage.wrap_up()
    expect(page.locator("[data-caption]")).to_have_text("整理剩余")
    page.keyboard.press("Alt+r")
    expect(page.locator('form[data-form="wrap-up"]')).to_contain_text("选一个通话结果")
    assert told(stage) == []
    page.locator("#callbar [data-clock]").click()
    page.keyboard.press("1")
    page.keyboard.press("Alt+s")
    with page.expect_request("**/desk/wrap-up") as saved:
        page.click("#state-menu [data-reason=meal]")
    assert saved.value.post_data_json["result"] == "resolved"
    assert command_of(stage, "not_ready")["reason"] == "meal"


def test_an_agent_stays_not_ready_after_the_wrap_up_by_keyboard(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = talking(sign_in, site, stage, "S")
    page.keyboard.press("Alt+n")
    expect(page.locator("#command-note")).to_have_text("现在不能用这个键。")
    stage.wrap_up()
    expect(page.locator("[data-caption]")).to_have_text("整理剩余")
    page.keyboard.press("Alt+n")
    chosen = page.locator("#after-menu [data-reason]:focus")
    reason = chosen.get_attribute("data-reason")
    page.keyboard.press("Enter")
    assert command_of(stage, "stay_not_ready")["reason"] == reason
    stage.show(next_work="not_ready", next_reason=reason)
    expect(page.locator("#next-wish")).to_contain_text("整理后：")
    page.keyboard.press("Alt+y")
    command_of(stage, "extend_wrap_up")


def test_digits_are_sent_while_the_pad_is_open_and_choose_nothing(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = talking(sign_in, site, stage, "T")
    page.keyboard.press("Alt+d")
    expect(page.locator("#dialpad [data-digit]:focus")).to_have_count(1)
    page.keyboard.type("1177")
    page.keyboard.press("Shift+3")
    until(
        lambda: "".join(body["digits"] for _kind, _no, body in stage.commands()) == "1177#",
        what="each digit, in order",
    )
    expect(page.locator("input[name=result]:checked")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#dialpad")).to_be_hidden()
    page.keyboard.press("1")
    expect(page.locator("input[name=result]:checked")).to_have_count(1)


def test_a_held_enter_calls_once(sign_in: SignIn, site: Site, stage: Stage):
    page = talking(sign_in, site, stage, "V")
    page.route("**/desk/commands", lambda route: None)  # an answer that never comes
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/commands" in one.url else None)
    page.keyboard.press("F9")
    page.keyboard.type("13912345678")
    page.keyboard.down("Enter")
    for _repeat in range(3):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#reach")).to_be_hidden()
    assert len(asked) == 1


def test_given_a_phone_on_the_table_then_the_agent_is_told_to_pick_it_up(
    sign_in: SignIn, site: Site, stage: Stage
):
    stage.media = "sip"
    stage.agent = replace(stage.agent, media="sip")
    page = open_desk(sign_in, site, stage)
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=CONTACT[:-1] + "W")
    expect(page.locator("#ring")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.locator("#command-note")).to_have_text("请拿起话机")
    stage.answer()
    assert stage.call is not None
    stage.call = replace(stage.call, state="dialling", direction="outbound")
    stage.show(phone="ringing")
    expect(page.locator("#callbar [data-caption]")).to_have_text("请拿起话机")
    stage.show(phone="busy")
    expect(page.locator("#callbar [data-caption]")).to_have_text("正在呼叫")


def test_a_number_on_the_card_is_brought_into_the_talk_and_called_after_the_wrap_up(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = talking(sign_in, site, stage, "X")
    number = page.locator("#center [data-dial-link]").first
    link = int(number.get_attribute("data-dial-link") or 0)
    number.click()
    expect(page.locator(".reach__row.is-chosen")).to_contain_text(number.inner_text())
    page.keyboard.press("Shift+Enter")
    assert command_of(stage, "consult")["kind"] == "outside"
    stage.wrap_up()
    expect(page.locator("[data-caption]")).to_have_text("整理剩余")
    number.click()
    expect(page.locator('form[data-form="wrap-up"]')).to_contain_text("选一个通话结果")
    page.locator("#callbar [data-clock]").click()
    page.keyboard.press("1")
    with page.expect_request("**/desk/commands") as asked:
        number.click()
        command_of(stage, "finish_wrap_up")
        stage.ready()
    assert asked.value.post_data_json["body"]["phone_link_id"] == link
    command_of(stage, "dial")


def test_given_a_sign_out_was_asked_for_then_it_stands_beside_the_state(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = talking(sign_in, site, stage, "Y")
    view = stage.view()
    view["agent"] |= {"seq": view["agent"]["seq"] + 1, "sign_out_asked": True}
    stage.emit("desk", view)
    expect(page.locator("#next-wish")).to_have_text("之后：签出")


def test_a_number_on_another_page_is_put_into_the_open_desk(
    sign_in: SignIn, site: Site, stage: Stage
):
    desk = open_desk(sign_in, site, stage)
    other = desk.context.new_page()
    other.goto(f"{site.url}/calls/")
    number = other.locator("a[data-desk-dial]").first
    number.click()
    expect(other.locator("#toasts")).to_contain_text("号码已放到坐席页")
    expect(desk.locator(".reach__row.is-chosen")).to_contain_text("****")
    assert told(stage) == []
    desk.keyboard.press("Enter")
    assert command_of(stage, "dial")["kind"] == "outside"

    desk.close()
    number.click()
    expect(other.locator("#state-pill")).to_contain_text("示闲")
    expect(other.locator(".reach__row.is-chosen")).to_contain_text("****")
    assert "caller_of" not in other.url
