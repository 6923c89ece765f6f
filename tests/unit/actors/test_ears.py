from __future__ import annotations

import numpy as np
import pytest

from tests.actors import ears, g711
from tests.actors.rtp import RATE
from tests.live.cast import sound_file


def _tone(*hz: int, seconds: float = 0.5) -> g711.Samples:
    at = np.arange(int(seconds * RATE)) / RATE
    return sum(3000 * np.sin(2 * np.pi * f * at) for f in hz).astype(np.int16)


def _speech(seed: int, seconds: float) -> g711.Samples:
    noise = np.random.default_rng(seed).normal(0, 2000, int(seconds * RATE))
    return noise.astype(np.int16)


def test_it_tells_who_speaks() -> None:
    assert ears.tones_in(_tone(500)) == {500}
    assert ears.tones_in(_tone(500, 900)) == {500, 900}
    assert ears.tones_in(np.zeros(4000, np.int16)) == set()


def test_it_survives_both_kinds_of_g711() -> None:
    for kind in (g711.PCMU, g711.PCMA):
        sound = _tone(700)
        back = g711.decode(g711.encode(sound, kind), kind)
        assert ears.loudness(back - sound) < 0.05 * ears.loudness(sound)
        assert g711.encode(back, kind) == g711.encode(sound, kind)


def test_it_writes_down_what_was_played_in_order() -> None:
    one, two, never = _speech(1, 0.6), _speech(2, 0.3), _speech(3, 0.4)
    pause = np.zeros(800, np.int16)
    line = g711.encode(np.concatenate([pause, two, pause, one, two]), g711.PCMU)
    heard = ears.transcript(
        g711.decode(line, g711.PCMU), {"one": one, "two": two, "never": never}
    )
    assert [name for _, name in heard] == ["two", "one", "two"]
    assert abs(heard[0][0] - 0.1) < 0.01


def test_it_does_not_hear_a_recording_in_silence() -> None:
    fit, _ = ears.find(_speech(1, 0.5), np.ones(8000, np.int16))
    assert fit < ears.GOOD_FIT


def test_it_knows_a_recording_with_a_frame_lost_and_not_one_cut_short() -> None:
    sound = _speech(4, 3.0)
    lost = np.concatenate([sound[:9000], sound[9160:]])
    fit, at = ears.find(sound, np.concatenate([np.zeros(800, np.int16), lost]))
    assert fit > 0.9 and abs(at - 800) <= 160
    fit, _ = ears.find(sound, np.concatenate([sound[:12000], _speech(5, 3.0)]))
    assert fit < ears.GOOD_FIT


@pytest.mark.parametrize("cut", [500, 1000, 1400, 2200])
def test_it_knows_a_short_recording_with_a_frame_lost_or_repeated_anywhere(cut: int) -> None:
    sound, quiet = _speech(6, 0.4), np.zeros(800, np.int16)
    for again in (cut + 160, cut - 160):
        fit, at = ears.find(sound, np.concatenate([quiet, sound[:cut], sound[again:], quiet]))
        assert fit > 0.9 and abs(at - 800) <= 160


def test_it_knows_a_spoken_word_with_a_hole_also_when_a_part_of_it_fits_elsewhere() -> None:
    eight, three, five = (ears.load(sound_file(f"num.{digit}")) for digit in (8, 3, 5))
    hole = np.zeros(160, np.int16)
    said = np.concatenate([eight[-400:], three[:1520], hole, three[1520:], five])
    fit, at = ears.find(three, said[: len(three) + 3200])
    assert fit > 0.9 and abs(at - 400) <= 160


@pytest.mark.parametrize("missing", [60, 160, 700])
def test_given_a_recording_of_which_the_end_is_still_to_come_then_it_listens_on(
    missing: int,
) -> None:
    sound = _speech(7, 0.5)
    heard = np.concatenate([np.zeros(800, np.int16), sound[:-missing]])
    fit, at = ears.find(sound, heard)
    assert fit < 0.9 and abs(at - 800) <= 160


def test_it_knows_a_sentence_that_a_busy_machine_stretched_by_half_a_second() -> None:
    sentence, quiet = ears.load(sound_file("greeting.water")), np.zeros(800, np.int16)
    heard = [quiet]
    for at in range(0, len(sentence), 3000):
        heard += [sentence[at : at + 3000], np.zeros(160 + at % 480, np.int16)]
    line = np.concatenate([*heard, quiet])
    assert len(line) > len(sentence) + 4000
    fit, at = ears.find(sentence, line)
    assert fit >= ears.GOOD_FIT and abs(at - 800) <= 160


@pytest.mark.parametrize(
    "said, other",
    [("greeting.water", "greeting.gas"), ("greeting.heating", "greeting.gas"),
     ("queue.general", "queue.billing"), ("queue.billing", "queue.repair")],
)  # fmt: skip
def test_it_tells_two_sentences_apart_of_which_one_word_differs(said: str, other: str) -> None:
    quiet = np.zeros(800, np.int16)
    for one, two in ((said, other), (other, said)):
        line = np.concatenate([quiet, ears.load(sound_file(one)), quiet])
        assert ears.find(ears.load(sound_file(one)), line)[0] > 0.95
        assert ears.find(ears.load(sound_file(two)), line)[0] < ears.GOOD_FIT
