"""The ear test: `python -m tests.ears --model FOLDER [--audio FOLDER] [--whole VOICE_HOME]`.

Says every sentence of the set with the shipped sounds (or, as the ceiling, each one whole with
the neural voice), sends it through an 8 kHz mu-law line and lets the ear write it down.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from ivr_scripts.prompts.book import AUDIO, SoundBook, shipped_texts
from ivr_scripts.prompts.kokoro import KokoroEngine
from ivr_scripts.prompts.render import finished
from ivr_scripts.prompts.sound import Sound, joined, read_wav, resampled, silence
from ivr_scripts.speech.parts import Part, Parts, text_of
from tests.ears.sentences import sentences
from tests.ears.whisper_ear import Ear, errors, figures, syllables

EDGE = silence(300, 8000)


def composed(audio: Path) -> Callable[[Parts], Sound]:
    """Says parts with the sound files, one after the other, as the switch does."""
    book = SoundBook(audio, audio / "rendered", shipped_texts())

    def say(parts: Parts) -> Sound:
        files = [Path(name) for name in book.files(parts)]
        return joined([read_wav(file.parent / "8000" / file.name) for file in files])

    return say


def whole(voice_home: Path, speed: float) -> Callable[[Parts], Sound]:
    """Says parts as one text: as good as this voice can be."""
    engine = KokoroEngine(voice_home, speed=speed)
    return lambda parts: resampled(finished(engine.speak(text_of(parts, shipped_texts()))), 8000)


def listen(ear: Ear, say: Callable[[Parts], Sound], every: list[tuple[str, Parts]]) -> dict:
    """{kind: [syllables, wrong, sentences, sentences with every figure right]} and `all`."""
    result: dict[str, list[int]] = {}
    for kind, parts in every:
        words = text_of(parts, shipped_texts())
        heard = ear.hear(joined([EDGE, say(parts), EDGE]))
        wrong = errors(syllables(words), syllables(heard))
        exact = figures(words) == figures(heard)
        mark = " " if not wrong else "~" if exact else "!"
        print(f"{mark} {wrong} {words} | {heard}", flush=True)
        for name in (kind, "all"):
            row = result.setdefault(name, [0, 0, 0, 0])
            for at, value in enumerate((len(syllables(words)), wrong, 1, int(exact))):
                row[at] += value
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--audio", type=Path, default=AUDIO)
    parser.add_argument("--whole", type=Path, help="VOICE_HOME of the neural voice")
    parser.add_argument("--speed", type=float, default=0.85)
    parser.add_argument("--heard", type=Path, help="only write down these 8 kHz files of a call")
    parser.add_argument("--prompts", action="store_true", help="the fixed prompts instead")
    parser.add_argument("--kinds", nargs="*", default=[], help="only these kinds of sentences")
    parser.add_argument("--every", type=int, default=1, help="only each n-th sentence")
    options = parser.parse_args()
    if options.heard:
        for path in sorted(options.heard.glob("*.wav")):
            print(path.stem, Ear(options.model).hear(read_wav(path)), flush=True)
        return
    every: list[tuple[str, Parts]] = [
        (one.kind, one.parts)
        for one in sentences()
        if not options.kinds or one.kind in options.kinds
    ]
    if options.prompts:
        codes: list[Part] = [c for c, text in shipped_texts().items() if len(text) > 6]
        every = [("prompt", (code,)) for code in codes]
    say = whole(options.whole, options.speed) if options.whole else composed(options.audio)
    print(json.dumps(listen(Ear(options.model), say, every[:: options.every])))


if __name__ == "__main__":
    main()
