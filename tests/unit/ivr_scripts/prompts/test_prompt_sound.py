"""Sounds are cut, levelled and resampled without harm."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ivr_scripts.prompts.sound import (
    Sound,
    faded,
    joined,
    levelled,
    read_wav,
    resampled,
    silence,
    trimmed,
    write_wav,
)


def tone(hertz: float, rate: int, seconds: float, level: float = 0.1) -> Sound:
    count = int(rate * seconds)
    return Sound(rate, [level * math.sin(2 * math.pi * hertz * i / rate) for i in range(count)])


def loudness(sound: Sound) -> float:
    return math.sqrt(sum(s * s for s in sound.samples) / len(sound.samples))


def test_it_writes_what_it_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.wav"
    write_wav(path, tone(440, 8000, 0.1))
    again = read_wav(path)
    assert again.rate == 8000
    assert max(abs(a - b) for a, b in zip(again.samples, tone(440, 8000, 0.1).samples)) < 1e-4
    assert list(path.parent.iterdir()) == [path]


def test_it_trims_silence_but_keeps_a_little() -> None:
    sound = joined([silence(500, 16000), tone(300, 16000, 0.3), silence(700, 16000)])
    assert 0.3 <= trimmed(sound, keep_ms=15).seconds <= 0.35
    assert trimmed(silence(300, 16000)).samples == []


def test_it_levels_loud_and_soft_sounds_alike() -> None:
    loud, soft = (loudness(levelled(tone(300, 16000, 0.5, level))) for level in (0.5, 0.01))
    assert loud == pytest.approx(soft, rel=0.01)
    assert loud == pytest.approx(0.1, rel=0.02)


def test_it_does_not_clip() -> None:
    click = Sound(8000, [0.0] * 400 + [0.9] + tone(300, 8000, 0.2, 0.005).samples)
    assert max(abs(s) for s in levelled(click).samples) <= 0.71


def test_it_fades_both_ends() -> None:
    samples = faded(Sound(8000, [1.0] * 800)).samples
    assert samples[0] < 0.01 and samples[-1] < 0.01 and samples[400] == 1.0


@pytest.mark.parametrize(("old", "new"), [(24000, 8000), (22050, 16000), (8000, 16000)])
def test_it_keeps_a_tone_when_resampling(old: int, new: int) -> None:
    sound = resampled(tone(1000, old, 0.3), new)
    assert sound.seconds == pytest.approx(0.3, abs=0.001)
    middle = Sound(new, sound.samples[new // 20 : -new // 20])
    assert loudness(middle) == pytest.approx(0.0707, rel=0.02)


def test_it_removes_what_the_lower_rate_can_not_hold() -> None:
    assert loudness(resampled(tone(5000, 24000, 0.2), 8000)) < 0.004
