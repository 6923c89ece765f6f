"""A phone that tries to transfer by itself: only the desk transfers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.marks import freeswitch_only
from tests.live.scene import Scene


@freeswitch_only("a phone that sends REFER")
@pytest.mark.parametrize("who", ["agent", "caller"])
def test_given_a_phone_that_refers_the_other_elsewhere_then_it_is_refused_and_they_talk_on(
    scene: Scene, who: str
) -> None:
    desk, phone, caller = scene.talk()
    call: Any = (phone if who == "agent" else caller).phone.call
    for target in ("1005", "queue_general", "96001", "13800000001"):
        answer = call.refer(f"sip:{target}@{scene.stack.domain}")
        assert answer is not None and answer.status == 405, f"REFER to {target}: {answer}"
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    contact = scene.stack.contact(caller.contact_id)
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1
    scene.tidy()
