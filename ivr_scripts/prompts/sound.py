"""Small sound tools without any library: WAV in and out, trim, fade, loudness, resampling.

A sound is a list of floats, -1 to 1, mono. Prompts are seconds long, so plain Python is enough.
"""

from __future__ import annotations

import array
import math
import sys
import wave
from dataclasses import dataclass
from operator import mul
from pathlib import Path

ACTIVE_DB = -46.0
LOUDNESS_DB = -20.0
PEAK_DB = -3.0
BRIGHT = 0.4


@dataclass(frozen=True)
class Sound:
    """`rate` in Hz; `samples` from -1 to 1."""

    rate: int
    samples: list[float]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def read_wav(path: Path) -> Sound:
    """A 16-bit mono file; ValueError for another kind."""
    with wave.open(str(path), "rb") as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise ValueError(f"{path}: not 16-bit mono")
        raw = array.array("h", file.readframes(file.getnframes()))
        rate = file.getframerate()
    if sys.byteorder == "big":
        raw.byteswap()
    return Sound(rate, [sample / 32768 for sample in raw])


def write_wav(path: Path, sound: Sound) -> None:
    """16-bit mono, put in place whole: a reader never sees half a file."""
    raw = array.array("h", (int(max(-1.0, min(1.0, s)) * 32767) for s in sound.samples))
    if sys.byteorder == "big":
        raw.byteswap()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(raw.tobytes())
    part.replace(path)


def trimmed(sound: Sound, *, keep_ms: int = 15) -> Sound:
    """Without silence at both ends, but for `keep_ms`."""
    size = max(sound.rate // 200, 1)
    levels = _levels(sound, size)
    floor = max(levels, default=0.0) * 10 ** (ACTIVE_DB / 20)
    loud = [at for at, level in enumerate(levels) if level > floor]
    if not loud:
        return Sound(sound.rate, [])
    keep = sound.rate * keep_ms // 1000
    start = max(loud[0] * size - keep, 0)
    return Sound(sound.rate, sound.samples[start : (loud[-1] + 1) * size + keep])


def faded(sound: Sound, *, fade_ms: int = 6) -> Sound:
    """With short ramps at both ends, so that joined sounds don't click."""
    length = min(sound.rate * fade_ms // 1000, len(sound.samples) // 2)
    samples = list(sound.samples)
    for at in range(length):
        gain = 0.5 - 0.5 * math.cos(math.pi * (at + 0.5) / length)
        samples[at] *= gain
        samples[-1 - at] *= gain
    return Sound(sound.rate, samples)


def levelled(sound: Sound) -> Sound:
    """At the house loudness (RMS of its active parts), peaks below -3 dBFS."""
    size = max(sound.rate // 50, 1)
    levels = [level for level in _levels(sound, size) if level > 0]
    floor = max(levels, default=0.0) * 10 ** (-30 / 20)
    active = [level * level for level in levels if level >= floor]
    if not active:
        return sound
    gain = 10 ** (LOUDNESS_DB / 20) / math.sqrt(sum(active) / len(active))
    peak = max(abs(sample) for sample in sound.samples)
    gain = min(gain, 10 ** (PEAK_DB / 20) / peak)
    return Sound(sound.rate, [sample * gain for sample in sound.samples])


def resampled(sound: Sound, rate: int) -> Sound:
    """At another rate, by a windowed sinc with its edge below the lower Nyquist frequency."""
    if rate == sound.rate or not sound.samples:
        return Sound(rate, list(sound.samples))
    common = math.gcd(rate, sound.rate)
    up, down = rate // common, sound.rate // common
    cut = 0.92 * min(1.0, rate / sound.rate)
    half = int(16 / cut)
    banks = [_bank(phase / up, half, cut) for phase in range(up)]
    padded = [0.0] * half + sound.samples + [0.0] * (half + 1)
    count = -(-len(sound.samples) * up // down)
    samples = []
    for at in range(count):
        first, phase = divmod(at * down, up)
        samples.append(sum(map(mul, banks[phase], padded[first : first + 2 * half])))
    return Sound(rate, samples)


def brightened(sound: Sound) -> Sound:
    """With its hissing consonants lifted, 7 dB at the top: narrow lines swallow 三 and 四."""
    before = [0.0, *sound.samples]
    lifted = [now - BRIGHT * last for now, last in zip(sound.samples, before)]
    return levelled(Sound(sound.rate, lifted))


def silence(ms: int, rate: int) -> Sound:
    return Sound(rate, [0.0] * (rate * ms // 1000))


def joined(sounds: list[Sound]) -> Sound:
    """One after the other; all of the same rate."""
    return Sound(sounds[0].rate, [sample for sound in sounds for sample in sound.samples])


def _levels(sound: Sound, size: int) -> list[float]:
    """RMS of every full or partial frame of `size` samples."""
    frames = (sound.samples[at : at + size] for at in range(0, len(sound.samples), size))
    return [math.sqrt(sum(map(mul, frame, frame)) / len(frame)) for frame in frames]


def _bank(offset: float, half: int, cut: float) -> list[float]:
    """Filter taps for a sample that lies `offset` after the middle tap; their sum is 1."""
    taps = []
    for at in range(1 - half, half + 1):
        distance = at - offset
        angle = math.pi * distance * cut
        window = 0.5 + 0.5 * math.cos(math.pi * distance / (half + 1))
        taps.append(window * (math.sin(angle) / angle if angle else 1.0))
    total = sum(taps)
    return [tap / total for tap in taps]
