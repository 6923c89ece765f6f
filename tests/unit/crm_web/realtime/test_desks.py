"""Who is asked for a sign of life, and when."""

from __future__ import annotations

from collections import Counter

from crm_web.realtime.sockets import BEAT_SLOTS, Desks


def test_it_says_of_the_first_desk_only_that_it_is_the_first():
    desks = Desks()
    assert desks.add("a", "1001") == 0
    desks.remove("a")
    assert desks.add("b", "1002") == 1


def test_it_spreads_many_desks_evenly_over_the_beat():
    desks = Desks()
    slots = Counter(desks.add(f"sid-{n}", "1001") % BEAT_SLOTS for n in range(480))
    assert max(slots.values()) - min(slots.values()) <= 1


def test_it_tells_once_who_answered_and_nobody_who_has_left():
    desks = Desks()
    desks.add("a", "1001")
    desks.answer("a")
    assert desks.take_answered() == {"1001"}
    assert not desks.take_answered()
    desks.remove("a")
    desks.remove("a")
    desks.answer("a")
    assert not desks.take_answered()
