"""Which commands a desk may send."""

from __future__ import annotations

import pytest

from crm_web.areas.desk.commands import OWN_CALL, OWN_STATE, checked_body, contact_id
from crm_web.areas.desk.errors import BadCommand

CONTACT = "01JDC0NTACT00000000000000A"


@pytest.mark.parametrize("action", sorted((OWN_STATE | OWN_CALL) - {"not_ready", "send_digits"}))
def test_it_takes_each_plain_action_without_a_body(action):
    given = {"reason": "rest"} if action == "stay_not_ready" else None
    assert isinstance(checked_body(action, given), dict)


@pytest.mark.parametrize("action", ["force_ready", "config.published", "", "HOLD", "hold\n"])
def test_it_refuses_what_is_not_a_desks_action(action):
    with pytest.raises(BadCommand):
        checked_body(action, {})


def test_it_passes_only_what_the_action_takes():
    raw = {"contact_id": CONTACT, "reason": "rest", "agent_no": "1002", "by": {"name": "x"}}
    assert checked_body("hold", raw) == {"contact_id": CONTACT}
    assert checked_body("not_ready", raw) == {"reason": "rest"}


@pytest.mark.parametrize("digits", ["", None, 5, "12a", "1" * 33, "1\n", "１"])
def test_it_refuses_digits_that_no_keypad_has(digits):
    with pytest.raises(BadCommand):
        checked_body("send_digits", {"digits": digits})


@pytest.mark.parametrize("text", ["", None, "x", CONTACT.lower(), CONTACT + "0", "../" * 9])
def test_it_refuses_what_is_no_contact_id(text):
    with pytest.raises(BadCommand):
        contact_id(text)


def test_it_cuts_a_long_device_name():
    assert len(checked_body("sign_in", {"device": "x" * 999})["device"]) == 200


def test_it_takes_the_commands_of_several_parties():
    assert checked_body("swap", {"contact_id": CONTACT}) == {"contact_id": CONTACT}
    leg = "00000000-0000-4000-8000-000000000001"
    assert checked_body("drop_party", {"leg": leg, "x": 1}) == {"leg": leg}
    assert checked_body("ask_help", {"reason": " 要投诉 "}) == {"reason": "要投诉"}
    assert checked_body("rejoin", {"contact_id": CONTACT}) == {"contact_id": CONTACT}


def test_a_new_call_belongs_to_no_call_that_is_there():
    asked = {"kind": "agent", "value": "1002", "contact_id": CONTACT}
    assert checked_body("dial", asked) == {"kind": "agent", "value": "1002"}


@pytest.mark.parametrize(
    ("typed", "number"), [("139 1234 5678", "13912345678"), ("+86 (10) 6-2-3", "+8610623")]
)
def test_it_writes_a_number_without_its_spacing(typed, number):
    body = checked_body("transfer", {"kind": "outside", "value": typed})
    assert body == {"kind": "outside", "value": number}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "planet", "value": "1"},
        {"kind": "agent", "value": "1002,1003"},
        {"kind": "queue", "value": "general@default"},
        *({"kind": "outside", "value": bad} for bad in ("${x}", "1|2", "12\n34", "'", "", None)),
        {"kind": "outside", "value": "9" * 21},
        {"kind": "outside", "phone_link_id": -1},
        {"kind": "outside", "caller_of": "x"},
        {"kind": "outside", "callback_of": "x"},
        {"kind": "outside", "phone_link_id": True},
        {"kind": "outside", "phone_link_id": 10**30},
    ],
)
def test_it_refuses_whom_nobody_can_reach(given):
    with pytest.raises(BadCommand):
        checked_body("transfer", given)


def test_a_menu_takes_a_transfer_and_nothing_else():
    menu = {"kind": "flow", "value": "gas_main"}
    assert checked_body("transfer", menu) == menu
    for action in ("consult", "invite", "dial"):
        with pytest.raises(BadCommand):
            checked_body(action, menu)


@pytest.mark.parametrize("code", ["repair", "repair_2", "q1"])
def test_it_reaches_every_group_that_an_administrator_can_name(code):
    group = {"kind": "queue", "value": code}
    assert checked_body("transfer", group) == group


@pytest.mark.parametrize("leg", ["", None, "x", "0" * 37, "'; drop"])
def test_it_refuses_a_leg_that_is_none(leg):
    with pytest.raises(BadCommand):
        checked_body("mute_party", {"leg": leg})
