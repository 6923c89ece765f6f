"""Text to speech: one interface, two engines, a cache by text.

`kokoro` is a neural voice (optional extra `tts`); `espeak` needs only the espeak-ng program and
is fed with pinyin, because its own reading of Chinese text is broken as distributed. Engines are
built by `find_engine`; `render_text` is what a worker's job calls.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from esl_controller.domain.errors import DomainError
from ivr_scripts.prompts.sound import (
    Sound,
    brightened,
    faded,
    levelled,
    read_wav,
    resampled,
    trimmed,
    write_wav,
)

RATES = (8000, 16000)
MAX_TEXT = 500
ESPEAK_TIMEOUT_S = 20


class NoVoice(DomainError):
    """No engine can speak here, or the one chosen failed."""

    code = "no_voice"


class Engine(Protocol):
    """Speaks Mandarin text. Raises NoVoice."""

    name: str

    def speak(self, text: str) -> Sound: ...


class EspeakEngine:
    """espeak-ng as a separate program, fed with pinyin."""

    name = "espeak"

    def __init__(self, program: str = "espeak-ng", words_per_minute: int = 150) -> None:
        self.program = program
        self.words_per_minute = words_per_minute

    def speak(self, text: str) -> Sound:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "said.wav"
            command = [self.program, "-v", "cmn-latn-pinyin", "-s", str(self.words_per_minute)]
            command += ["-w", str(path), "--", pinyin_of(text)]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=ESPEAK_TIMEOUT_S)
                return read_wav(path)
            except (OSError, subprocess.SubprocessError, ValueError) as error:
                raise NoVoice(f"espeak-ng can't speak: {error}") from error


def pinyin_of(text: str) -> str:
    """Pinyin syllables with tone numbers; punctuation stays, anything else is left out."""
    from pypinyin import Style, lazy_pinyin

    stops = {"，": ",", "、": ",", "。": ".", "！": ".", "？": "?", "；": ",", "：": ","}
    plain = "".join(stops.get(char, char) for char in text)
    spoken = "".join(char if "一" <= char <= "鿿" or char in ",.?" else " " for char in plain)
    return " ".join(lazy_pinyin(spoken, style=Style.TONE3, neutral_tone_with_five=True))


def find_engine(kind: str = "auto", voice_home: Path | None = None) -> Engine:
    """The engine named by `kind`: auto, kokoro or espeak. Raises NoVoice when it can't work.

    `voice_home` holds the neural voice (see kokoro.py); without it only espeak-ng is left.
    """
    from shutil import which

    if kind in ("auto", "kokoro") and voice_home is not None:
        from ivr_scripts.prompts.kokoro import KokoroEngine, is_installed

        if is_installed(voice_home):
            return KokoroEngine(voice_home)
    if kind in ("auto", "espeak"):
        program = which("espeak-ng")
        if program:
            return EspeakEngine(program)
    raise NoVoice(f"no {kind} voice is installed")


def file_name(text: str) -> str:
    """The cache's file name for a text; the same wherever it is computed."""
    return hashlib.sha256(text.encode()).hexdigest()[:32] + ".wav"


def render_text(text: str, folder: Path, engine: Engine) -> Path:
    """Sound files of `text` at every rate under `folder`; rendered once, then found again.

    Returns the path without its rate folder, as the switch wants it. Raises NoVoice; ValueError
    for an empty or overlong text.
    """
    if not text.strip() or len(text) > MAX_TEXT:
        raise ValueError(f"can't render a text of {len(text)} characters")
    name = file_name(text)
    if not is_rendered(text, folder):
        sound = finished(engine.speak(text))
        if not sound.samples:
            raise NoVoice(f"{engine.name} said nothing for {text[:40]!r}")
        for rate in RATES:
            write_wav(folder / str(rate) / name, at_rate(sound, rate))
    return folder / name


def is_rendered(text: str, folder: Path) -> bool:
    """Whether sounds of `text` are in the cache at every rate."""
    return all((folder / str(rate) / file_name(text)).is_file() for rate in RATES)


def at_rate(sound: Sound, rate: int) -> Sound:
    """As a line of that rate needs it: brighter for the telephone."""
    made = resampled(sound, rate)
    return brightened(made) if rate == RATES[0] else made


def finished(sound: Sound) -> Sound:
    """Trimmed, at the house loudness and without clicks."""
    return faded(levelled(trimmed(sound, keep_ms=30)))
