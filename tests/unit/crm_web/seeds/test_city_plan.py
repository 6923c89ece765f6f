"""The demonstration city before it is written: its doors, accounts, people and bills."""

from datetime import date
from random import Random

import pytest

from crm_web.seeds import city_bills, city_people
from crm_web.seeds.city_plan import ESTATES, PREMISES, account_no, doors_of, luhn_digit
from crm_web.seeds.city_story import HOME, STORY
from esl_controller.domain import numbers

DOORS = [door for plan in ESTATES for door in doors_of(plan)]


def test_it_has_five_thousand_different_doors():
    assert PREMISES == len(DOORS) == len({door.place for door in DOORS}) == 5000


def test_every_household_of_the_story_lives_at_a_door_of_the_city():
    places = {door.place for door in DOORS}
    assert all(home.place in places for home in STORY)
    assert HOME in places and len({home.place for home in STORY}) == len(STORY)


def test_account_numbers_differ_and_carry_their_check_digit():
    given = [account_no(index) for index in range(PREMISES)]
    assert len(set(given)) == PREMISES
    assert all(len(no) == 8 and luhn_digit(no[:-1]) == int(no[-1]) for no in given)


@pytest.mark.parametrize("place", range(7))
def test_one_wrong_key_never_hits_another_account(place):
    given = {account_no(index) for index in range(PREMISES)}
    right = account_no(1234)
    for digit in "0123456789":
        wrong = right[:place] + digit + right[place + 1 :]
        assert wrong == right or wrong not in given


def test_invented_numbers_are_mobiles_and_nobodys_twice():
    given = [city_people.mobile(index) for index in range(2 * PREMISES + 2)]
    assert len(set(given)) == len(given)
    assert all(numbers.normalise(number) == f"+86{number}" for number in given)
    told = {number for home in STORY for person in home.people for number in person.phones}
    assert not told & set(given)


def test_the_same_city_comes_out_twice():
    one, other = Random(7), Random(7)
    for index in range(200):
        place = ("和风小区", "1", "1", str(index))
        assert city_people.household(one, index, place, "estate") == city_people.household(
            other, index, place, "estate"
        )


@pytest.mark.parametrize("usage, fen", [(0, 0), (10, 3450), (15, 5175), (16, 5658), (30, 14490)])
def test_prices_rise_by_tiers(usage, fen):
    assert city_bills.price_fen(usage) == fen


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 31), date(2028, 2, 29)])
def test_it_writes_the_last_twelve_whole_months(today):
    months = city_bills.months_before(today)
    assert len(months) == 12 and months[-1].last < today
    assert all(month.first.day == 1 and month.due.day == 15 for month in months)
    assert all(a.last < b.first for a, b in zip(months, months[1:]))


@pytest.mark.parametrize("arrears", [0, 1, 3])
def test_what_is_in_arrears_is_overdue_and_unpaid(arrears):
    today = date(2026, 11, 23)
    bills = list(
        city_bills.bills_for(Random(1), city_bills.months_before(today), today, arrears)
    )
    overdue = [bill for bill in bills if not bill.paid and bill.month.due < today]
    assert len(overdue) == arrears
    assert [bill.reading for bill in bills] == sorted(bill.reading for bill in bills)
