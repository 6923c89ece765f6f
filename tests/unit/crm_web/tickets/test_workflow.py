"""The repair workflow's table: what is allowed, what is refused and with which words."""

import pytest

from crm_web.areas.tickets import workflow as w


@pytest.mark.parametrize(
    "state, action, after",
    [
        ("open", "dispatch", "dispatched"),
        ("open", "close_on_call", "closed"),
        ("returned", "dispatch", "dispatched"),
        ("dispatched", "accept", "accepted"),
        ("accepted", "depart", "en_route"),
        ("en_route", "arrive", "on_site"),
        ("written_off", "close", "closed"),
        ("finished", "write_off", "written_off"),
        ("on_site", "chase", "on_site"),
    ],
)
def test_it_moves_along_the_default_repair_path(state, action, after):
    assert w.apply(state, action) == after


@pytest.mark.parametrize("action", ["finish", "send_back", "reassign", "void", "reopen"])
def test_it_wants_a_reason_where_somebody_will_ask_for_it(action):
    state = w.ACTIONS[action].sources[-1]
    with pytest.raises(w.ActionRefused, match="要写明原因"):
        w.apply(state, action, "   ")
    assert w.apply(state, action, "换了阀门") in w.STATES


@pytest.mark.parametrize("state", w.STATES)
def test_every_pair_of_state_and_action_has_an_answer(state):
    for code, action in w.ACTIONS.items():
        if state in action.sources:
            assert w.apply(state, code, "原因") in w.STATES
        else:
            with pytest.raises(w.ActionRefused, match="不能"):
                w.apply(state, code, "原因")


def test_it_says_in_which_state_the_ticket_is_when_it_refuses():
    with pytest.raises(w.ActionRefused, match="工单现在是“已办结”，不能派单"):
        w.apply("closed", "dispatch")


def test_an_unknown_action_is_refused_and_not_an_error():
    with pytest.raises(w.ActionRefused, match="没有这个操作"):
        w.apply("open", "rm -rf")


def test_nothing_leaves_a_void_ticket():
    assert {a.code for a in w.actions_of("void")} == {"comment"}


def test_each_state_has_a_name():
    assert set(w.STATE_NAMES) == set(w.STATES)


def test_every_state_can_be_reached_from_open():
    reached, todo = {"open"}, ["open"]
    while todo:
        state = todo.pop()
        for action in w.actions_of(state):
            after = action.target or state
            if after not in reached:
                reached.add(after)
                todo.append(after)
    assert reached == set(w.STATES)
