"""Make the shipped sound files: `python -m ivr_scripts.prompts.voice_build VOICE_HOME`.

Prompts are spoken whole. Units (numbers, amounts, dates, measures) are spoken a few at a time
inside a carrier sentence and cut out near the places that the model itself reports, so that each
has the melody of a word that more follows. A single syllable ends its sentence: between commas the
model hurries it, 140 ms for 一. VOICE_HOME is described in kokoro.py; its model must also
return the durations (`expose_durations`, needs the package onnx). Callers' lines for the
rehearsal switch use the file `caller.bin`, another voice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ivr_scripts.prompts.kokoro import KokoroEngine, Spoken
from ivr_scripts.prompts.mulaw import write_mulaw
from ivr_scripts.prompts.render import RATES, at_rate, file_name, finished, render_text
from ivr_scripts.prompts.sound import (
    Sound,
    faded,
    joined,
    levelled,
    resampled,
    silence,
    trimmed,
    write_wav,
)
from ivr_scripts.speech.units import UNITS

HERE = Path(__file__).parent
PROMPT_SPEED = 0.9
UNIT_SPEED = 0.8
LEAD = "是几号？"
END = "对吧。"
AT_ONCE = 4
OPEN_PAUSE_MS = 60
KEEP_MS = 25
SILENT_DB = -60.0
_STOPS = "？，"
# Words that lean on what is before them; they begin with a stop, whose closure cuts well.
LEANING = {"bill.of_account": "尾号为三二八六", "bill.due_end": "请在三日"}


def expose_durations(model: Path, target: Path) -> None:
    """A copy of the model that also returns each token's duration."""
    import onnx

    graph = onnx.load(str(model))
    name = "/encoder/Clip_output_0"
    graph.graph.output.append(onnx.helper.make_tensor_value_info(name, 1, None))
    onnx.save(graph, str(target))


def cut_units(engine: KokoroEngine, units: Sequence[str]) -> list[Sound]:
    """Each of `units` out of one sentence in which commas set them apart."""
    text = LEAD + "".join(f"{words}，" for words in units) + END
    spoken = engine.speak_aligned(text)
    places = [_gap(spoken, at) for at, char in enumerate(text) if char in _STOPS]
    rate, samples = spoken.sound.rate, spoken.sound.samples
    return [_tidy(Sound(rate, samples[a:b])) for a, b in zip(places, places[1:])]


