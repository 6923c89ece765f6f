"""Make the hold music and tones: `python -m ivr_scripts.prompts.music`.

Our own synthesis, given to the public domain (CC0): soft chords that swell and fade, a loop of
32 seconds whose end meets its beginning, calm enough to be heard twenty times.
"""

from __future__ import annotations

import math
from pathlib import Path

from ivr_scripts.prompts.sound import Sound, faded, levelled, resampled, silence, write_wav

RATE = 16_000
BAR_S = 4.0
CHORDS = (
    (48, 60, 64, 67, 71),
    (45, 57, 64, 67, 72),
    (41, 57, 60, 64, 69),
    (43, 59, 62, 67, 69),
    (40, 55, 59, 64, 67),
    (45, 57, 60, 64, 67),
    (50, 57, 60, 65, 69),
    (43, 55, 62, 65, 71),
)
MELODY = (76, 79, 72, 74, 71, 72, 77, 74)
PARTIALS = ((1, 1.0), (2, 0.32), (3, 0.12), (4, 0.05))


def pitch(note: int) -> float:
    """Hz of a MIDI note."""
    return 440.0 * 2 ** ((note - 69) / 12)


def hold_music(rate: int = RATE) -> Sound:
    """The loop. Each chord rings over into the next bar, the last one into the first."""
    total = int(len(CHORDS) * BAR_S * rate)
    samples = [0.0] * total
    for bar, notes in enumerate(CHORDS):
        at = int(bar * BAR_S * rate)
        for voice, note in enumerate(notes):
            _add(samples, at, note, 0.16, attack_s=0.9, length_s=BAR_S * 1.5, rate=rate)
            start = at + int((0.5 + 0.5 * voice) * rate)
            _add(samples, start, note + 12, 0.07, attack_s=0.02, length_s=2.2, rate=rate)
        start = at + int(2.0 * rate)
        _add(samples, start, MELODY[bar], 0.12, attack_s=0.06, length_s=2.8, rate=rate)
    quiet = levelled(Sound(rate, samples))
    return Sound(rate, [sample * 0.55 for sample in quiet.samples])


def beep(rate: int = RATE) -> Sound:
    """A short tone: speak after it."""
    samples = [0.35 * math.sin(2 * math.pi * 880 * at / rate) for at in range(rate // 4)]
    return faded(Sound(rate, samples), fade_ms=15)


def ringback(rate: int = RATE) -> Sound:
    """450 Hz, one second on and four off, as callers in China know it."""
    samples = [0.25 * math.sin(2 * math.pi * 450 * at / rate) for at in range(rate)]
    tone = faded(Sound(rate, samples), fade_ms=10)
    return Sound(rate, tone.samples + silence(4000, rate).samples)


def _add(
    samples: list[float],
    at: int,
    note: int,
    loudness: float,
    *,
    attack_s: float,
    length_s: float,
    rate: int,
) -> None:
    """One soft note, wrapped round the end of the loop."""
    count = int(length_s * rate)
    attack = int(attack_s * rate)
    for number, strength in PARTIALS:
        step = 2 * math.pi * pitch(note) * number / rate
        if step > math.pi * 0.9:
            continue
        gain = loudness * strength
        for index in range(count):
            swell = min(index / attack, 1.0) * (1 - index / count) ** 2
            samples[(at + index) % len(samples)] += gain * swell * math.sin(step * index)


def main() -> None:
    audio = Path(__file__).parent / "audio"
    write_wav(audio / "music" / "8000" / "hold.wav", resampled(hold_music(), 8000))
    for rate in (8000, 16000):
        write_wav(audio / str(rate) / "beep.wav", resampled(beep(), rate))
        write_wav(audio / str(rate) / "ringback.wav", resampled(ringback(), rate))


if __name__ == "__main__":
    main()
