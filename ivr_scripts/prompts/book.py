"""The prompt book: from speech parts to sound files. Never silence, never an empty list."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from ivr_scripts.prompts.render import RATES, file_name
from ivr_scripts.speech.parts import PAUSE, Part, Text
from ivr_scripts.speech.units import UNITS

AUDIO = Path(__file__).parent / "audio"
APOLOGY = "missing"
MAX_REPORTED = 1000

log = logging.getLogger(__name__)


@cache
def shipped_texts() -> Mapping[str, str]:
    """code -> words of every shipped prompt and unit. Validation takes this for `prompts`."""
    path = Path(__file__).with_name("texts.zh.json")
    return {**UNITS, **json.loads(path.read_text(encoding="utf-8"))}


class SoundBook:
    """Implements the PromptBook port over folders of sound files.

    `audio` has the shipped files by code (and a few by text), `rendered` the cache by text. Paths
    are returned without their rate folder: the switch picks the one that fits the call. `render` is
    asked for a text without a sound; it may render at once (then it returns True) or leave a job
    for a worker. It must not block for long: a caller is waiting.
    """

    def __init__(
        self,
        audio: Path,
        rendered: Path,
        texts: Mapping[str, str],
        *,
        render: Callable[[str], bool] | None = None,
    ) -> None:
        self.audio = audio
        self.rendered = rendered
        self.texts = texts
        self.render = render
        self._reported: set[str] = set()

    def files(self, parts: Sequence[Part]) -> list[str]:
        """Paths for `parts`. A part without any sound is replaced by an apology, said once."""
        found: list[str] = []
        missing = False
        for part in parts:
            paths = self._files_of(part)
            found += paths
            missing = missing or not paths
        if missing or not any(path for path in found if Path(path).stem != PAUSE):
            found += self._recorded(APOLOGY) or [str(self.audio / "beep.wav")]
        return found

    def _files_of(self, part: Part) -> list[str]:
        if isinstance(part, Text):
            return self._spoken(part.words) or [
                path for code in part.instead for path in self._files_of(code)
            ]
        recorded = self._recorded(part)
        if recorded:
            return recorded
        words = self.texts.get(part, "")
        self._report(part, words)
        return self._spoken(words) if words else []

    def _recorded(self, code: str) -> list[str]:
        return [str(self.audio / f"{code}.wav")] if _exists(self.audio, f"{code}.wav") else []

    def _spoken(self, words: str) -> list[str]:
        name = file_name(words)
        for folder in (self.rendered, self.audio / "texts"):
            if _exists(folder, name):
                return [str(folder / name)]
        self._report(words, words)
        if self.render is not None and self.render(words) and _exists(self.rendered, name):
            return [str(self.rendered / name)]
        return []

    def _report(self, what: str, words: str) -> None:
        """Once for each, and bounded: texts come from documents and the CRM."""
        if what in self._reported:
            return
        if len(self._reported) < MAX_REPORTED:
            self._reported.add(what)
        log.warning("no sound for %r (%s)", what[:80], words[:80])


def _exists(folder: Path, name: str) -> bool:
    return (folder / str(RATES[0]) / name).is_file()
