"""What a caller does before an agent is needed: keys, silence, hanging up, odd numbers."""

from __future__ import annotations

import pytest

from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"  # one door, no outage
WANG = "13600000427"  # a door without water since a main burst
NOBODY = "17700000009"


def test_it_says_an_outage_before_anything_else(scene: Scene) -> None:
    caller = scene.caller(WANG)
    caller.dials()
    caller.hears("greeting.water", "outage.own", "outage.effect.no_supply", within=20)
    caller.hears("outage.etr", "outage.sorry", within=40)
    caller.hears_in_a_row("menu.main", "message.option")
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["match_kind"] in ("one", "several", "chosen")
    assert contact["outcome"] == "self_service"
    scene.tidy()


def test_given_an_unknown_number_when_an_account_is_keyed_then_its_bill_is_said(
    scene: Scene,
) -> None:
    caller = scene.caller(NOBODY)
    account = _account_of(scene, CHEN)
    caller.dials()
    caller.hears("greeting.water", within=15)
    caller.presses("1")
    caller.hears("account.enter", within=40)
    caller.presses(f"{account}#")
    digits = ["num.yao" if digit == "1" else f"num.{digit}" for digit in account[-4:]]
    caller.hears_in_a_row("account.confirm", *digits, "account.confirm_keys", within=20)
    caller.presses("1")
    caller.hears("bill.of_account", "bill.amount", within=20)
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["account_id"]
    scene.tidy()


def test_given_an_account_that_does_not_exist_when_it_is_keyed_then_it_says_so(
    scene: Scene,
) -> None:
    caller = scene.caller(NOBODY)
    caller.dials()
    caller.hears("greeting.water", within=15)
    caller.presses("1")
    caller.hears("account.enter", within=40)
    caller.presses("99999999#")
    caller.hears("account.unknown", within=15)
    caller.hangs_up()
    scene.tidy()


def test_given_three_wrong_keys_when_nothing_fits_then_a_person_is_called(scene: Scene) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    caller.hears("greeting.water", "menu.main", within=20)
    for _ in range(2):
        caller.presses("8")
        caller.hears("error.wrong_key", within=15)
    caller.presses("8")
    caller.hears("error.to_person", within=15)
    scene.until_queued(caller, "general")
    caller.hangs_up()
    scene.tidy()


def test_given_silence_when_nobody_keys_then_a_person_is_called(scene: Scene) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    caller.hears("greeting.water", "menu.main", "error.silence", within=30)
    caller.hears("error.silence", "error.to_person", within=60)
    scene.until_queued(caller, "general")
    caller.hangs_up()
    scene.tidy()


@pytest.mark.parametrize("moment", ["ringing", "greeting.water", "menu.main", "bill.amount"])
def test_it_survives_a_caller_who_hangs_up_at_any_step(scene: Scene, moment: str) -> None:
    caller = scene.caller(CHEN)
    caller.dials()
    if moment != "ringing":
        caller.is_answered()
        if moment == "bill.amount":
            caller.presses("1")
        caller.hears(moment, within=40)
    until(lambda: scene.stack.events(caller.contact_id), 5)
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    assert contact["outcome"] == "ivr_abandoned"
    assert contact["ended_by"] == "customer"
    scene.tidy()


@pytest.mark.parametrize(
    "number",
    ["", "anonymous", "+8619900000002", "019900000002", "1" * 30, "a%0Ab", "%27--", "%F0%9F%9A%B0"],
)
def test_it_serves_callers_whose_number_is_odd(scene: Scene, number: str) -> None:
    caller = scene.caller(number)
    caller.dials()
    caller.is_answered()
    caller.hears("greeting.water", within=15)
    scene.until_told(caller, "contact.identified")
    caller.hangs_up()
    contact = scene.stack.contact(caller.contact_id)
    known = number in ("+8619900000002", "019900000002")
    assert contact["match_kind"] == ("one" if known else "none")
    scene.tidy()


def _account_of(scene: Scene, number: str) -> str:
    body = {"number": number, "called_number": "96001", "contact_id": "0" * 26}
    profile = scene.stack.internal("/callers/identify", body)
    return str(profile["premises"][0]["account_no"])
