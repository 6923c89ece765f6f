"""Agents who are locked or leave in mid-shift."""

from __future__ import annotations

from typing import Any

from tests.live.office import Office
from tests.live.scene import Scene
from tests.until import until

WRAP_UP_S = 60


def _newest(scene: Scene, table: str, agent_no: str) -> Any:
    sql = (
        f"select t.* from {table} t join agent on agent.id = t.agent_id"
        " where agent.agent_no = :number order by t.id desc limit 1"
    )
    return scene.stack.rows(sql, number=agent_no)[0]


def _is_off(scene: Scene, agent_no: str, within: float) -> None:
    """The row is gone from the floor, the session and the time at work have their ends."""
    gone = lambda: scene.stack.agent_view(agent_no) is None  # noqa: E731
    until(gone, within, what=f"{agent_no} is off the floor")
    closed = lambda: _newest(scene, "agent_session", agent_no)["signed_out_at"]  # noqa: E731
    until(closed, 10, what="the session has an end")
    assert _newest(scene, "agent_session", agent_no)["end_reason"] == "forced"
    assert _newest(scene, "agent_state_interval", agent_no)["state"] == "signed_out"


def test_given_an_idle_agent_who_is_taken_off_then_the_session_and_the_state_end(
    scene: Scene,
) -> None:
    scene.agent("1005")
    with Office(scene.stack).without("1005"):
        _is_off(scene, "1005", within=10)
    scene.tidy()


def test_given_an_agent_who_is_taken_off_in_a_talk_then_it_goes_on_and_may_be_ended_by_the_board(
    scene: Scene,
) -> None:
    board, _chair = scene.agent("2001")
    _desk, phone, caller = scene.talk()
    with Office(scene.stack).without("1004"):
        scene.passes(2)
        caller.hears_only(phone)
        phone.hears_only(caller)
        assert scene.stack.agent_view("1004")["state"] == "on_call"
        board.supervises("forced_release", "1004")
        phone.is_silent()
        caller.is_over()
        contact = scene.stack.contact(caller.contact_id)
        assert contact["outcome"] == "answered"
        _is_off(scene, "1004", within=WRAP_UP_S)
    scene.tidy()
