"""An ear that has never heard of bills: speech recognition of what a telephone line carries.

Needs the packages faster-whisper and pypinyin, and a folder with the multilingual Whisper *base*
weights (docs/voice.md). Syllables are compared without tones, for the ear writes homophones.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr_scripts.prompts.sound import Sound, resampled

Samples = npt.NDArray[np.float32]
_MU = 255.0
_HAN = re.compile(r"[一-鿿]+")
_FIGURES = set("ling yi er liang san si wu liu qi ba jiu shi bai qian wan yao dian".split())


class Ear:
    """`model` is the weights' folder. Figures are written as words, as they are spoken."""

    def __init__(self, model: Path) -> None:
        self.model = model

    @cached_property
    def _whisper(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(str(self.model), device="cpu", compute_type="int8", cpu_threads=2)

    @cached_property
    def _no_figures(self) -> list[int]:
        vocabulary = self._whisper.hf_tokenizer.get_vocab()
        return [-1, *(at for text, at in vocabulary.items() if re.search(r"[0-9%$]", text)
                      and not text.startswith("<|"))]  # fmt: skip

    def hear(self, line: Sound) -> str:
        """The words understood from 8 kHz sound that went through mu-law."""
        sound = resampled(Sound(line.rate, over_the_line(line).tolist()), 16000)
        segments, _ = self._whisper.transcribe(
            np.array(sound.samples, np.float32),
            language="zh",
            beam_size=5,
            temperature=0.0,
            without_timestamps=True,
            condition_on_previous_text=False,
            suppress_tokens=self._no_figures,
        )
        return "".join(segment.text for segment in segments)


def over_the_line(sound: Sound) -> Samples:
    """G.711 mu-law and back."""
    x = np.clip(np.array(sound.samples, np.float64), -1, 1)
    code = np.round(np.sign(x) * np.log1p(_MU * np.abs(x)) / np.log1p(_MU) * 127) / 127
    back: Samples = (np.sign(code) * np.expm1(np.abs(code) * np.log1p(_MU)) / _MU).astype("f4")
    return back


def syllables(words: str) -> list[str]:
    """Pinyin without tones of the Chinese characters."""
    from pypinyin import Style, lazy_pinyin

    return [s for run in _HAN.findall(words) for s in lazy_pinyin(run, style=Style.NORMAL)]


def figures(words: str) -> list[str]:
    """Only the syllables that numbers consist of; 幺 is 一."""
    return ["yi" if s == "yao" else s for s in syllables(words) if s in _FIGURES]


def errors(said: list[str], heard: list[str]) -> int:
    """Edit distance: syllables wrong, lost or added."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(said, start=1):
        before, row[0] = row[0], i
        for j, got in enumerate(heard, start=1):
            best = min(row[j] + 1, row[j - 1] + 1, before + (wanted != got))
            before, row[j] = row[j], best
    return row[-1]
