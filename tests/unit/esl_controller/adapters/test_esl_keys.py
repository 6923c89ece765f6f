"""No key is lost between two prompts, and none is heard twice."""

from __future__ import annotations

from esl_controller.adapters.esl_keys import HeldKeys


def begins(app: str, uuid: str = "1") -> dict[str, str]:
    return {"Event-Name": "CHANNEL_EXECUTE", "Application": app, "Application-UUID": uuid}


def ends(uuid: str = "1") -> dict[str, str]:
    return {"Event-Name": "CHANNEL_EXECUTE_COMPLETE", "Application-UUID": uuid}


def key(digit: str) -> dict[str, str]:
    return {"Event-Name": "DTMF", "DTMF-Digit": digit}


def walk(keys: HeldKeys, *events: dict[str, str]) -> str:
    return "".join(keys.observe(event) for event in events)


def test_keys_between_two_prompts_are_given_to_the_next_that_listens():
    keys = HeldKeys()
    keys.listens = True
    assert walk(keys, begins("playback"), ends(), key("1"), key("2")) == ""
    assert walk(keys, begins("multiset", "2"), ends("2"), begins("playback", "3")) == "12"


def test_keys_that_a_prompt_has_heard_itself_are_not_given_again():
    keys = HeldKeys()
    keys.listens = True
    assert walk(keys, begins("playback"), key("1"), ends(), begins("playback", "2")) == ""


def test_a_prompt_that_must_be_heard_leaves_them_for_the_one_after_it():
    keys = HeldKeys()
    assert walk(keys, key("7"), begins("playback"), ends()) == ""
    keys.listens = True
    assert walk(keys, begins("play_and_get_digits", "2")) == "7"


def test_it_forgets_what_is_meant_for_nobody_and_holds_no_more_than_a_few():
    keys = HeldKeys()
    keys.listens = True
    walk(keys, key("#"), key("5"))
    keys.drop("#")
    assert walk(keys, begins("playback")) == "5"
    walk(keys, ends(), *[key("9")] * 100)
    assert len(walk(keys, begins("playback", "2"))) == 32
