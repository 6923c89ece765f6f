"""Speech parts: what is to be said, before anybody knows with which voice.

A part is the code of a sound (`"num.23"`, `"bill.amount"`), or a `Text` that no sound exists for
yet. The same parts give the words (`text_of`) and, through a PromptBook, the list of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """Free words, such as an outage's announcement; `instead` is said while they have no sound."""

    words: str
    instead: tuple[str, ...] = ()


Part = str | Text
Parts = tuple[Part, ...]

PAUSE = "pause"


def text_of(parts: Iterable[Part], texts: Mapping[str, str]) -> str:
    """The words of `parts`; KeyError names a code that `texts` lacks."""
    return "".join(part.words if isinstance(part, Text) else texts[part] for part in parts)
