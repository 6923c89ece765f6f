"""What a caller's ear gets on a real switch: every clip, no holes, no wait, keys that cut in."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from esl_controller.domain.callers import BillSummary
from ivr_scripts.prompts.book import AUDIO, SoundBook, shipped_texts
from ivr_scripts.prompts.sound import Sound, write_wav
from ivr_scripts.speech.bill import bill_parts
from tests.actors import ears
from tests.live.cast import SipCaller, in_order
from tests.live.scene import Scene
from tests.until import until

ZHAO = "19900000001"  # three doors
CHEN = "19900000002"  # one door, in arrears
NOBODY = "17700000008"
CHINA = timezone(timedelta(hours=8))
LOUD = 60.0
FRAME = 160
LONGEST_HOLE_S = 0.4
#: From the key to the first word, beside five other stacks: less than half of the menu, so that a
#: prompt which plays on is found. How late it is on a machine of its own, `make load` measures.
LATEST_START_S = 2.5
KEY_PAUSE = ears.RATE // 10  # the actor rests that long after a key


@pytest.fixture()
def scene(scene: Scene) -> Scene:
    if not scene.real:
        pytest.skip("the stand-in has no sound")
    return scene


def sip(scene: Scene, number: str) -> SipCaller:
    caller = scene.caller(number)
    assert isinstance(caller, SipCaller)
    return caller


def _plays_after_the_greeting(scene: Scene, caller: SipCaller, sound: Path) -> None:
    """A broadcast waits for what is played: sent in time, it comes before the menu's question."""
    call_id = caller.phone.call.dialog.call_id

    def playing() -> list[str]:
        events = scene.transcript.having("variable_sip_call_id", call_id)
        return [one["Unique-ID"] for one in events if one["Event-Name"] == "PLAYBACK_START"]

    channel = until(playing, 10, what="the greeting begins")[0]
    scene.stack.api(f"uuid_broadcast {channel} {sound} aleg")


def test_it_plays_the_folder_of_the_calls_rate(scene: Scene, tmp_path: Path) -> None:
    for rate, hertz in ((8000, 700), (16000, 900)):
        at = np.arange(rate * 3) / rate
        tone = 0.3 * np.sin(2 * np.pi * hertz * at)
        write_wav(tmp_path / str(rate) / "which.wav", Sound(rate, tone.tolist()))
    caller = sip(scene, CHEN)
    caller.dials()
    _plays_after_the_greeting(scene, caller, tmp_path / "which.wav")
    until(lambda: caller.phone.call.tones() == {700}, 15, what="the tone of the 8 kHz folder")
    caller.hangs_up()
    scene.tidy()


def test_given_one_rate_only_when_it_is_played_then_the_switch_converts_it(
    scene: Scene, tmp_path: Path
) -> None:
    at = np.arange(16000 * 3) / 16000
    write_wav(tmp_path / "16000" / "only.wav", Sound(16000, (0.3 * np.sin(4398.23 * at)).tolist()))
    caller = sip(scene, CHEN)
    caller.dials()
    _plays_after_the_greeting(scene, caller, tmp_path / "only.wav")
    until(lambda: caller.phone.call.tones() == {700}, 15, what="the tone of the 16 kHz folder")
    caller.hangs_up()
    scene.tidy()


@pytest.mark.parametrize("place", range(3))
def test_it_says_a_bill_clip_by_clip_without_holes(scene: Scene, place: int) -> None:
    account = _accounts(scene)[place]
    bill = BillSummary.from_json(scene.stack.internal(f"/accounts/{account}/bill"))
    parts = bill_parts(bill, datetime.now(CHINA).date(), ("bill.usage_water",))
    clips = in_order(SoundBook(AUDIO, AUDIO / "rendered", shipped_texts()).files(parts))
    caller = sip(scene, NOBODY)
    caller.dials()
    caller.is_answered()
    caller.presses("11")  # the first cuts off the greeting, the second the outage
    caller.hears("account.enter", within=20)
    caller.presses(f"{account}#")
    caller.hears("account.confirm_keys", within=20)
    pressed = caller.phone.call.now()
    caller.presses("1")
    released = caller.phone.call.now() - KEY_PAUSE
    caller.hears("menu.after_bill", within=60)
    heard = caller.phone.call.rtp.heard(pressed, caller._heard_until)
    _keep(heard, f"bill-{place}-{bill.amount_fen}")
    # The key cuts the question off a moment later: the bill begins where its first clip does.
    begins = ears.find(ears.load(AUDIO / "8000" / "account.ending.wav"), heard)[1]
    at = max(0, begins - ears.FUZZ)
    # One clip is compared at its own place: short ones would be found by chance elsewhere.
    for clip in clips:
        sound = ears.load(Path(clip).parent / "8000" / Path(clip).name)
        fit, start = ears.find(sound, heard[at : at + len(sound) + ears.RATE])
        assert fit >= ears.GOOD_FIT, f"{Path(clip).stem} after {at / ears.RATE:.2f} s: {fit:.2f}"
        at += start + len(sound) - ears.FUZZ
    late = (pressed + begins - released) / ears.RATE
    hole = longest_hole(heard[begins:])
    print(f"bill {bill.amount_fen}: {late:.2f} s after the key, longest hole {hole:.2f} s")
    assert late < LATEST_START_S
    assert hole <= LONGEST_HOLE_S
    caller.hangs_up()
    scene.tidy()


