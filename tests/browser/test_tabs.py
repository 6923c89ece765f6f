"""Two tabs of one agent, and a browser that keeps its microphone to itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import SignIn
from tests.browser.stage import Site, Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NO_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Permission denied", "NotAllowedError");
};
"""


def test_the_newer_tab_has_the_phone_and_the_older_one_can_take_it_back(
    sign_in: SignIn, site: Site, stage: Stage
):
    first = sign_in("1001")
    stage.ready()
    first.goto(f"{site.url}/desk")
    expect(first.locator("#state-pill")).to_contain_text("示闲")
    expect(first.locator("#phonebar")).to_be_hidden()

    second = first.context.new_page()
    second.goto(f"{site.url}/desk")
    expect(second.locator("#state-pill")).to_contain_text("示闲")
    expect(first.locator("#phonebar")).to_contain_text("话机已移到")
    expect(second.locator("#phonebar")).to_be_hidden()

    first.locator("#phonebar button").click()
    expect(second.locator("#phonebar")).to_contain_text("话机已移到")
    expect(first.locator("#phonebar")).to_be_hidden()


def test_given_no_microphone_then_it_says_so_before_anybody_goes_ready(
    sign_in: SignIn, site: Site, stage: Stage
):
    def with_a_phone_in_the_page(route: Route) -> None:
        answer = route.fetch()
        changed = f"{answer.text()}\nif (texts.me) texts.me.media = 'webrtc';\n"
        route.fulfill(response=answer, body=changed)

    stage.signed_out()
    page = sign_in("1001")
    page.add_init_script(NO_MICROPHONE)
    page.route("**/static/js/texts.js", with_a_phone_in_the_page)
    page.goto(f"{site.url}/desk")
    page.locator("#card [data-do=sign_in]").click()
    expect(page.locator("#phonebar")).to_contain_text("麦克风")
    expect(page.locator("#phone-lamp")).to_contain_text("麦克风")
    assert [kind for kind, _no, _body in stage.commands()] == []
