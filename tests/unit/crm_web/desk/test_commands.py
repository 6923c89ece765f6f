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
