"""The supervisor's chair: who hears whom, in every mode and between them."""

from __future__ import annotations

import pytest

from tests.live.scene import Scene
from tests.until import until


def _listens(scene: Scene, mode: str = "monitor"):  # type: ignore[no-untyped-def]
    """1004 talks with a caller, 2001 is on the line in this mode."""
    board, chair = scene.agent("2001")
    desk, phone, caller = scene.talk()
    board.supervises(mode, "1004")
    scene.until_told(caller, "monitor.started", target="1004", mode=mode)
    return desk, phone, caller, board, chair


def _mode(scene: Scene, caller, board, mode: str) -> None:  # type: ignore[no-untyped-def]
    board.supervises(mode, "1004")
    scene.until_told(caller, "monitor.mode_changed", target="1004", mode=mode)


def test_given_a_supervisor_on_the_line_then_each_mode_is_heard_by_the_right_people(
    scene: Scene,
) -> None:
    desk, phone, caller, board, chair = _listens(scene)
    chair.hears_only(phone, caller)
    phone.hears_only(caller)
    caller.hears_only(phone)

    _mode(scene, caller, board, "whisper")
    phone.hears_only(caller, chair)
    caller.hears_only(phone)
    chair.hears_only(phone, caller)

    _mode(scene, caller, board, "barge_in")
    phone.hears_only(caller, chair)
    caller.hears_only(phone, chair)
    chair.hears_only(phone, caller)

    _mode(scene, caller, board, "monitor")
    phone.hears_only(caller)
    caller.hears_only(phone)

    board.supervises("stop_monitor", "1004")
    chair.is_silent()
    scene.until_told(caller, "monitor.ended", target="1004")
    caller.hears_only(phone)
    phone.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    told = [event["type"] for event in scene.stack.events(caller.contact_id)]
    assert told.count("monitor.mode_changed") == 3
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1


def test_given_a_key_on_the_supervisors_telephone_then_who_hears_whom_stays_as_the_board_says(
    scene: Scene,
) -> None:
    desk, phone, caller, board, chair = _listens(scene, "whisper")
    phone.hears_only(caller, chair)
    if scene.real:
        chair.phone.call.key("3")
    else:
        scene.stack.api("rehearsal phone 2001 dtmf 3")
    until(lambda: _keys(scene)[-2:] == [("3", "RTP"), ("2", "APP")], 5, what="the key is undone")
    caller.hears_only(phone)
    phone.hears_only(caller, chair)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def _keys(scene: Scene) -> list[tuple[str, str]]:
    told = scene.transcript.named("DTMF")
    return [(event["DTMF-Digit"], event["DTMF-Source"]) for event in told]


@pytest.mark.parametrize("mode", ["whisper", "barge_in"])
def test_it_begins_in_the_mode_that_was_asked_for(scene: Scene, mode: str) -> None:
    desk, phone, caller, board, chair = _listens(scene, mode)
    phone.hears_only(caller, chair)
    caller.hears_only(phone, *([chair] if mode == "barge_in" else []))
    caller.hangs_up()
    phone.is_silent()
    chair.is_silent()
    scene.ends(caller)


def test_given_a_supervisor_who_takes_over_then_they_have_the_caller_and_the_agent_is_free(
    scene: Scene,
) -> None:
    desk, phone, caller, board, chair = _listens(scene)
    board.supervises("take_over", "1004")
    caller.hears_only(chair)
    chair.hears_only(caller)
    phone.is_silent()
    desk.shows("wrap_up")
    board.call_is("talking")
    chair.hangs_up()
    caller.is_over()
    contact = scene.ends(caller)
    talks = scene.stack.of_contact("talk_segment", contact)
    assert [talk["role"] for talk in talks] == ["primary", "take_over"]