def test_given_a_key_in_the_menu_when_it_is_pressed_then_the_prompt_stops(scene: Scene) -> None:
    caller = sip(scene, CHEN)
    caller.dials()
    caller.hears("greeting.water")
    until(lambda: ears.loudness(caller.phone.call.rtp.heard()[-800:]) > LOUD, 5, what="the menu")
    pressed = caller.phone.call.now()
    caller.presses("1")
    caller.hears("account.ending", within=10)
    start = caller._heard_until - len(ears.load(AUDIO / "8000" / "account.ending.wav"))
    print(f"barge-in: bill begins {(start - pressed) / ears.RATE:.2f} s after the key went down")
    assert (start - pressed) / ears.RATE < LATEST_START_S
    caller.hangs_up()
    scene.tidy()


def test_given_the_star_and_hash_keys_when_they_are_pressed_then_menus_know_them(
    scene: Scene,
) -> None:
    caller = sip(scene, NOBODY)
    caller.dials()
    caller.hears("greeting.water")
    caller.hears("menu.main", within=40)
    caller.presses("*")
    caller.hears("menu.main", within=15)
    caller.presses("#")
    caller.hears("error.wrong_key", "menu.main", within=20)
    caller.presses("1")
    caller.hears("account.enter", within=15)
    caller.presses("*#")
    caller.hears("menu.main", within=20)
    caller.hangs_up()
    scene.tidy()


def test_it_leads_through_the_doors_of_one_caller(scene: Scene) -> None:
    caller = sip(scene, ZHAO)
    caller.dials()
    caller.hears("greeting.water")
    caller.hears("menu.main", within=40)
    caller.presses("1")
    caller.hears("account.several", "account.other_keys", within=40)
    caller.presses("2")
    caller.hears("bill.amount", "menu.after_bill", within=40)
    caller.presses("1")
    caller.hears("bill.amount", "menu.after_bill", within=40)
    caller.presses("9")
    caller.hears("menu.main", within=15)
    caller.presses("1")
    caller.hears("account.several", within=15)
    caller.presses("9")
    caller.hears("account.enter", within=15)
    caller.hangs_up()
    scene.tidy()


@pytest.mark.parametrize(
    ("keys", "prompt", "queue"),
    [("2", "queue.repair", "repair"), ("0", "queue.general", "general")],
)
def test_it_brings_callers_to_the_queue_they_chose(
    scene: Scene, keys: str, prompt: str, queue: str
) -> None:
    caller = sip(scene, CHEN)
    caller.dials()
    caller.hears("greeting.water", "menu.main", within=30)
    caller.presses(keys)
    caller.hears(prompt, within=15)
    scene.until_queued(caller, queue)
    caller.hears_music()
    caller.hangs_up()
    scene.tidy()


def test_given_a_question_about_the_bill_when_0_is_pressed_then_billing_answers(
    scene: Scene,
) -> None:
    caller = sip(scene, CHEN)
    caller.dials()
    caller.hears("greeting.water")
    caller.presses("1")
    caller.hears("menu.after_bill", within=60)
    caller.presses("0")
    caller.hears("queue.billing", within=15)
    scene.until_queued(caller, "billing")
    caller.hangs_up()
    scene.tidy()


def test_given_a_bill_was_heard_when_the_caller_stays_silent_then_it_says_goodbye(
    scene: Scene,
) -> None:
    caller = sip(scene, CHEN)
    caller.dials()
    caller.hears("greeting.water")
    caller.presses("1")
    caller.hears("menu.after_bill", within=60)
    caller.hears("error.silence", "goodbye", within=60)
    caller.is_over()
    assert scene.stack.contact(caller.contact_id)["outcome"] == "self_service"
    scene.tidy()


def longest_hole(heard: ears.Samples) -> float:
    """Seconds of the longest silence before the last sound."""
    longest = run = 0
    for at in range(0, len(heard) - FRAME, FRAME):
        quiet = ears.loudness(heard[at : at + FRAME]) < LOUD
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return longest * FRAME / ears.RATE


def _accounts(scene: Scene) -> list[str]:
    """The accounts with the smallest, the middle and the biggest bill."""
    rows = scene.stack.rows(
        "select a.account_no, max(b.amount_fen) as fen from account a join bill b"
        " on b.account_id = a.id group by a.account_no order by fen, a.account_no"
    )
    return [str(rows[at * (len(rows) - 1) // 2]["account_no"]) for at in range(3)]


def _keep(heard: ears.Samples, name: str) -> None:
    """For `python -m tests.ears --heard FOLDER`: what speech recognition makes of it."""
    folder = os.environ.get("EARS_KEEP")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        ears.save(Path(folder) / f"{name}.wav", heard)
