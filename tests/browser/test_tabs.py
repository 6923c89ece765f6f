"""Two tabs of one agent, and a browser that keeps its microphone to itself."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SignIn
from tests.browser.stage import CONTACT, Site, Stage
from tests.until import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NO_MICROPHONE = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("Permission denied", "NotAllowedError");
};
"""


# A phone that registers and has a leg when told so: `leg()` begins one, `legEnded` ends it.
FAKE_PHONE = """
window.JsSIP = {
  WebSocketInterface: class {},
  UA: class {
    constructor() { this.told = {}; }
    on(name, run) { this.told[name] = run; }
    removeAllListeners() { this.told = {}; }
    start() {
      window.registered = true;
      window.leg = () => this.told.newRTCSession({ originator: "remote", session: {
        on() {}, isEnded: () => Boolean(window.legEnded), isInProgress: () => false,
        isEstablished: () => true, terminate() {}, mute() {}, unmute() {},
        connection: { getSenders: () => [] } } });
      setTimeout(() => this.told.registered?.(), 0);
    }
    stop() { window.registered = false; }
    register() {}
    isRegistered() { return Boolean(window.registered); }
  },
};
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.microphone = await open(wanted);
  return window.microphone;
};
"""
CREDENTIALS = {"uri": "sip:1001@x", "extension": "1001", "realm": "x", "ha1": "x", "sid": "x",
               "ws_url": "ws://127.0.0.1:9"}  # fmt: skip


def with_a_phone_in_the_page(route: Route) -> None:
    answer = route.fetch()
    changed = f"{answer.text()}\nif (texts.me) texts.me.media = 'webrtc';\n"
    route.fulfill(response=answer, body=changed)


def with_fake_phones(page: Page) -> Page:
    page.context.add_init_script(FAKE_PHONE)
    page.context.route("**/static/js/texts.js", with_a_phone_in_the_page)
    page.context.route("**/desk/phone-session", lambda route: route.fulfill(json=CREDENTIALS))
    return page


def ready_desk(sign_in: SignIn, site: Site, stage: Stage) -> Page:
    """1001's page, whose phone is ready."""
    page = with_fake_phones(sign_in("1001"))
    stage.ready()
    page.goto(f"{site.url}/desk")
    expect(page.locator("#phone-lamp")).to_contain_text("就绪")
    return page


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
    stage.signed_out()
    page = sign_in("1001")
    page.add_init_script(NO_MICROPHONE)
    page.route("**/static/js/texts.js", with_a_phone_in_the_page)
    page.goto(f"{site.url}/desk")
    page.locator("#card [data-do=sign_in]").click()
    expect(page.locator("#phonebar")).to_contain_text("麦克风")
    expect(page.locator("#phone-lamp")).to_contain_text("麦克风")
    assert [kind for kind, _no, _body in stage.commands()] == []


def test_a_copy_of_a_tab_is_a_desk_of_its_own(sign_in: SignIn, site: Site, stage: Stage):
    first = sign_in("1001")
    stage.ready()
    first.goto(f"{site.url}/desk")
    expect(first.locator("#state-pill")).to_contain_text("示闲")
    name = first.evaluate("sessionStorage.getItem('clearline.desk')")

    copy = first.context.new_page()
    copy.add_init_script(f"sessionStorage.setItem('clearline.desk', '{name}')")
    copy.goto(f"{site.url}/desk")
    expect(copy.locator("#state-pill")).to_contain_text("示闲")
    expect(first.locator("#phonebar")).to_contain_text("话机已移到")

    first.reload()
    expect(first.locator("#state-pill")).to_contain_text("示闲")
    assert first.evaluate("sessionStorage.getItem('clearline.desk')") == name


def test_in_the_middle_of_a_talk_the_second_tab_can_take_the_phone(
    sign_in: SignIn, site: Site, stage: Stage
):
    first = ready_desk(sign_in, site, stage)
    first.evaluate("window.leg()")
    stage.offer("13600000427", None, contact_id=CONTACT[:-1] + "Z")
    stage.answer()
    stage.show(role="serving")
    expect(first.locator("#callbar")).to_be_visible()

    second = first.context.new_page()
    second.goto(f"{site.url}/desk")
    expect(second.locator("#phonebar")).to_contain_text("本机的另一个标签页")
    second.locator("#phonebar button").click()
    expect(second.locator("#phone-lamp")).to_contain_text("通话中")
    until(
        lambda: "rejoin" in [kind for kind, _no, _body in stage.commands()],
        what="the second tab asks for the call",
    )
    assert first.evaluate("window.registered"), "the old leg stays until the new one is there"
    first.evaluate("window.legEnded = true")
    stage.show()
    expect(first.locator("#phonebar")).to_contain_text("话机已移到")
    until(lambda: first.evaluate("window.registered") is False, what="the old phone stops")


def test_given_the_headset_is_pulled_out_then_the_phone_signs_off_and_says_so(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = ready_desk(sign_in, site, stage)
    page.evaluate("window.microphone.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.locator("#phonebar")).to_contain_text("没有找到麦克风")
    assert page.evaluate("window.registered") is False
    page.locator("#phonebar button").click()
    expect(page.locator("#phone-lamp")).to_contain_text("就绪")


def test_the_phone_stays_until_the_agent_is_signed_out(sign_in: SignIn, site: Site, stage: Stage):
    page = ready_desk(sign_in, site, stage)
    with page.expect_response("**/desk/commands"):
        page.locator("#card [data-do=sign_out]").click()
    stage.ready()
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    assert page.evaluate("window.registered") is True
    stage.signed_out()
    until(lambda: page.evaluate("window.registered") is False, what="the phone stops")


def test_the_phone_s_credentials_are_given_back_when_the_agent_is_signed_out_not_when_he_asks(
    sign_in: SignIn, site: Site, stage: Stage
):
    page = ready_desk(sign_in, site, stage)
    given_back: list[Any] = []
    page.on(
        "request",
        lambda asked: given_back.append(asked.post_data_json)
        if asked.url.endswith("/desk/phone-session/end")
        else None,
    )
    page.locator("#card [data-do=sign_out]").click()
    until(lambda: stage.was_told("sign_out"), what="sign_out")
    stage.emit("refused", {"command_id": "x", "code": "in_call", "message": "no"})
    expect(page.locator("#command-note")).to_contain_text("挂机以后再签出")
    assert given_back == []
    stage.signed_out()
    expect(page.locator("#phone-lamp")).to_contain_text("没有开")
    assert given_back == [{"sid": "x"}]
