"""The charts of a load run."""

from __future__ import annotations

import xml.etree.ElementTree as xml

import pytest

from tests.load.chart import Line, lines_chart, nice_above


def test_it_draws_a_line_for_each_series():
    lines = [Line("redis", [(0, 1), (10, 2)]), Line("a <b> & c", [(0, 4), (5, 0)])]
    chart = xml.fromstring(lines_chart("CPU", "%", lines))
    assert len(chart.findall("polyline")) == 2
    assert "a <b> & c" in [text.text for text in chart.findall("text")]


def test_it_draws_an_empty_chart_without_points():
    assert xml.fromstring(lines_chart("CPU", "%", [])).findall("polyline") == []


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.3, 0.4), (1, 1), (1.1, 2), (37, 40), (95, 100)]
)
def test_it_ends_an_axis_at_a_round_number(value, top):
    assert nice_above(value) == pytest.approx(top)