def cut_end(engine: KokoroEngine, lead: str, words: str) -> Sound:
    """`words` as they end a sentence that began with `lead`."""
    spoken = engine.speak_aligned(lead + words)
    sound = spoken.sound
    if lead[-1] in _STOPS:
        start = _gap(spoken, len(lead) - 1)
    else:
        reported = spoken.spans[len(lead) - 1][1]
        start = _weakest(sound, reported - sound.rate * 90 // 1000, reported)
    return _tidy(Sound(sound.rate, sound.samples[start:]))


def _tidy(sound: Sound) -> Sound:
    return levelled(faded(trimmed(sound, keep_ms=KEEP_MS), fade_ms=10))


def prompt(engine: KokoroEngine, code: str, words: str) -> Sound:
    """Sentences whole; words that a number follows are cut, with a short pause after them."""
    if code in LEANING:
        return cut_end(engine, LEANING[code], words)
    if words[-1] in "，。":
        return finished(engine.speak(words))
    (opened,) = cut_units(engine, [words])
    return joined([opened, silence(OPEN_PAUSE_MS, opened.rate)])


def _gap(spoken: Spoken, at: int) -> int:
    """Where to cut at the punctuation `text[at]`: the middle of the longest silence near it.

    The sound runs ahead of the reported places by up to 150 ms: a first consonant lies within the
    time of the punctuation, so that a cut at the reported place would make 单 of 三.
    """
    sound = spoken.sound
    ms = sound.rate // 1000
    begin, end = spoken.spans[at][0] - 150 * ms, spoken.spans[at][1]
    size = 5 * ms
    loudest = max(abs(sample) for sample in sound.samples)
    quiet: list[int] = []
    longest: list[int] = []
    for place in range(begin, end, size):
        frame = sound.samples[place : place + size]
        level = (sum(sample * sample for sample in frame) / size) ** 0.5
        quiet = [*quiet, place] if level < loudest * 10 ** (SILENT_DB / 20) else []
        longest = max(longest, quiet, key=len)
    if longest:
        return (longest[0] + longest[-1] + size) // 2
    return _weakest(sound, begin + 60 * ms, end)


def _weakest(sound: Sound, start: int, end: int) -> int:
    """The middle of the weakest 10 ms between two places."""
    size = sound.rate // 100
    places = range(start, end - size, size // 4)
    weakest = min(places, key=lambda at: sum(s * s for s in sound.samples[at : at + size]))
    return weakest + size // 2


def build(voice_home: Path, target: Path, only: str = "") -> None:
    """Write every file whose code starts with `only`, then the manifest."""
    prompts = json.loads((HERE / "texts.zh.json").read_text("utf-8"))
    callers = json.loads((HERE / "callers.zh.json").read_text("utf-8"))
    speaker = KokoroEngine(voice_home, speed=PROMPT_SPEED)
    counter = KokoroEngine(voice_home, speed=UNIT_SPEED)
    caller = KokoroEngine(voice_home, voice="caller.bin")
    for code, words in prompts.items():
        if code.startswith(only):
            _write(target, code, prompt(speaker, code, words))
    wanted = [code for code in UNITS if code.startswith(only) and code != "pause"]
    for code in [code for code in wanted if len(UNITS[code]) == 1]:
        _write(target, code, cut_end(counter, LEAD, UNITS[code] + "。"))
    longer = [code for code in wanted if len(UNITS[code]) > 1]
    for at in range(0, len(longer), AT_ONCE):
        codes = longer[at : at + AT_ONCE]
        for code, sound in zip(codes, cut_units(counter, [UNITS[code] for code in codes])):
            _write(target, code, sound)
    if "pause".startswith(only):
        _write(target, "pause", silence(200, 16000))
    for code, words in callers.items():
        if f"callers.{code}".startswith(only):
            sound = resampled(finished(caller.speak(words)), 16000)
            write_wav(target / "callers" / f"{code}.wav", sound)
    said = json.loads((HERE / "said.zh.json").read_text("utf-8"))
    for words in said if "said".startswith(only) else ():
        render_text(words, target / "texts", speaker)
    renew_manifest(target)


def renew_manifest(target: Path = HERE / "audio") -> None:
    """manifest.json for the sounds that are there: each file with its words and SHA-256."""
    prompts, said, callers = (
        json.loads((HERE / f"{name}.zh.json").read_text("utf-8"))
        for name in ("texts", "said", "callers")
    )
    by_hash = {Path(file_name(words)).stem: words for words in said}
    _write_manifest(target, {**UNITS, **prompts, **by_hash}, callers)


def _write(target: Path, code: str, sound: Sound) -> None:
    narrow, wide = RATES
    write_wav(target / str(narrow) / f"{code}.wav", at_rate(sound, narrow))
    write_mulaw(target / str(wide) / f"{code}.wav", at_rate(sound, wide))


def _write_manifest(target: Path, texts: dict[str, str], callers: dict[str, str]) -> None:
    entries: list[dict[str, Any]] = []
    for path in sorted(target.rglob("*.wav")):
        folder = path.parent.name
        words = callers.get(path.stem) if folder == "callers" else texts.get(path.stem, "")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        name = path.relative_to(target).as_posix()
        entries.append({"file": name, "text": words or "", "sha256": digest})
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (target / "manifest.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice_home", type=Path)
    parser.add_argument("--target", type=Path, default=HERE / "audio")
    parser.add_argument("--only", default="", help="only codes that start with this")
    options = parser.parse_args()
    build(options.voice_home, options.target, options.only)


if __name__ == "__main__":
    main()
