"""Ratios, goals and what a person reads of a bench."""

from __future__ import annotations

import pytest

from tests.bench.table import Result, grid, table


@pytest.mark.parametrize(
    ("result", "met"),
    [
        (Result("a", 3.0, "ms", "floor", 2.0, at_most=2.0), True),
        (Result("a", 5.0, "ms", "floor", 2.0, at_most=2.0), False),
        (Result("a", 3.0, "/s", "peer", 2.0, at_least=1.5), True),
        (Result("a", 2.0, "/s", "peer", 2.0, at_least=1.5), False),
        (Result("a", 2.0, "/s", "peer", 2.0), None),
        (Result("a", 2.0, "/s"), None),
        (Result("a", left_out="no peer", at_least=5.0), None),
    ],
)
def test_it_says_whether_a_goal_is_met(result, met):
    assert result.met is met


def test_it_shows_a_goal_that_was_missed():
    line = table([Result("pop", 5.0, "ms", "relay", 2.0, at_most=2.0)]).splitlines()[-1]
    assert line.split() == ["pop", "5", "ms", "2", "relay", "2.50", "<=", "2", "x", "NO"]


def test_it_says_why_a_row_is_left_out():
    assert "left out: no peer" in table([Result("esl", left_out="no peer", at_least=5.0)])


def test_it_keeps_what_a_file_needs():
    saved = Result("pop", 3.0, "ms", "relay", 2.0, at_most=2.0).to_json()
    assert (saved["ratio"], saved["met"]) == (1.5, True)


def test_it_lines_up_chinese_and_latin_text():
    lines = grid([["名称", "x"], ["ab", "y"]]).splitlines()
    assert lines[0] == "名称  x"
    assert lines[2] == "ab    y"
