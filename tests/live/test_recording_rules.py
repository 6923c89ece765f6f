"""Rules that say what is recorded, on real calls: no file, and no gap reported for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.live.office import Office
from tests.live.scene import Scene
from tests.until import until


def _is_not_recorded(scene: Scene, contact: Mapping[str, Any]) -> None:
    """Neither in a row nor in a file, and the nightly comparison asks for none."""
    assert not scene.stack.of_contact("recording", contact)
    pub = contact["pub"]
    assert not list(scene.stack.recording("").rglob(f"*{pub}*"))
    scene.stack.works_off("gaps", "compare", hours_on=2)
    sql = "select kind from recording_gap where contact_id = :id and closed_at is null"
    assert not scene.stack.rows(sql, id=contact["id"])


def test_given_the_rule_never_for_an_agent_then_there_is_no_recording_and_no_gap(
    scene: Scene,
) -> None:
    scene.recorded = False
    with Office(scene.stack).recording("agent:1004", "never"):
        desk, phone, caller = scene.talk()
        assert desk.call["recording"] == "off"
        assert not {"start_recording", "pause_recording"} & {*desk.call["allowed"]}
        assert desk.tries("start_recording") == 202
        desk.refused_any()
        scene.passes(2.5)
        phone.hangs_up()
        caller.is_over()
        contact = scene.ends(caller)
        _is_not_recorded(scene, contact)


def test_given_a_rule_for_one_direction_then_the_other_one_is_recorded(scene: Scene) -> None:
    outside = scene.outside()
    with Office(scene.stack).recording("agent:1004", "never", "outbound"):
        desk, phone, caller = scene.talk()
        until(lambda: desk.call.get("recording") == "on", 5, what="the incoming call is recorded")
        scene.passes(2.5)
        caller.hangs_up()
        scene.ends(caller)  # which looks for the file
        scene.recorded = False
        before = scene.contacts()
        desk.goes_ready()
        desk.does("dial", kind="outside", value="02188880003")
        outside.answers()
        desk.call_is("talking")
        assert desk.call["recording"] == "off"
        scene.passes(2.5)
        phone.hangs_up()
        outside.is_over()
        (placed,) = [one for one in scene.contacts() if one not in before]
        contact = scene.stack.contact(placed)
        assert contact["direction"] == "outbound"
        scene.tidy()
        _is_not_recorded(scene, contact)
