"""Make the shipped sound files: `python -m ivr_scripts.prompts.voice_build VOICE_HOME`.

Prompts are spoken whole. Units (numbers, dates, measures) are spoken inside a carrier sentence and
cut out at the places the model itself reports, so that 二十三 sounds as it does before a measure
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
from ivr_scripts.prompts.render import RATES, finished
from ivr_scripts.prompts.sound import Sound, faded, levelled, resampled, silence, trimmed, write_wav
from ivr_scripts.speech.units import UNITS

HERE = Path(__file__).parent
PROMPT_SPEED = 0.95
UNIT_SPEED = 0.85
SEARCH_MS = 20
_BESIDE = {
    "num.wan": ("好，八", "吨水。"),
    "num.yi": ("好，八", "吨水。"),
    "num.point": ("好，八", "五吨水。"),
    "num.percent": ("好，", "八十，对吧。"),
    "num.below_zero": ("好，", "三度，对吧。"),
    "num.minus": ("好，", "八吨，对吧。"),
    "num.two": ("好，", "吨水。"),
    "date.year": ("二零二六", "，对吧。"),
    "clock.minute": ("好，三点三十", "，对吧。"),
}


def carrier(code: str) -> tuple[str, str]:
    """What is said before and after a unit. A stop consonant or a pause next to it cuts well."""
    if code in _BESIDE:
        return _BESIDE[code]
    family = code.rpartition(".")[0]
    if family == "num" and len(UNITS[code]) == 1:
        return ("好，", "，对吧。")
    if family.startswith("num"):
        return ("好，", "吨水。")
    if family in ("unit", "place"):
        return ("好，八十", "，对吧。")
    if family == "clock.part":
        return ("好，", "到的。")
    return ("好，", "，对吧。")


def expose_durations(model: Path, target: Path) -> None:
    """A copy of the model that also returns each token's duration."""
    import onnx

    graph = onnx.load(str(model))
    name = "/encoder/Clip_output_0"
    graph.graph.output.append(onnx.helper.make_tensor_value_info(name, 1, None))
    onnx.save(graph, str(target))


def cut_unit(engine: KokoroEngine, before: str, words: str, after: str) -> Sound:
    """`words` out of the sentence, cut where the sound is weakest near its reported ends."""
    spoken = engine.speak_aligned(before + words + after)
    sound = spoken.sound
    start = spoken.spans[len(before)][0]
    end = spoken.spans[len(before) + len(words) - 1][1]
    if before.endswith("，"):
        start = max(start - sound.rate * 40 // 1000, 0)
    else:
        start = _weakest(sound, start)
    if after.startswith("，"):
        end += sound.rate * 40 // 1000
    else:
        end = _weakest(sound, end)
    return levelled(faded(trimmed(Sound(sound.rate, sound.samples[start:end]), keep_ms=8)))


def _weakest(sound: Sound, near: int) -> int:
    """The start of the 5 ms with the least energy within 20 ms of `near`."""
    size = sound.rate // 200
    reach = sound.rate * SEARCH_MS // 1000
    places = range(max(near - reach, 0), min(near + reach, len(sound.samples) - size), size // 2)
    return min(places, key=lambda at: sum(s * s for s in sound.samples[at : at + size]))


def build(voice_home: Path, target: Path, only: str = "") -> None:
    """Write every file whose code starts with `only`, then the manifest."""
    prompts = json.loads((HERE / "texts.zh.json").read_text("utf-8"))
    callers = json.loads((HERE / "callers.zh.json").read_text("utf-8"))
    speaker = KokoroEngine(voice_home, speed=PROMPT_SPEED)
    counter = KokoroEngine(voice_home, speed=UNIT_SPEED)
    caller = KokoroEngine(voice_home, voice="caller.bin")
    for code, words in prompts.items():
        if code.startswith(only):
            _write(target, code, finished(speaker.speak(words)), RATES)
    for code, words in UNITS.items():
        if code.startswith(only) and code != "pause":
            _write(target, code, cut_unit(counter, *_around(code, words)), RATES)
    if "pause".startswith(only):
        _write(target, "pause", silence(180, 16000), RATES)
    for code, words in callers.items():
        if f"callers.{code}".startswith(only):
            sound = resampled(finished(caller.speak(words)), 16000)
            write_wav(target / "callers" / f"{code}.wav", sound)
    write_manifest(target, {**UNITS, **prompts}, callers)


def _around(code: str, words: str) -> tuple[str, str, str]:
    before, after = carrier(code)
    return before, words, after


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
