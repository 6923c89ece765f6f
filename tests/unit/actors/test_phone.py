"""Two phones, face to face: the actors must be right before they judge anything else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.actors.phone import BUSY, DECLINE, RING, Policy, SipPhone
from tests.actors.waiting import until

NOBODY = ("127.0.0.1", 9)


@pytest.fixture()
def pair() -> Iterator[tuple[SipPhone, SipPhone]]:
    alice = SipPhone("alice", NOBODY, tone_hz=500)
    bob = SipPhone("bob", NOBODY, tone_hz=700)
    alice.server = alice.endpoint.server = ("127.0.0.1", bob.endpoint.port)
    bob.server = bob.endpoint.server = ("127.0.0.1", alice.endpoint.port)
    yield alice, bob
    alice.close()
    bob.close()


def test_it_talks_both_ways_and_hangs_up(pair: tuple[SipPhone, SipPhone]) -> None:
    alice, bob = pair
    bob.policy = Policy(200, after=0.1)
    call = alice.dial("bob")
    assert call.wait_for("up")
    assert call.provisional == [180]
    assert call.hears_tones(700) and bob.call.hears_tones(500)
    call.hang_up()
    assert bob.call.wait_for("ended") and bob.call.ended_by == "other"


@pytest.mark.parametrize("policy", [BUSY, DECLINE])
def test_it_is_told_why_the_other_did_not_answer(
    pair: tuple[SipPhone, SipPhone], policy: Policy
) -> None:
    alice, bob = pair
    bob.policy = policy
    call = alice.dial("bob")
    assert call.wait_for("ended") and call.status == policy.status


def test_given_a_ringing_phone_when_the_caller_gives_up_then_it_stops_ringing(
    pair: tuple[SipPhone, SipPhone],
) -> None:
    alice, bob = pair
    bob.policy = RING
    call = alice.dial("bob")
    ringing = bob.wait_for_call()
    call.hang_up()
    assert ringing.wait_for("ended") and ringing.ended_by == "other"
    assert call.wait_for("ended") and call.status == 487


def test_given_an_answer_that_crosses_the_giving_up_then_the_call_ends_all_the_same(
    pair: tuple[SipPhone, SipPhone],
) -> None:
    alice, bob = pair
    bob.policy = Policy(200, after=0)
    with alice.endpoint.lock:
        call = alice.dial("bob")
        call.hang_up()
    assert call.wait_for("ended") and call.answered_at
    assert bob.call.wait_for("ended") and bob.call.ended_by == "other"


def test_it_hears_keys_and_hold(pair: tuple[SipPhone, SipPhone]) -> None:
    alice, bob = pair
    bob.policy = Policy(200)
    call = alice.dial("bob")
    assert call.wait_for("up")
    call.key("1590#")
    assert bob.call.rtp.digits_heard == list("1590#")
    call.hold()
    assert bob.call.wait_for("up")
    assert until(lambda: bob.call.held_by_other, 3)
    call.resume()
    assert until(lambda: not bob.call.held_by_other, 3)


def test_given_a_voice_that_falls_silent_while_one_listens_then_nobody_is_heard(
    pair: tuple[SipPhone, SipPhone],
) -> None:
    alice, bob = pair
    bob.policy = Policy(200)
    call = alice.dial("bob")
    assert call.wait_for("up") and bob.call.hears_tones(500)
    alice.endpoint.later(0.6, lambda: setattr(call.rtp, "talking", False))
    assert bob.call.hears_tones(within=4)


def test_it_recognises_a_recording_it_knows(pair: tuple[SipPhone, SipPhone]) -> None:
    alice, bob = pair
    bob.policy = Policy(200)
    bob.tone_hz = 0
    noise = np.random.default_rng(7)
    sounds = [(noise.normal(0, 3000, 6000)).astype(np.int16) for _ in range(2)]
    call = alice.dial("bob")
    assert call.wait_for("up")
    bob.call.say(sounds[0])
    after = call.hears_sound(sounds[0])
    assert after > 0
    assert call.hears_sound(sounds[1], within=0.3) == -1


def test_given_a_lost_packet_when_a_request_is_repeated_then_the_call_still_comes(
    pair: tuple[SipPhone, SipPhone],
) -> None:
    alice, bob = pair
    bob.policy = Policy(200)
    there = alice.endpoint.server
    alice.endpoint.server = NOBODY
    call = alice.dial("bob")
    alice.endpoint.server = there
    assert call.wait_for("up", within=3)
    assert len(bob.calls) == 1


def test_given_nobody_when_calling_then_time_runs_out_without_an_answer() -> None:
    phone = SipPhone("lonely", NOBODY)
    assert phone.register(timeout=0.3) == 408
    phone.close()
