"""What a call heard: whose tone, which known recording, or nothing."""

from __future__ import annotations

import wave
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.actors.g711 import Samples
from tests.actors.rtp import FRAME, RATE

# Everybody on stage sends a tone of their own. Whole multiples of 50 Hz, so that a window of
# 400 ms holds whole periods and one tone does not leak into another's bin.
CALLER, AGENT_1, AGENT_2, SUPERVISOR, OUTSIDE = 500, 700, 900, 1100, 1300
TONES = (CALLER, AGENT_1, AGENT_2, SUPERVISOR, OUTSIDE)
_LOUD = 300.0
_WINDOW = int(0.4 * RATE)
# Measured on the shipped voice: of short sounds with one frame lost or repeated anywhere, 99 in 100
# fit with more; of short sounds that were not among 30 played ones, one in 200.
GOOD_FIT = 0.74
# Two sentences of which only one word differs fit with more as a whole. Measured: three quarters
# of a second of the other word fit with at most 0.58, of the same sentence full of gaps with 0.72.
_SAME_WORDS = 0.65
_ANCHOR_FIT = 0.6
_ANCHORS = 2
_SURE = 0.9
_PIECE = int(0.25 * RATE)
_CUT = int(0.1 * RATE)
# Measured: with 0.1 s half of the long sentences with gaps of up to 0.12 s all along are not known,
# with 0.2 s one in 40, and no more of what was not played is.
_SLIP = int(0.2 * RATE)
_NEAR = int(0.02 * RATE)


def tones_in(samples: Samples, known: Iterable[int] = TONES) -> set[int]:
    """The known tones in the last 400 ms of these samples; empty also means silence."""
    window = samples[-_WINDOW:].astype(np.float64)
    if len(window) < _WINDOW // 2:
        return set()
    at = np.arange(len(window)) / RATE
    return {
        hz
        for hz in known
        if 2 * abs(np.dot(window, np.exp(-2j * np.pi * hz * at))) / len(window) > _LOUD
    }


