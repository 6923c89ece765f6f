"""Sounds are cut, levelled and resampled without harm."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ivr_scripts.prompts.mulaw import read_mulaw, write_mulaw
from ivr_scripts.prompts.sound import (
    Sound,
    brightened,
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


def test_it_lifts_hisses_over_vowels_at_the_same_loudness() -> None:
    vowel, hiss = tone(300, 8000, 0.3, 0.1), tone(3500, 8000, 0.3, 0.01)
    made = brightened(joined([vowel, hiss]))
    before = loudness(hiss) / loudness(vowel)
    after = loudness(Sound(8000, made.samples[2450:])) / loudness(
        Sound(8000, made.samples[10:2400])
    )
    assert 2 < after / before < 2.4
    assert loudness(brightened(vowel)) == pytest.approx(0.1, rel=0.05)


def test_it_writes_one_byte_a_sample_that_sounds_the_same(tmp_path: Path) -> None:
    sound = tone(440, 16000, 0.1001, 0.3)
    write_mulaw(tmp_path / "a.wav", sound)
    again = read_mulaw(tmp_path / "a.wav")
    assert again.rate == 16000 and len(again.samples) == len(sound.samples)
    noise = Sound(16000, [a - b for a, b in zip(sound.samples, again.samples)])
    assert loudness(noise) < loudness(sound) / 60
    assert (tmp_path / "a.wav").stat().st_size < len(sound.samples) + 70


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 5.0, -5.0, 1e-5])
def test_it_keeps_extremes(value: float, tmp_path: Path) -> None:
    write_mulaw(tmp_path / "a.wav", Sound(16000, [value]))
    (again,) = read_mulaw(tmp_path / "a.wav").samples
    assert again == pytest.approx(max(-1.0, min(1.0, value)), abs=0.03)


def test_given_another_kind_of_file_then_it_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", tone(440, 8000, 0.1))
    with pytest.raises(ValueError, match="mu-law"):
        read_mulaw(tmp_path / "a.wav")
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="short"):
        read_mulaw(tmp_path / "b.wav")
