"""What an agent began and what was chosen beside a call: neither is lost with the page."""

from __future__ import annotations

import os
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from crm_web import models  # noqa: F401  (every table that a contact points to)
from crm_web.areas.calls.models import Contact
from crm_web.areas.org.models import Agent
from crm_web.columns import utc_now
from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage
from tests.browser.test_desk import KNOWN, SEVERAL, command_of, open_desk
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ZONE = ZoneInfo("Asia/Shanghai")
WORDS = "三楼没有水，从早上开始"


def on_record(site: Site, contact_id: str, **values: Any) -> None:
    """The call log has written that 1001 had this call."""
    engine = create_engine(f"sqlite:///{site.home}/clearline.db")
    with Session(engine) as session:
        agent = session.scalars(select(Agent).where(Agent.agent_no == "1001")).one()
        now = utc_now()
        row = {
            "pub": contact_id,
            "started_at": now,
            "local_date": now.astimezone(ZONE).date(),
            "number_mask": "136 **** 0427",
            "last_agent_id": agent.id,
        }
        session.add(Contact(**{**row, **values}))
        session.commit()
    engine.dispose()


def picture(page: Page, name: str) -> None:
    """Only when somebody wants to look: SHOTS names a folder."""
    folder = os.environ.get("SHOTS")
    if not folder:
        return
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=width < 1000)
    page.set_viewport_size({"width": 1440, "height": 900})


def left_behind(sign_in: SignIn, site: Site, stage: Stage, last: str) -> Page:
    """A desk whose wrap-up ended while a ticket was being written."""
    page = open_desk(sign_in, site, stage)
    contact = CONTACT[:-1] + last
    stage.offer(KNOWN, site.identify(KNOWN), contact_id=contact)
    stage.answer()
    on_record(site, contact)
    form = page.locator('form[data-form="ticket"]')
    with page.expect_response("**/desk/drafts/*"):
        form.locator("[name=text]").fill(WORDS)
    until(lambda: stage.redis.keys(f"*{contact}*"), what="the draft")
    stage.wrap_up()
    expect(page.locator("[data-caption]")).to_have_text("整理剩余")
    stage.ready()
    return page


def test_a_ticket_that_was_not_finished_is_written_on_after_the_call(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = left_behind(sign_in, site, stage, "V")
    line = page.locator("#unfinished li", has_text=WORDS)
    expect(line).to_be_visible()
    picture(page, "unfinished-list")
    line.locator("[data-unfinished]").click()
    form = page.locator('form[data-form="ticket"]')
    expect(form.locator("[name=text]")).to_have_value(WORDS)
    expect(form.locator("[name=text]")).to_be_focused()
    expect(page.locator("#center .plate")).to_contain_text("和风小区")
    expect(page.locator('form[data-form="wrap-up"]')).to_have_count(0)
    picture(page, "unfinished-form")

    # A call that comes goes first; the draft is still there afterwards.
    stage.offer(SEVERAL, site.identify(SEVERAL), contact_id=CONTACT[:-1] + "X")
    expect(page.locator("#ring")).to_be_visible()
    expect(page.locator("#center .place")).to_have_count(3)
    stage.ready()
    line.locator("[data-unfinished]").click()
    form.locator("label", has_text="无水").first.click()
    form.locator("[data-kinds-of]:not([hidden]) .chip").first.click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("GD")
    expect(page.locator("#idle-center")).to_be_visible()
    expect(line).to_have_count(0)


def test_a_ticket_that_is_not_wanted_is_thrown_away_at_the_second_press(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = left_behind(sign_in, site, stage, "W")
    line = page.locator("#unfinished li", has_text=WORDS)
    line.locator("[data-unfinished]").click()
    page.click("[data-unfinished-do=close]")
    expect(line).to_be_visible()
    line.locator("[data-unfinished]").click()
    key = page.locator("[data-unfinished-do=discard]")
    key.click()
    expect(key).to_have_text("再按一次就不要了")
    key.click()
    expect(line).to_have_count(0)
    page.reload()
    expect(page.locator("#idle-center")).to_be_visible()
    expect(line).to_have_count(0)


def test_the_door_that_was_chosen_stays_with_the_call(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = open_desk(sign_in, site, stage)
    stage.offer(SEVERAL, site.identify(SEVERAL), contact_id=CONTACT[:-1] + "Y")
    stage.answer()
    page.locator("#center .place").nth(1).click()
    expect(page.locator("#center .plate")).to_be_visible()
    door = page.locator("#center .plate").inner_text()
    page.reload()
    expect(page.locator("#center .plate")).to_be_visible()
    assert page.locator("#center .plate").inner_text() == door


def test_every_key_that_is_printed_works_and_the_others_say_so(
    sign_in: SignIn, site: Site, stage: Stage
):
    profile = site.identify(KNOWN)
    one = profile["customers"][0]
    many = {**profile, "customers": [{**one, "id": f"{n}", "name": f"客{n}"} for n in range(5)]}
    page = open_desk(sign_in, site, stage)
    page.keyboard.press("F1")
    expect(page.locator("#command-note")).to_have_text("现在不能用这个键。")
    stage.offer(KNOWN, many, contact_id=CONTACT[:-1] + "Z")
    stage.answer()
    expect(page.locator("[name=who]")).to_have_count(5)
    for place in range(5):
        printed = page.locator(".who__c .kbd").nth(place).inner_text()
        page.keyboard.press(printed.replace(" ", "+"))
        expect(page.locator("[name=who]").nth(place)).to_be_checked()
    assert printed == "Alt 6"
    page.keyboard.press("F1")
    expect(page.locator("#help")).to_be_visible()


def test_a_colleague_of_an_earlier_talk_is_called_as_an_agent(
    sign_in: SignIn, site: Site, stage: Stage
):
    on_record(site, CONTACT[:-1] + "T", direction="internal", number_mask="1005",
              outcome="not_reached")  # fmt: skip
    page = open_desk(sign_in, site, stage)
    page.locator("[data-dial-agent='1005']").first.click()
    body = command_of(stage, "dial")
    assert (body["kind"], body["value"]) == ("agent", "1005")