def loudness(samples: npt.NDArray[Any]) -> float:
    """Root mean square; a quiet line is below 20, speech above 500."""
    if not len(samples):
        return 0.0
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def load(path: Path) -> Samples:
    """A mono 16-bit wav at 8 kHz."""
    with wave.open(str(path), "rb") as file:
        shape = (file.getframerate(), file.getsampwidth(), file.getnchannels())
        assert shape == (RATE, 2, 1), f"{path} is {shape}, not 8 kHz 16-bit mono"
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def save(path: Path, samples: Samples) -> None:
    """What was heard, for a person to listen to."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def channels(path: Path) -> list[Samples]:
    """The channels of a recording, resampled to 8 kHz by dropping samples (tones survive)."""
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        count, step = file.getnchannels(), file.getframerate() // RATE
    return [data[index::count][::step] for index in range(count)]


def find(sound: Samples, heard: Samples) -> tuple[float, int]:
    """How well `sound` fits its first good place in `heard` (1 is perfect), and where it begins.

    Long sounds are compared piece by piece, each a little earlier or later than its neighbour says:
    a switch on a busy machine drops or repeats a frame, now and again a dozen in one sentence. The
    loudest pieces say where to look: two, because a frame may be missing within one.
    """
    if len(heard) + _CUT < len(sound):
        return 0.0, 0
    starts = range(0, max(1, len(sound) - _PIECE // 2), _PIECE)
    pieces = [(at, sound[at : at + _PIECE].astype(np.float64)) for at in starts]
    pieces = [(at, piece) for at, piece in pieces if loudness(piece) > 50] or pieces[:1]
    anchors = sorted(pieces, key=lambda piece: -float(np.sum(piece[1] ** 2)))[:_ANCHORS]
    found = [(*_find_piece(piece, heard), at) for at, piece in anchors]
    fit, place, anchor_at = max(found, key=lambda one: one[0])
    begin = place - anchor_at
    if fit < _ANCHOR_FIT or begin < -_CUT or begin + len(sound) > len(heard) + _CUT:
        return min(fit, _ANCHOR_FIT), max(begin, 0)
    fits, begin = _follow(pieces, anchor_at, begin, heard)
    weights = [float(np.sqrt(np.sum(piece**2))) for _, piece in pieces]
    fit = float(np.average(fits, weights=weights))
    if _worst(fits, weights) < _SAME_WORDS:
        fit = min(fit, _SAME_WORDS)
    return fit, max(begin, 0)


def _worst(fits: list[float], weights: list[float]) -> float:
    """The fit of the worst three pieces in a row; 1 where there are not so many."""
    rows = range(len(fits) - 2)
    return min(
        (float(np.average(fits[at : at + 3], weights=weights[at : at + 3])) for at in rows),
        default=1.0,
    )


def _follow(
    pieces: list[tuple[int, npt.NDArray[np.float64]]], anchor_at: int, begin: int, heard: Samples
) -> tuple[list[float], int]:
    """How well each piece fits near where its neighbour, seen from the anchor, says that the sound
    begins; and where the first one says it."""
    anchor = [at for at, _ in pieces].index(anchor_at)
    fits, first = [0.0] * len(pieces), begin
    for way in (range(anchor, len(pieces)), range(anchor, -1, -1)):
        first = begin
        for index in way:
            at, piece = pieces[index]
            start = max(0, first + at - _SLIP)
            near = heard[start : first + at + len(piece) + _SLIP]
            fit, place = _find_piece(piece, near)
            if fit <= _SURE:  # where the neighbour says, though it is torn
                expected = first + at - start
                torn = _fit_torn(piece - piece.mean(), near.astype(np.float64), expected)
                fit, place = max((fit, place), (torn, expected))
            fits[index] = fit
            if fit >= _ANCHOR_FIT:
                first = start + place - at
    return fits, first


def _find_piece(piece: npt.NDArray[np.float64], heard: Samples) -> tuple[float, int]:
    wanted = piece - piece.mean()
    norm = np.sqrt(np.sum(wanted**2))
    if len(heard) < len(wanted) or not norm:
        return 0.0, 0
    line = heard.astype(np.float64)
    size = 1 << (len(line) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(line, size) * np.conj(np.fft.rfft(wanted, size)), size)
    products = products[: len(line) - len(wanted) + 1]
    sums = np.concatenate(([0.0], np.cumsum(line**2)))
    energy = sums[len(wanted) :] - sums[: len(line) - len(wanted) + 1]
    # Silence correlates with anything: below a tenth of the sound's own energy it is no match.
    fit = products / (np.sqrt(np.maximum(energy, 0.1 * norm**2)) * norm)
    # The first of equally good places: a digit may be said twice in one number.
    first = int(np.argmax(fit >= 0.9 * fit.max()))
    best = first + int(np.argmax(fit[first : first + _NEAR]))
    whole = float(fit[best])
    return (whole if whole > _SURE else max(whole, _fit_torn(wanted, line, best))), best


def _fit_torn(wanted: npt.NDArray[np.float64], line: npt.NDArray[np.float64], at: int) -> float:
    """The fit of a piece within which one frame was lost or said twice; 0 outside the line."""
    if at < 0 or at + len(wanted) > len(line):
        return 0.0
    whole, best = line[at : at + len(wanted)], 0.0
    norm = float(np.sum(wanted**2))
    for slip in (-FRAME, FRAME):
        if at + slip < 0 or at + slip + len(wanted) > len(line):
            continue
        other = line[at + slip : at + slip + len(wanted)]
        for head, tail in ((whole, other), (other, whole)):
            product = _cut_anywhere(wanted * head, wanted * tail)
            energy = _cut_anywhere(head**2, tail**2)
            fit = product / np.sqrt(np.maximum(energy, 0.1 * norm) * norm)
            best = max(best, float(fit.max()))
    return best


def _cut_anywhere(
    head: npt.NDArray[np.float64], tail: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """For each place of a cut: the sum of what is before it in `head` and after it in `tail`."""
    before = np.concatenate(([0.0], np.cumsum(head)))
    after = np.concatenate(([0.0], np.cumsum(tail)))
    return before + after[-1] - after


def transcript(heard: Samples, library: Mapping[str, Samples]) -> list[tuple[float, str]]:
    """Which sounds of the library were heard, as (seconds, name), best fits first in their place.

    Slow (one correlation per sound): for failure reports and for checking whole sequences.
    """
    hits: list[tuple[int, int, float, str]] = []
    for name, sound in library.items():
        rest, offset = heard, 0
        while len(rest) >= len(sound):
            fit, at = find(sound, rest)
            if fit < GOOD_FIT:
                break
            hits.append((offset + at, offset + at + len(sound), fit, name))
            offset += at + len(sound)
            rest = heard[offset:]
    kept: list[tuple[int, int, float, str]] = []
    for hit in sorted(hits, key=lambda hit: (-(hit[1] - hit[0]) * hit[2])):
        if all(hit[1] <= other[0] + FUZZ or hit[0] >= other[1] - FUZZ for other in kept):
            kept.append(hit)
    return [(start / RATE, name) for start, _, _, name in sorted(kept)]


FUZZ = int(0.05 * RATE)
