"""A caller who leaves a message and hangs up: its row, its sound, its place on the page."""

from __future__ import annotations

import wave
from typing import Any

import pytest

from tests.live.marks import freeswitch_only
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"


def test_given_a_caller_who_speaks_and_hangs_up_then_the_message_is_kept(scene: Scene) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    caller.is_answered()
    caller.hears("menu.main", within=30)
    caller.presses("3")
    caller.hears("message.ask", within=30)
    key = until(lambda: _begun(scene, caller.contact_id), 15, what="the message is recorded")
    scene.passes(3)
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "to_voicemail"
    (message,) = scene.stack.of_contact("voicemail", contact)
    assert message["status"] == "new" and message["ms"] >= 2500
    with wave.open(str(scene.stack.recording(key))) as file:
        assert file.getnframes() / file.getframerate() > 2
    page = scene.stack.desk("1004").http.get(f"{scene.stack.desk('1004').base}/voicemails/")
    assert message["pub"] in page.text
    scene.tidy()


def _begun(scene: Scene, contact_id: str) -> str:
    """The message's key once the switch is writing it."""
    told = scene.transcript.named("RECORD_START")
    paths = [event.get("Record-File-Path", "") for event in told]
    found = [path for path in paths if contact_id in path]
    return found[0].partition("/recordings/")[2] if found else ""


@pytest.mark.parametrize(
    "how", ["#", pytest.param("silence", marks=freeswitch_only("a voice that falls silent"))]
)
def test_given_a_caller_who_ends_the_message_then_they_are_thanked(scene: Scene, how: str) -> None:
    caller: Any = scene.caller(CHEN)
    caller.dials()
    caller.hears("menu.main", within=30)
    caller.presses("3")
    caller.hears("message.ask", within=30)
    until(lambda: _begun(scene, caller.contact_id), 15, what="the message is recorded")
    scene.passes(2)
    if how == "#":
        caller.presses("#")
    else:
        caller.says_nothing(15)
    caller.hears("message.thanks", within=20)
    caller.is_over(30)
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "to_voicemail"
    (message,) = scene.stack.of_contact("voicemail", contact)
    assert 1500 <= message["ms"] <= 12_000
    scene.tidy()