def test_given_a_forced_release_then_the_caller_is_let_go_and_it_is_written_down(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone, caller = scene.talk()
    board.supervises("forced_release", "1004")
    caller.is_over()
    phone.is_silent()
    desk.shows("wrap_up")
    scene.until_told(caller, "call.forced_release", target="1004")
    scene.ends(caller)
    until(lambda: _acts(scene, caller.contact_id) == ["call.forced_release"], 8, what="the act")


def _acts(scene: Scene, entity: str) -> list[str]:
    """What the audit log says was done to it."""
    rows = scene.stack.rows("select action, entity_id from audit_log order by id")
    return [row["action"] for row in rows if row["entity_id"] == entity]


def test_given_a_listener_whose_session_ends_then_the_telephone_hears_no_more(
    scene: Scene,
) -> None:
    _, chair = scene.agent("2001")
    desk, phone, caller = scene.talk()
    with scene.stack.board("2001") as board:
        board.supervises("monitor", "1004")
        scene.until_told(caller, "monitor.started", target="1004", mode="monitor")
        chair.hears_only(phone, caller)
        board.logs_out()
        until(lambda: _told(scene, caller, "monitor.ended"), 20, what="the listening is over")
        chair.is_silent()
        caller.hears_only(phone)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def _told(scene: Scene, caller, type_: str) -> bool:  # type: ignore[no-untyped-def]
    return any(event["type"] == type_ for event in scene.stack.events(caller.contact_id))


def test_given_a_director_without_an_agent_number_then_the_board_says_why_an_order_failed(
    scene: Scene,
) -> None:
    with scene.stack.board("director") as board:
        before = _acts(scene, "1004")
        board.orders("force_ready", "1004", "忙不过来")
        board.refused("order_signed_out")
        assert _acts(scene, "1004")[len(before) :] == ["agent.force_ready_asked"]
        desk, _ = scene.colleague("1004")
        board.orders("force_ready", "1004", "忙不过来")
        desk.shows("ready")
        until(lambda: _acts(scene, "1004")[-1:] == ["agent.force_ready"], 8, what="the act")
        scene.tidy()


def test_given_the_caller_was_handed_on_when_the_first_agent_is_cut_off_then_the_caller_stays(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    other_desk, other = scene.colleague()
    desk, phone, caller = scene.talk()
    desk.does("transfer", kind="agent", value="1005")
    other.rings()
    other.answers()
    desk.shows("wrap_up")
    board.supervises("forced_release", "1004")
    board.refused("no_talk")
    caller.hears_only(other)
    other.hears_only(caller)
    other.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_the_next_caller_is_on_the_line_then_a_release_of_the_last_one_hits_nobody(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone, first = scene.talk()
    shown = board.board_call("1004")
    first.hangs_up()
    phone.is_silent()
    scene.ends(first)
    desk, phone, second = scene.talk()
    assert board.orders_shown_call("forced_release", "1004", shown) == 202
    board.refused("other_call")
    second.hears_only(phone)
    phone.hears_only(second)
    phone.hangs_up()
    second.is_over()
    scene.ends(second)


def test_given_a_listening_supervisor_when_the_agent_hangs_up_then_all_lines_end(
    scene: Scene,
) -> None:
    desk, phone, caller, board, chair = _listens(scene)
    phone.hangs_up()
    caller.is_over()
    chair.is_silent()
    until(lambda: board.state in ("ready", "not_ready"), 8, what="the chair is free again")
    scene.ends(caller)


def test_given_a_call_for_help_when_it_is_answered_then_the_agent_reads_the_reply(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone, caller = scene.talk()
    desk.does("ask_help", reason="客户要求赔偿")
    scene.until_told(caller, "help.asked")
    board.supervises("answer_help", "1004", reply="按规定三日内答复")
    scene.until_told(caller, "help.answered", by="2001")
    until(
        lambda: (desk.snapshot()["agent"].get("help") or {}).get("reply") == "按规定三日内答复", 5
    )
    caller.hangs_up()
    phone.is_silent()
    scene.ends(caller)
