"""Numbers as they are dialled within the town: completed with the site's area code."""

from __future__ import annotations

import pytest

from esl_controller.domain import actions
from esl_controller.domain.evolve import replace
from esl_controller.domain.parties import Target
from tests.unit.esl_controller.service.desks import at
from tests.unit.esl_controller.service.hotline import Hotline


def called(hotline):
    return [one.target for one in hotline.asked() if isinstance(one, actions.Dial)]


@pytest.mark.parametrize("number", ["88887777", "8888777"])
def test_given_an_area_code_then_a_local_number_is_called_in_full(talking, number):
    talking.controller.area_code = "532"
    talking.command("consult", at=at(10), kind="outside", value=number)
    assert called(talking) == [Target("outside", f"+86532{number}")]


@pytest.mark.parametrize("number", ["12345", "13812340021", "02188887777", "4001234567"])
def test_given_an_area_code_then_other_numbers_are_called_as_before(talking, number):
    talking.command("consult", at=at(10), kind="outside", value=number)
    before = called(talking)
    talking.command("cancel_consult", at=at(11))
    talking.controller.area_code = "532"
    talking.command("consult", at=at(12), kind="outside", value=number)
    assert before and called(talking)[-1] == before[0]


def test_given_no_area_code_then_a_local_number_is_none(talking):
    talking.command("consult", at=at(10), kind="outside", value="88887777")
    assert talking.told("command.refused")[-1].body["code"] == "bad_number"


@pytest.mark.parametrize(("number", "prefix"), [("88887777", "0532"), ("86000001", "")])
def test_a_local_number_is_barred_like_the_whole_one(talking, number, prefix):
    talking.controller.area_code = "532"
    talking.controller.barred_prefixes = (prefix,) if prefix else ()
    snapshot = talking.registry.snapshot
    own = replace(snapshot.called_numbers[0], number="86000001")
    talking.registry.snapshot = replace(snapshot, called_numbers=(own,))
    talking.command("consult", at=at(10), kind="outside", value=number)
    assert talking.told("command.refused")[-1].body["code"] == "barred"


def test_a_caller_of_the_town_is_known_by_the_whole_number():
    hotline = Hotline()
    hotline.controller.area_code = "532"
    call = hotline.controller.open_call("0193f3a0-0000-4000-8000-000000000077", "88887777",
                                        "96001", at(1))  # fmt: skip
    assert (call.e164, call.masked) == ("+8653288887777", "0532-8888****")
