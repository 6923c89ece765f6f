"""Make the shipped sound files: `python -m ivr_scripts.prompts.voice_build VOICE_HOME`.

Prompts are spoken whole. Units (numbers, dates, measures) are spoken inside a carrier sentence and
cut out at the place the model itself reports, so that 二十三 sounds as it does before a measure
word and not like a word of a list. VOICE_HOME is described in kokoro.py; its model must also
return the durations (`expose_durations`, needs the package onnx). Callers' lines for the
rehearsal switch use the file `caller.bin`, another voice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

from ivr_scripts.prompts.kokoro import KokoroEngine
from ivr_scripts.prompts.render import RATES, file_name, finished, render_text
from ivr_scripts.prompts.sound import Sound, faded, levelled, resampled, silence, trimmed, write_wav
from ivr_scripts.speech.units import UNITS

HERE = Path(__file__).parent
PROMPT_SPEED = 0.95
UNIT_SPEED = 0.78
LEAD = "请问是几号楼？"
OPEN_END = "大概三十元。"
_AFTER_NUMBER = ("num", "num.hundred", "num.thousand", "num.inner", "num.hundred.inner")


def follower(code: str, words: str) -> str:
    """What is said after a unit: it begins with a stop consonant, whose closure cuts well."""
    if code.rpartition(".")[0] in _AFTER_NUMBER and len(words) > 1:
        return "吨水。"
    return "，对吧。"


def expose_durations(model: Path, target: Path) -> None:
    """A copy of the model that also returns each token's duration."""
    import onnx

    graph = onnx.load(str(model))
    name = "/encoder/Clip_output_0"
    graph.graph.output.append(onnx.helper.make_tensor_value_info(name, 1, None))
    onnx.save(graph, str(target))


def cut_unit(engine: KokoroEngine, words: str, after: str) -> Sound:
    """`words` out of the sentence `LEAD + words + after`.

    The sound runs ahead of the reported places: a first consonant lies within the time of the
    punctuation before it. LEAD ends with a question, after which the voice sets in anew.
    """
    spoken = engine.speak_aligned(LEAD + words + after)
    sound = spoken.sound
    ms = sound.rate // 1000
    stop_start, stop_end = spoken.spans[len(LEAD) - 1]
    start = _weakest(sound, stop_start - 50 * ms, stop_end)
    reported = spoken.spans[len(LEAD) + len(words) - 1][1]
    end = _weakest(sound, reported - 80 * ms, reported + 20 * ms)
    return levelled(faded(trimmed(Sound(sound.rate, sound.samples[start:end]), keep_ms=8)))


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
            whole = words[-1] in "，。"
            sound = finished(speaker.speak(words)) if whole else cut_unit(speaker, words, OPEN_END)
            _write(target, code, sound, RATES)
    for code, words in UNITS.items():
        if code.startswith(only) and code != "pause":
            _write(target, code, cut_unit(counter, words, follower(code, words)), RATES)
    if "pause".startswith(only):
        _write(target, "pause", silence(180, 16000), RATES)
    for code, words in callers.items():
        if f"callers.{code}".startswith(only):
            sound = resampled(finished(caller.speak(words)), 16000)
            write_wav(target / "callers" / f"{code}.wav", sound)
    said = json.loads((HERE / "said.zh.json").read_text("utf-8"))
    for words in said if "said".startswith(only) else ():
        render_text(words, target / "texts", speaker)
    by_hash = {Path(file_name(words)).stem: words for words in said}
    write_manifest(target, {**UNITS, **prompts, **by_hash}, callers)


def _write(target: Path, code: str, sound: Sound, rates: tuple[int, ...]) -> None:
    for rate in rates:
        write_wav(target / str(rate) / f"{code}.wav", resampled(sound, rate))


def write_manifest(target: Path, texts: dict[str, str], callers: dict[str, str]) -> None:
    """manifest.json: each file with its words and SHA-256."""
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
