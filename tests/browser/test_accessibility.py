"""Every page through axe-core, in both languages and both themes: nothing serious may be left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.filled import fill
from tests.browser.stage import CONTACT, Site, Stage, now_ms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KNOWN, SEVERAL, UNKNOWN = "13600000427", "19900000001", "18912343380"
GRAVE = ("serious", "critical")
THEMES = ("light", "dark")
SLOW_MS = 20_000
OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    },
    "resultTypes": ["violations"],
    "preload": False,  # it would write <style> elements, which the content policy refuses
}
#: Who opens which page. ">/x/": the first link to one of those on it is followed.
PAGES: dict[str, tuple[str, ...]] = {
    "director": (
        "/calls/", "/calls/{contact}", "/voicemails/", "/voicemails/>/voicemails/",
        "/customers/?q=和风小区", "/customers/premises/new", "/customers/people/new",
        "/customers/?q=和风小区>/customers/premises/",
        "/customers/?q=王秀兰>/customers/premises/>/customers/people/",
        "/customers/import", "/outages/", "/outages/>/outages/", "/outages/new",
        "/reports/", "/audit",
    ),
    "admin": (
        "/system", "/org/users", "/org/users>/org/users/", "/org/users/new",
        "/org/roles", "/org/roles/agent", "/org/agents", "/org/agents/1001", "/org/queues",
        "/org/queues/general", "/org/queues/new", "/org/numbers", "/org/numbers/96001",
        "/org/numbers/new", "/org/recording-rules/", "/org/recording-gaps/",
        "/org/not-ready-reasons/", "/customers/import",
    ),
    "1001": (
        "/tickets/", "/tickets/list", "/tickets/new", "/tickets/list>/tickets/",
        "/account/password", "/account/sessions", "/org/users", "/nothing/here",
    ),
}  # fmt: skip
ORDERED = [(login, path) for login, paths in PAGES.items() for path in paths]


@pytest.fixture(scope="module")
def contact(site: Site) -> str:
    return fill(site)


def troubles(page: Page, theme: str) -> list[str]:
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.evaluate(  # a colour that is still on its way is not the colour
        "() => Promise.all(document.getAnimations()"
        ".filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => null)))"
    )
    found: list[dict[str, Any]] = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{theme}: {one['id']} ({one['impact']}): {node['html'][:200]}\n{node['failureSummary']}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def check(page: Page, reload: Callable[[], object], settled: Callable[[], object], turn: int = 0):
    """The page as it is now, in each language and theme; `reload` shows it in the new one.

    Pages take turns at which language goes with which theme: words and colours do not meddle.
    """
    found: list[str] = []
    site = "/".join(page.url.split("/", 3)[:3])
    for language, theme in zip(("zh", "en"), THEMES if turn % 2 else THEMES[::-1], strict=True):
        cookie = {"name": "clearline_lang", "value": language, "url": site}
        page.context.add_cookies([cookie])  # type: ignore[list-item]
        reload()
        settled()
        found += [f"{page.url} {language} {one}" for one in troubles(page, theme)]
    assert not found, "\n\n".join(found)


def open_page(page: Page, site: Site, path: str) -> None:
    address, *links = path.split(">")
    page.goto(site.url + address)
    for link in links:
        found = page.locator(f'main a[href^="{link}"]:not([href$="/new"])').first
        target = found.get_attribute("href", timeout=5000)
        page.goto(f"{site.url}{target}")


@pytest.mark.parametrize("turn", range(len(ORDERED)), ids=[path for _login, path in ORDERED])
def test_a_page_can_be_used_by_everybody(sign_in: SignIn, site: Site, contact: str, turn: int):
    login, path = ORDERED[turn]
    page = sign_in(login)
    open_page(page, site, path.format(contact=contact))
    check(page, page.reload, lambda: page.wait_for_load_state("load"), turn)


def test_the_sign_in_page_can_be_used_by_everybody(site: Site, browser: Any):
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(f"{site.url}/login")
        check(page, page.reload, lambda: page.wait_for_load_state("load"))


def ringing(stage: Stage, site: Site, number: str) -> None:
    stage.offer(number, site.identify(number), contact_id=CONTACT[:-1] + "X")


STATES: dict[str, tuple[Callable[[Stage, Site], None], str]] = {
    "signed out": (lambda stage, _site: stage.signed_out(), "#idle-center"),
    "ready": (lambda stage, _site: stage.ready(), "#idle-center"),
    "on a break": (lambda stage, _site: stage.signed_in("meal"), "#idle-center"),
    "after a missed call": (lambda stage, _site: stage.missed(), "#idle-center"),
    "ringing": (lambda stage, site: ringing(stage, site, KNOWN), "#center .plate"),
    "ringing with several doors": (
        lambda stage, site: ringing(stage, site, SEVERAL), "#center .place >> nth=0",
    ),
    "ringing with an unknown number": (
        lambda stage, site: ringing(stage, site, UNKNOWN), "#find-premise",
    ),
    "talking": (
        lambda stage, site: (ringing(stage, site, KNOWN), stage.answer()), "#center .plate",
    ),
    "on hold": (
        lambda stage, site: (ringing(stage, site, KNOWN), stage.answer(), stage.hold(130_000)),
        "#center .plate",
    ),
    "wrapping up": (
        lambda stage, site: (ringing(stage, site, KNOWN), stage.answer(), stage.wrap_up(900)),
        'form[data-form="wrap-up"]',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_the_desk_can_be_used_by_everybody(sign_in: SignIn, site: Site, stage: Stage, name: str):
    put, shown = STATES[name]
    page = sign_in("1001")
    stage.ready()
    put(stage, site)
    page.goto(f"{site.url}/desk")
    turn = list(STATES).index(name)
    seen = expect(page.locator(shown))
    check(page, page.reload, lambda: seen.to_be_visible(timeout=SLOW_MS), turn)


def test_what_opens_over_the_desk_can_be_used_by_everybody(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = sign_in("1001")
    stage.ready()
    ringing(stage, site, KNOWN)
    stage.answer()
    page.goto(f"{site.url}/desk")

    def settled() -> None:
        expect(page.locator("#center .plate")).to_be_visible(timeout=SLOW_MS)
        page.keyboard.press("F9")
        expect(page.locator("#reach")).to_be_visible()

    check(page, page.reload, settled)


def test_the_floor_can_be_used_by_everybody(sign_in: SignIn, site: Site, stage: Stage):
    page = sign_in("2001")
    stage.ready()
    call = {"contact_id": CONTACT, "state": "held", "agent_no": "1001", "started_at": now_ms(),
            "caller_masked": "136 **** 0427", "answered_at": now_ms(), "members": [],
            "monitors": [{"agent_no": "2002", "target": "1001", "mode": "whisper",
                          "since": now_ms()}]}  # fmt: skip
    views = [
        {**stage.view()["agent"], "state": "on_call", "role": "serving", "call": call,
         "since": now_ms() - 700_000,
         "help": {"reason": "用户要投诉", "at": now_ms(), "answered_by": None}},
        {**stage.view()["agent"], "agent_no": "1002", "name": "何静", "state": "not_ready",
         "reason": "rest", "since": now_ms() - 900_000},
        {**stage.view()["agent"], "agent_no": "1003", "name": "赵敏", "state": "unreachable"},
    ]  # fmt: skip
    queue = {"queue": "general", "name": "综合", "waiting": 3, "longest_since": now_ms() - 90_000,
             "target_s": 20, "ready": 0, "ringing": 0, "talking": 1, "wrapping": 0,
             "not_ready": 1}  # fmt: skip
    stage.floor(views, [queue])
    page.goto(f"{site.url}/supervisor")

    def settled() -> None:
        expect(page.locator("#teams .agent")).to_have_count(3, timeout=SLOW_MS)
        page.locator('#teams [data-agent="1001"]').click()
        expect(page.locator("#chosen")).to_be_visible()

    check(page, page.reload, settled)


def test_a_board_that_rings_and_is_out_of_date_can_be_used_by_everybody(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = sign_in("2001")
    own = Stage(site, "2001", "陈国栋")
    own.clear()
    own.ready()
    own.offer(KNOWN, None, contact_id=CONTACT[:-1] + "R")
    stage.beats(40_000)
    page.goto(f"{site.url}/supervisor")

    def settled() -> None:
        expect(page.locator("#listening [data-own=answer]")).to_be_visible(timeout=SLOW_MS)
        expect(page.locator("#stale")).to_be_visible()

    check(page, page.reload, settled)
