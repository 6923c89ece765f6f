"""The outline of a recording for the player: a few hundred numbers instead of the whole file."""

from __future__ import annotations

import array
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

PEAKS = 600  # about one per two pixels of the player at its widest


class NotAudio(Exception):
    """The file is not 16-bit PCM in a WAV container, or is cut off inside its header."""


@dataclass(frozen=True)
class Outline:
    """peaks: for each channel `PEAKS` or fewer values 0..1, the loudest sample of each slice."""

    ms: int
    channels: int
    peaks: list[list[float]]


def outline_of(path: Path, count: int = PEAKS) -> Outline:
    """Read `path` slice by slice (memory stays flat for a recording of hours). Raises NotAudio."""
    try:
        with wave.open(str(path), "rb") as sound:
            return _outline(sound, count)
    except (wave.Error, EOFError) as error:
        raise NotAudio(str(error) or "the file ends too early") from error


def _outline(sound: wave.Wave_read, count: int) -> Outline:
    channels, frames, rate = sound.getnchannels(), sound.getnframes(), sound.getframerate()
    if sound.getsampwidth() != 2:
        raise NotAudio(f"{sound.getsampwidth() * 8} bits a sample, expected 16")
    per_slice = max(1, -(-frames // count))
    peaks: list[list[float]] = [[] for _ in range(channels)]
    read = 0
    while block := sound.readframes(per_slice):
        samples = array.array("h")
        samples.frombytes(block[: len(block) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
        read += len(samples) // channels
        for channel in range(channels):
            part = samples[channel::channels]
            loudest = max(max(part), -min(part)) if part else 0
            peaks[channel].append(round(min(loudest / 32767, 1.0), 3))
    # getnframes() is what the header claims; a recorder that was killed left 0 or too much there.
    return Outline(ms=read * 1000 // rate if rate else 0, channels=channels, peaks=peaks)
