"""Chromium, one site for all browser tests, and a signed-in page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.stage import Site, Stage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration city on the rehearsal switch: phones need no SIP server."""
    if not shutil.which(CHROMIUM):
        pytest.skip("needs Chromium")
    made = Site(tmp_path_factory.mktemp("site", numbered=True), switch="rehearsal")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # headless=False keeps playwright from asking for its own headless shell
        made = playwright.chromium.launch(
            headless=False, executable_path=CHROMIUM, args=ARGUMENTS
        )
        yield made
        made.close()


@pytest.fixture
def stage(site: Site) -> Stage:
    """The controller's hand, with an empty live picture."""
    made = Stage(site)
    made.clear()
    return made


SignIn = Callable[[str], Page]
Cookies = dict[str, Any]


@pytest.fixture(scope="session")
def cookies() -> Cookies:
    """What each person's browser keeps: signing in is limited to a few times a minute."""
    return {}


@pytest.fixture
def sign_in(site: Site, browser: Browser, cookies: Cookies) -> Iterator[SignIn]:
    """`sign_in("1001")`: a browser of its own in which that person has signed in.

    The test fails when a page threw an error or broke the content policy.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(login: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900},
            locale="zh-CN",
            storage_state=cookies.get(login),
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda line: troubles.append(line.text) if "Content Security" in line.text else None,
        )
        if login not in cookies:
            page.goto(f"{site.url}/login")
            page.fill("[name=login_name]", login)
            page.fill("[name=password]", site.password_of(login))
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/login" not in url)
            cookies[login] = context.storage_state()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles
