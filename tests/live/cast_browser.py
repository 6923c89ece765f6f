"""An agent or supervisor at the page itself: Chromium with a voice and ears of its own.

The microphone is Chromium's fake one, which the page must ask for as for a real one; what comes out
of it is then replaced by this person's tone. (Chromium takes one sound file for a whole process,
and its noise suppression removes a steady tone, as it should.) The ear listens to what the page
plays: the stream of its <audio> element.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from tests.actors import ears
from tests.live.scene import goes_home
from tests.live.stack import Stack
from tests.until import until

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

VOICE = """(hz) => {
  const media = navigator.mediaDevices;
  if (!media) return;
  const ask = media.getUserMedia.bind(media);
  media.getUserMedia = async (wanted) => {
    const given = await ask(wanted);
    const context = new AudioContext();
    const tone = context.createOscillator();
    const loudness = context.createGain();
    const voice = context.createMediaStreamDestination();
    tone.frequency.value = hz;
    loudness.gain.value = 0.2;
    tone.connect(loudness).connect(voice);
    tone.start();
    given.getTracks().forEach((track) => track.stop());
    return voice.stream;
  };
}"""

EAR = """async (tones) => {
  const stream = document.getElementById("remote")?.srcObject;
  if (!stream?.getAudioTracks().length) return [];
  globalThis.earOf ??= new AudioContext();
  const context = globalThis.earOf;
  const source = context.createMediaStreamSource(stream);
  const analyser = new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 });
  source.connect(analyser);
  await new Promise((done) => setTimeout(done, 500));
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  source.disconnect();
  const at = (hz) => Math.round((hz * analyser.fftSize) / context.sampleRate);
  return tones.filter((hz) => Math.max(...levels.slice(at(hz) - 1, at(hz) + 2)) > -50);
}"""

COMMAND = """async (command) => (await fetch("/desk/commands", {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
  },
  body: JSON.stringify(command),
})).status"""


class Chromium:
    """One browser process; each person sits in a context of its own, as in a browser of their own.

    Cookies are kept from one scenario to the next: signing in is limited to a few times a minute.
    """

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser: Browser | None = None
        self._cookies: dict[str, Any] = {}

    def context(self, login: str, microphone: bool) -> BrowserContext:
        browser = self._running()
        context = browser.new_context(
            locale="zh-CN",
            viewport={"width": 1440, "height": 900},
            storage_state=self._cookies.get(login),
        )
        context.grant_permissions(["microphone", "notifications"] if microphone else [])
        return context

    def keep(self, login: str, context: BrowserContext) -> None:
        self._cookies[login] = context.storage_state()

    def knows(self, login: str) -> bool:
        return login in self._cookies

    def dies(self) -> None:
        """Every process of it is killed at once; nobody hears a farewell."""
        assert self._browser is not None
        for process in psutil.Process(os.getpid()).children(recursive=True):
            if _is_chromium(process):
                process.send_signal(signal.SIGKILL)
        self._browser.close()  # lets playwright find out
        self._browser = None

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()

    def _running(self) -> Browser:
        if self._browser is None:
            # headless=False keeps playwright from asking for its own headless shell.
            self._browser = self._playwright.chromium.launch(
                headless=False, executable_path=CHROMIUM, args=ARGUMENTS
            )
        return self._browser


def _is_chromium(process: psutil.Process) -> bool:
    try:
        return "chrom" in process.name()
    except psutil.NoSuchProcess:
        return False


class BrowserAgent:
    """Somebody who works in the page, with the words of an agent's phone."""

    def __init__(
        self, stack: Stack, chromium: Chromium, agent_no: str, tone_hz: int, microphone: bool = True
    ) -> None:
        self.stack, self.extension, self.tone_hz = stack, agent_no, tone_hz
        self._chromium = chromium
        self._context = chromium.context(agent_no, microphone)
        self._context.add_init_script(f"({VOICE})({tone_hz})")
        self.page = self.new_tab()

    # -- the page

    def new_tab(self) -> Page:
        page = self._context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
        page.set_default_timeout(10_000)
        return page

    def opens(self, path: str = "/desk", page: Page | None = None) -> None:
        """Open a page, with signing in where that was not done yet."""
        page, base = page or self.page, f"http://127.0.0.1:{self.stack.values['PORT']}"
        if not self._chromium.knows(self.extension):
            page.goto(f"{base}/login")
            page.fill("[name=login_name]", self.extension)
            page.fill("[name=password]", self.stack.password_of(self.extension))
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/login" not in url)
            self._chromium.keep(self.extension, self._context)
        if not page.url.endswith(path):
            page.goto(base + path)

    def registers(self) -> None:
        """Open the desk and sign in there, by its buttons; the phone comes with it."""
        self.opens()
        self.sees("off", "idle")
        if self.mode == "off":
            self.page.click("#card [data-do=sign_in]")
        self.phone_is_ready()

    def phone_is_ready(self, within: float = 15) -> None:
        until(
            lambda: self.view.get("phone") == "idle" and self.mode != "loading",
            within,
            what=f"the phone in {self.extension}'s page is registered: {self.view}",
        )

    def goes_ready(self) -> None:
        until(lambda: self.page.locator("#card [data-do=ready]").is_visible(), 8, what="示闲")
        self.page.click("#card [data-do=ready]")
        until(lambda: self.view.get("state") in ("ready", "offered"), 8, what="is ready")

    @property
    def mode(self) -> str:
        """Which face the desk shows."""
        return str(self.page.get_attribute("#desk", "data-mode"))

    @property
    def view(self) -> dict[str, Any]:
        return self.stack.agent_view(self.extension) or {}

    def sees(self, *modes: str, within: float = 10) -> None:
        until(
            lambda: self.mode if self.mode in modes else None,
            within,
            what=f"the desk of {self.extension} shows {modes}: {self.view}",
        )

    def presses(self, key: str) -> None:
        self.page.keyboard.press(key)

    def clicks(self, action: str) -> None:
        self.page.locator(f"[data-do={action}]:visible").first.click()

    def does(self, action: str, **body: Any) -> None:
        """Send a command as the page does, where its buttons are not what is tried."""
        status = self.page.evaluate(COMMAND, {"type": action, "body": body})
        assert status == 202, f"{action}: {status}"

    def reads(self, text: str, within: float = 10) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=within * 1000)

    def keep_picture(self, file: Path) -> None:
        """What the page shows, and its address; of a browser that died, nothing."""
        with suppress(Error):
            print(f"{self.extension} was at {self.page.url}")
            self.page.screenshot(path=file)

    # -- the telephone

    def rings(self, within: float = 15) -> None:
        self.sees("ringing", within=within)

    def answers(self) -> None:
        self.presses("F2")

    def hangs_up(self) -> None:
        self.presses("Shift+F2")

    def hears(self) -> set[int]:
        """Whose tones the page plays now."""
        return set(self.page.evaluate(EAR, list(ears.TONES)))

    def hears_only(self, *people: Any, within: float = 10) -> None:
        wanted = {person.tone_hz for person in people}
        until(
            lambda: self.hears() == wanted,
            within,
            what=lambda: f"{self.extension} hears {wanted}, not {self.hears()}",
        )

    def hears_caller(self) -> None:
        until(lambda: ears.CALLER in self.hears(), 10, what=f"{self.extension} hears the caller")

    def is_silent(self, within: float = 8) -> None:
        playing = "document.getElementById('remote').srcObject?.active ?? false"
        until(lambda: not self.page.evaluate(playing), within, what="the page plays nothing")

    def leaves(self) -> None:
        """Finish, sign out and close the browser's window."""
        browser = self._context.browser
        if browser is None or not browser.is_connected():
            return  # it died in the scenario
        if self.page.url.endswith("/desk"):
            if self.mode in ("ringing", "talking", "held"):
                self.hangs_up()
                self.sees("wrapping", "idle")
            if self.mode == "wrapping":
                self.presses("1")
                self.presses("F10")
                self.sees("idle")
            if self.mode == "idle":
                button = self.page.locator("[data-do=sign_out]").first
                button.evaluate("(button) => button.click()")
                self.sees("off")
        self._context.close()


def everybody_leaves(stack: Stack, seated: Sequence[BrowserAgent]) -> None:
    """Also those whose browser died with the page."""
    for one in seated:
        one.leaves()
    for agent_no in {one.extension for one in seated}:
        if (stack.agent_view(agent_no) or {}).get("presence") != "signed_out":
            desk = stack.second_desk(agent_no)
            goes_home(desk)
            desk.close()
