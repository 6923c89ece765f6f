"""A call between colleagues: both desks say who the other one is, nobody looks for a household."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from esl_controller.domain.call import Call, Talk
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Target
from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage, now_ms
from tests.browser.test_desk import open_desk
from tests.browser.test_unfinished import picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

UNKNOWN_CITIZEN = "没有登记过"


def dialled(contact_id: str) -> Call:
    """1001 calls 1005."""
    now = now_ms()
    return Call(
        contact_id=contact_id,
        uuid="0193f3a0-0000-4000-8000-000000000009",
        caller_number="1005",
        e164=None,
        called_number="96001",
        started_at=now,
        direction="internal",
        state="dialling",
        talks=(Talk(1, "1001", "", "agent-leg", now, role="outbound"),),
        segment_count=1,
        dialled=Target("agent", "1005", "1005"),
    )


def name_of(page: Page, agent_no: str) -> str:
    return str(page.evaluate("no => JSON.parse(document.getElementById('texts').textContent)"
                             ".staff[no]", agent_no))  # fmt: skip


def test_the_desk_that_calls_names_the_colleague(sign_in: SignIn, site: Site, stage: Stage):
    page = open_desk(sign_in, site, stage)
    stage.call = dialled(CONTACT[:-1] + "M")
    stage.show(work="on_call", phone="busy", role="serving", contact_id=stage.call.contact_id)
    name = name_of(page, "1005")
    expect(page.locator("#callbar [data-name]")).to_have_text(f"坐席 1005 {name}")
    expect(page.locator("#callbar [data-number]")).to_have_text("")
    expect(page.locator("#callbar [data-has=ringing]")).to_be_visible()
    for part in page.locator("#callbar [data-has=menu]").all():
        expect(part).to_be_hidden()
    expect(page.locator("#internal")).to_contain_text(f"坐席 1005 {name}")
    expect(page.locator("#trail")).to_contain_text(f" → {name}")
    expect(page.locator("#trail .stop")).to_have_count(1)
    expect(page.locator('form[data-form="ticket"], form[data-form="customer"]')).to_have_count(0)
    expect(page.locator('form[data-form="wrap-up"]')).to_be_visible()
    assert UNKNOWN_CITIZEN not in page.content()
    picture(page, "internal-caller")


def test_the_desk_that_is_called_names_who_calls(sign_in: SignIn, site: Site, stage: Stage):
    called = Stage(site, "1005", "")
    called.ready()
    page = sign_in("1005")
    page.goto(f"{site.url}/desk")
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    called.call = dialled(CONTACT[:-1] + "N")
    called.show(work="on_call", phone="ringing", role="guest", contact_id=called.call.contact_id)
    name = name_of(page, "1001")
    expect(page.locator("#ring")).to_contain_text(f"{name} 打来的内部电话")
    expect(page.locator("#ring [data-number]")).to_have_text(name)
    expect(page.locator("#ring [data-who]")).to_have_text("内部通话，坐席 1001")
    assert page.title() == f"来电 坐席 1001 {name}"
    expect(page.locator("#internal")).to_contain_text(f"坐席 1001 {name}")
    picture(page, "internal-ring")
    called.call = replace(called.call, state="talking")
    called.show(work="on_call", phone="busy", role="guest")
    expect(page.locator("#callbar [data-name]")).to_have_text(f"坐席 1001 {name}")
    expect(page.locator("form[data-form]")).to_have_count(0)
    assert UNKNOWN_CITIZEN not in page.content() and "1***" not in page.content()
