"""Small sound files for tests."""

from __future__ import annotations

import wave
from pathlib import Path


def tone_file(path: Path, ms: int) -> str:
    """A silent WAV of that length at 8 kHz; gives its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8 * ms))
    return str(path)


def levels(path: str) -> tuple[float, list[tuple[int, int]]]:
    """Seconds of a stereo recording, and the peaks (left, right) of each tenth of a second."""
    with wave.open(path, "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        seconds = file.getnframes() / 8000
        peaks = []
        while data := file.readframes(800):
            samples = memoryview(data).cast("h")
            peaks.append((max(map(abs, samples[0::2])), max(map(abs, samples[1::2]))))
    return seconds, peaks
