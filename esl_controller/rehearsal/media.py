"""Sound files and tones: how long a prompt lasts, and what a simulated voice sounds like."""
from __future__ import annotations

import array
import math
import sys
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RATE = 8000
CALLER_HZ = 500
AGENT_HZ = 700


@dataclass(frozen=True)
class Sound:
    """What a playable name comes to: its kind and seconds (None = endless)."""

    kind: str
    seconds: float | None


def find_sound(name: str) -> Sound | None:
    """Look a playable up: a file, `file_string://a!b`, a silence, tone or local stream.

    None means FILE NOT FOUND. Of a file string the missing parts are skipped, as the real
    switch does; it is missing when all its parts are.
    """
    if name.startswith("file_string://"):
        parts = [find_sound(part) for part in name[len("file_string://"):].split("!")]
        known = [part for part in parts if part]
        return Sound("file_string", sum(part.seconds or 0 for part in known)) if known else None
    if name.startswith("silence_stream://"):
        length = name[len("silence_stream://"):].split(",")[0]
        endless = not length.isdigit()
        return Sound("silence_stream", None if endless else int(length) / 1000)
    if name.startswith("local_stream://"):
        return Sound("local_stream", None)
    if name.startswith("tone_stream://"):
        return Sound("tone_stream", None if "loops=-1" in name else 1.0)
    path = find_file(name)
    return Sound("file", _seconds(str(path), path.stat().st_mtime_ns)) if path else None


def find_file(name: str) -> Path | None:
    """The file itself, or the one of the same name in the folder of a sample rate beside it."""
    path = Path(name.strip("'"))
    for candidate in (path, path.parent / "8000" / path.name, path.parent / "16000" / path.name):
        if candidate.is_file():
            return candidate
    return None


@lru_cache(maxsize=2048)
def _seconds(path: str, changed: int) -> float:
    try:
        with wave.open(path, "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, OSError):
        return 0.0


@lru_cache(maxsize=16)
def tone(hertz: int) -> array.array[int]:
    """One second of a quiet sine, 16-bit at 8 kHz."""
    step = 2 * math.pi * hertz / RATE
    return array.array("h", (int(6000 * math.sin(step * n)) for n in range(RATE)))


@lru_cache(maxsize=64)
def voice(path: str) -> array.array[int]:
    """Samples of a spoken file at 8 kHz mono; the caller's tone when it cannot be read."""
    found = find_file(path)
    if found is None:
        return tone(CALLER_HZ)
    try:
        with wave.open(str(found), "rb") as file:
            if file.getsampwidth() != 2 or file.getframerate() % RATE:
                return tone(CALLER_HZ)
            samples = array.array("h", file.readframes(file.getnframes()))
            step = file.getframerate() // RATE * file.getnchannels()
    except (wave.Error, EOFError, OSError):
        return tone(CALLER_HZ)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples[::step] or tone(CALLER_HZ)


def piece(samples: array.array[int], start: int, count: int) -> array.array[int]:
    """`count` samples from `start` of an endless loop over `samples`."""
    out = array.array("h")
    place = start % len(samples)
    while len(out) < count:
        chunk = samples[place:place + count - len(out)]
        out.extend(chunk)
        place = 0
    return out
