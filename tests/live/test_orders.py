"""What supervisors order agents to be, and what they write to desks."""

from __future__ import annotations

import pytest

from tests.live.scene import Scene
from tests.until import until


def _is_written_down(scene: Scene, order: str, reason: str) -> None:
    """From the controller's fact, a moment after it was done."""
    sql = "select reason from audit_log where action = :action order by id desc"
    reasons = lambda: scene.stack.rows(sql, action=f"agent.{order}")  # noqa: E731
    until(lambda: [row["reason"] for row in reasons()][:1] == [reason], 5, what=f"{order} written")


def _on_the_switch(scene: Scene, status: str) -> None:
    until(lambda: scene.stack.switch_agents()["1004"]["status"] == status, 5, what=f"1004 {status}")


def test_given_an_agent_ordered_off_when_ordered_back_then_the_next_caller_rings_there(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone = scene.agent("1004")
    board.orders("force_not_ready", "1004", "到班长台来")
    desk.shows("not_ready")
    assert desk.snapshot()["agent"]["reason"] == "forced"
    _on_the_switch(scene, "On Break")
    _is_written_down(scene, "force_not_ready", "到班长台来")
    caller = scene.waiting_caller("19900000002")
    caller.hears_music()
    assert desk.state == "not_ready"
    board.orders("force_ready", "1004", "回来接电话")
    phone.rings()
    phone.answers()
    desk.call_is("talking")
    caller.hears_only(phone)
    _is_written_down(scene, "force_ready", "回来接电话")
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


def test_given_an_order_that_changes_nothing_then_the_board_is_told_and_the_desk_is_not(
    scene: Scene,
) -> None:
    desk, _ = scene.agent("1004")
    with scene.stack.board("2001") as board:
        board.orders("force_ready", "1004", "再确认一次")
        board.refused("order_already_ready")
    assert desk.state == "ready" and "refused" not in [name for _, name, _ in desk.events]
    scene.tidy()


def test_given_an_agent_signed_out_by_order_then_the_session_ends_and_the_agent_comes_back(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, phone = scene.agent("1004")
    board.orders("force_sign_out", "1004", "忘了签出")
    desk.shows("signed_out")
    _on_the_switch(scene, "Logged Out")
    _is_written_down(scene, "force_sign_out", "忘了签出")
    sessions = "select end_reason from agent_session order by id desc"
    until(lambda: scene.stack.rows(sessions)[0]["end_reason"] == "forced", 5, what="written")
    desk.goes_ready()
    caller = scene.waiting_caller("19900000002")
    phone.rings()
    phone.answers()
    caller.hears_only(phone)
    phone.hangs_up()
    caller.is_over()
    scene.ends(caller)


@pytest.mark.parametrize(
    ("order", "after"),
    [
        ("force_not_ready", "not_ready"),
        ("force_ready", "ready"),
        ("force_sign_out", "signed_out"),
    ],
)
def test_given_an_order_in_a_talk_then_the_talk_goes_on_and_it_is_done_after_the_wrap_up(
    scene: Scene, order: str, after: str
) -> None:
    board, _ = scene.agent("2001")
    desk, phone, caller = scene.talk()
    board.orders(order, "1004", "班次调整")
    board.orders(order, "1004", "班次调整")
    caller.hears_only(phone)
    phone.hears_only(caller)
    assert desk.call_is("talking")
    caller.hangs_up()
    desk.shows("wrap_up")
    desk.does("finish_wrap_up")
    desk.shows(after)
    scene.ends(caller)


def test_given_a_message_to_all_and_one_to_an_agent_then_each_desk_reads_its_own(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, _ = scene.agent("1004")
    other, _ = scene.agent("1005")
    assert board.writes("all", "东门片区停水，先报抢修", urgent=True) >= 3
    assert board.writes("1004", "下一个回访请你打") == 1
    assert other.reads("东门片区停水，先报抢修")["urgent"]
    assert desk.reads("东门片区停水，先报抢修")["to"] == "all"
    private = desk.reads("下一个回访请你打")
    assert private["by"] and not private["urgent"]
    assert other.unread() == ["东门片区停水，先报抢修"]
    desk.puts_away(private["id"])
    assert desk.unread() == []
    other.puts_away(private["id"])


def test_given_a_desk_that_was_closed_when_it_is_opened_then_it_has_the_message(
    scene: Scene,
) -> None:
    board, _ = scene.agent("2001")
    desk, _ = scene.agent("1004")
    desk.close()
    try:
        board.writes("1004", "回来后找我")
        assert desk.unread() == ["回来后找我"]
    finally:
        desk.open()
    board.writes("1004", "看到请标记已读")
    desk.puts_away(desk.reads("看到请标记已读")["id"])
    assert desk.unread() == []
