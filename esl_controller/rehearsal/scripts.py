"""What a simulated caller does: key when asked, wait for so long, talk, hang up."""
from __future__ import annotations

from dataclasses import dataclass

import orjson


class ScriptInvalid(Exception):
    """The text describes no script; the message says why."""


@dataclass(frozen=True)
class Key:
    """Digits keyed at a moment.

    `on`: "asked" (the flow listens for digits), "prompt:<part of a file name>" (that prompt
    begins) or "start" (the call was answered). Then after `after_s`, `gap_s` between digits.
    """

    digits: str
    on: str = "asked"
    after_s: float = 0.6
    gap_s: float = 0.12


@dataclass(frozen=True)
class Script:
    """One caller. Times in seconds; `talk_s` None leaves hanging up to the agent.

    `patience_s` is how long the caller stays without having reached an agent; `voice` is a
    sound file of what is said, heard in recordings.
    """

    name: str = "silent"
    keys: tuple[Key, ...] = ()
    patience_s: float = 180.0
    talk_s: float | None = None
    voice: str = ""


# People listen to some of a menu before they press.
_LISTENS_S = 2.5


def _keys(*digits: str) -> tuple[Key, ...]:
    return tuple(Key(one, after_s=_LISTENS_S) for one in digits)


SCRIPTS = {
    script.name: script
    for script in (
        Script("silent"),
        Script("person", _keys("0"), patience_s=240, talk_s=90),
        Script("fault", _keys("2"), patience_s=240, talk_s=120),
        Script("bill", _keys("1", "0"), patience_s=150, talk_s=60),
        Script("impatient", _keys("0"), patience_s=20, talk_s=30),
        Script("early", patience_s=4),
    )
}


def parse(text: str) -> Script:
    """A script by name, or as JSON: `{"keys": ["1", {"digits": "0", "on": "prompt:menu"}],
    "patience_s": 30, "talk_s": 20, "voice": "/path.wav"}`. Raises ScriptInvalid."""
    text = text.strip()
    if not text:
        return SCRIPTS["silent"]
    if not text.startswith("{"):
        if text not in SCRIPTS:
            raise ScriptInvalid(f"no script {text}")
        return SCRIPTS[text]
    try:
        data = orjson.loads(text)
        keys = tuple(
            Key(one) if isinstance(one, str) else Key(**one) for one in data.pop("keys", []))
        return Script(**{"name": "given", **data}, keys=keys)
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ScriptInvalid(str(error)) from error
