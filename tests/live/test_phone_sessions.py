"""Who may register as an agent's phone: one session, the newest page's, and nobody else."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from esl_controller.contract.keys import PHONE_HEADER
from tests.actors.phone import SipPhone
from tests.live.scene import goes_home
from tests.live.stack import Stack
from tests.until import until

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]
Credentials = dict[str, Any]

pytestmark = pytest.mark.skipif(
    os.environ.get("SWITCH") == "rehearsal", reason="the rehearsal switch has no registrations"
)


@pytest.fixture()
def register(stack: Stack) -> Iterator[Callable[..., int]]:
    """Registers a SIP phone with these credentials; the final status."""
    made: list[SipPhone] = []

    def try_it(given: Credentials, sid: str | None = "", extension: str = "") -> int:
        sid = given["sid"] if sid == "" else sid
        phone = SipPhone(
            extension or given["extension"],
            stack.agents_address,
            domain=given["realm"],
            ha1=given["ha1"],
            headers=((PHONE_HEADER, sid),) if sid else (),
        )
        made.append(phone)
        return phone.register()

    yield try_it
    for phone in made:
        phone.close()


def test_it_registers_the_session_that_the_web_gave_and_no_other(
    stack: Stack, register: Callable[..., int]
) -> None:
    desk = stack.desk("1007")
    old = desk.phone_session()
    assert register(old) == 200
    assert register(old, sid=None) == 403
    assert register(old, sid="an-invented-session-id") == 403
    assert register(old, sid="'; DROP TABLE agent; --") == 403
    assert register(old, extension="1008") == 403
    new = desk.phone_session()
    assert register(old) == 403
    assert register({**new, "ha1": old["ha1"]}) == 403
    assert register(new) == 200


def test_given_redis_hangs_a_phone_in_use_stays_and_no_new_one_comes(
    stack: Stack, register: Callable[..., int]
) -> None:
    known = stack.desk("1007").phone_session()
    assert register(known) == 200
    unseen = stack.desk("1008").phone_session()
    stack.freeze("redis")
    try:
        assert register(known) == 200
        assert register(unseen) == 403
    finally:
        stack.thaw("redis")
    assert register(unseen) == 200


@pytest.fixture()
def browser_of(stack: Stack) -> Iterator[Callable[[str], tuple[Page, list[Credentials]]]]:
    """A browser of its own, signed in as this agent, and the credentials that its page is given."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            headless=False, executable_path=CHROMIUM, args=ARGUMENTS
        )
        contexts: list[BrowserContext] = []

        def open_desk(agent_no: str) -> tuple[Page, list[Credentials]]:
            context = chromium.new_context(locale="zh-CN")
            contexts.append(context)
            page, given = context.new_page(), []
            page.on(
                "response",
                lambda answer: (
                    given.append(answer.json())
                    if answer.url.endswith("/phone-session") and answer.ok
                    else None
                ),
            )
            page.goto(f"http://127.0.0.1:{stack.values['PORT']}/login")
            page.fill("[name=login_name]", agent_no)
            page.fill("[name=password]", stack.password_of(agent_no))
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/login" not in url)
            page.goto(f"http://127.0.0.1:{stack.values['PORT']}/desk")
            return page, given

        yield open_desk
        for context in contexts:
            context.close()
        chromium.close()


def call_id_of(stack: Stack, extension: str) -> str | None:
    """The Call-ID of the registration that FreeSWITCH has for the extension now."""
    rows = stack.api(f"sofia status profile agents user {extension}@{stack.domain}")
    found = re.search(r"Call-ID:\s*(\S+)", rows)
    return found[1] if found else None


def test_given_two_browsers_the_newest_has_the_phone(
    stack: Stack, browser_of: Callable[..., Any], register: Callable[..., int]
) -> None:
    first, given_first = browser_of("1006")
    if stack.agent_view("1006")["presence"] == "signed_out":
        first.click("[data-do=sign_in]:visible")
    one = until(lambda: call_id_of(stack, "1006"), 20, what="the first page's phone registers")

    second, given_second = browser_of("1006")

    def moved() -> str | None:
        second.wait_for_timeout(100)  # lets both pages work
        now = call_id_of(stack, "1006")
        return now if now and now != one else None

    until(moved, 20, what="the second page's phone registers")
    first.get_by_text("话机已移到另一个页面").first.wait_for(timeout=10_000)
    assert register(given_first[-1]) == 403
    last = given_second[-1]
    second.evaluate("fetch('/logout', {method: 'POST', headers: {'X-CSRFToken': "
                    "document.querySelector('meta[name=csrf-token]').content}})")  # fmt: skip
    until(lambda: register(last) == 403, 5, what="the sign-out ends the credentials")
    goes_home(stack.desk("1006"))
