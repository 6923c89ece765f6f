"""The only builder of command text for the switch. What does not fit the syntax is refused.

The switch expands `${…}`, splits on blanks, commas, pipes and line breaks, and executes what it
finds. So a caller's or a clerk's text goes into a command only through these functions.
"""

from __future__ import annotations

import re
from typing import Mapping, Sequence

from esl_controller.domain.errors import SwitchRefused
from esl_controller.domain.snapshot import AgentConfig

DOMAIN = "default"
AGENTS_PROFILE = "agents"
TRUNK_PROFILE = "trunk"
QUEUE_CONTEXT = "hotline"

STATUSES = frozenset({"Available", "On Break", "Logged Out"})

# A tab that died without a word frees the line after ten seconds without sound.
MEDIA_TIMEOUT_MS = 10_000
# Most telephones send nothing while they hold a call by their own key.
HELD_SILENCE_MS = 1_800_000

# The dialplan sets it on every caller: a missing stream would be silence, or a busy loop.
HOLD_MUSIC = "${hold_music}"

_WORD = re.compile(r"[0-9A-Za-z_.+-]{1,80}")
_HOST = re.compile(r"[0-9A-Za-z.-]{1,253}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_PATH = re.compile(r"/[0-9A-Za-z_./-]{1,500}")
_TONE = re.compile(r"(silence_stream://[0-9]{1,6}|tone_stream://[0-9A-Za-z%(),;=.]{1,200})")
_CAUSE = re.compile(r"[A-Z][A-Z0-9_]{1,60}")
_DIGITS = re.compile(r"[0-9*#A-D]{1,64}")
_TERMINATORS = re.compile(r"(none|any|[0-9*#]{1,12})")
_OUTSIDE = re.compile(r"\+?[0-9]{3,20}")
_SHOWN = re.compile(r"\+?[0-9]{1,20}")
_ORIGINATE_VALUE = re.compile(r"[0-9A-Za-z_.+:/-]{1,120}")
_SILENCE_LEVEL = 200
_SEPARATORS = ";|,!~"


class UnsafeText(SwitchRefused):
    """Text that the switch could read as something else than it is meant to be."""

    code = "unsafe_text"


def _fit(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not isinstance(text, str) or pattern.fullmatch(text) is None:
        raise UnsafeText(f"not a {what} for the switch: {str(text)[:40]!r}")
    return text


def word(text: str) -> str:
    """A code, number or name: ASCII letters, digits and `_.+-`."""
    return _fit(_WORD, text, "word")


def uuid(text: str) -> str:
    """A channel's uuid."""
    return _fit(_UUID, text, "channel uuid")


def cause(text: str) -> str:
    """A hang-up cause, such as NORMAL_CLEARING."""
    return _fit(_CAUSE, text, "hang-up cause")


def digits(text: str) -> str:
    """DTMF digits, at most 64."""
    return _fit(_DIGITS, text, "row of digits")


def terminators(text: str) -> str:
    """`none`, `any` or a set of keys."""
    return _fit(_TERMINATORS, text, "set of terminators")


def host(text: str) -> str:
    """A host or SIP domain."""
    return _fit(_HOST, text, "host")


def path(text: str) -> str:
    """An absolute path without blanks, dots that climb, or anything to expand."""
    if ".." in str(text).split("/"):
        raise UnsafeText("a path may not climb with ..")
    return _fit(_PATH, text, "path")


def recording_path(folder: str, storage_key: str) -> str:
    """The file of a recording below the recordings folder."""
    if storage_key.startswith("/"):
        raise UnsafeText("a storage key is relative")
    return path(f"{folder.rstrip('/')}/{storage_key}")


def sound(text: str) -> str:
    """A playable: an absolute path, or a silence or tone stream."""
    if _TONE.fullmatch(str(text)):
        return text
    return path(text)


def sounds(files: Sequence[str]) -> str:
    """Several playables as one, without a gap between them."""
    if not files:
        raise UnsafeText("nothing to play")
    safe = [sound(file) for file in files]
    return safe[0] if len(safe) == 1 else "file_string://" + "!".join(safe)


def music(name: str) -> str:
    """What plays while waiting: the house music for `moh` or nothing, else a stream by name."""
    return HOLD_MUSIC if name in ("", "moh") else f"local_stream://{word(name)}"


def agent_name(agent_no: str) -> str:
    """An agent's name in mod_callcenter."""
    return f"{word(agent_no)}@{DOMAIN}"


def queue_name(code: str) -> str:
    """A queue's name in mod_callcenter."""
    return f"{word(code)}@{DOMAIN}"


def agent_contact(agent: AgentConfig, domain: str, ring_s: int) -> str:
    """How mod_callcenter dials an agent: whoever is registered as the extension.

    `user%domain` reads the registration itself: no expansion, no directory look-up, so offers
    do not depend on the controller, and an unregistered phone fails at once without a miss.
    """
    legs = f"leg_timeout={int(ring_s)},media_timeout={MEDIA_TIMEOUT_MS}"
    return f"[{legs}]sofia/{AGENTS_PROFILE}/{word(agent.extension)}%{host(domain)}"


def phone(extension: str, domain: str) -> str:
    """Whoever is registered as an extension."""
    return f"sofia/{AGENTS_PROFILE}/{word(extension)}%{host(domain)}"


def outside(carrier: str, normal: str) -> str:
    """A number in its normal form, through the carrier's `host[:port]`."""
    dialled = _fit(_OUTSIDE, normal.removeprefix("short:"), "number to dial")
    name, _, port = carrier.partition(":")
    at = f"{host(name)}:{digits(port)}" if port else host(name)
    return f"sofia/{TRUNK_PROFILE}/{dialled}@{at}"


def shown_number(text: str) -> str:
    """A caller number for a display: what is not plainly a number becomes `anonymous`."""
    return text if _SHOWN.fullmatch(text) else "anonymous"


def originate_variables(variables: Mapping[str, str]) -> str:
    """`{a=1,b=2}` in front of a dial string; values are ours or already fitted."""
    pairs = []
    for name, text in variables.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,79}", name):
            raise UnsafeText(f"not a variable name: {name[:40]!r}")
        if not _ORIGINATE_VALUE.fullmatch(text):
            raise UnsafeText(f"not a value for originate: {text[:40]!r}")
        pairs.append(f"{name}={text}")
    return "{" + ",".join(pairs) + "}"


def callcenter(*words: str | int) -> str:
    """A callcenter_config command; only single quotes keep a word with a blank together."""
    texts = [str(each) for each in words]
    for text in texts:
        if not text or not text.isprintable() or any(sign in text for sign in "|'\"\\$"):
            raise UnsafeText(f"not a callcenter word: {text[:40]!r}")
    return "callcenter_config " + " ".join(f"'{t}'" if " " in t else t for t in texts)


def status(text: str) -> str:
    """An agent status that mod_callcenter knows."""
    if text not in STATUSES:
        raise UnsafeText(f"no such agent status: {text[:40]!r}")
    return text


def variable(name: str) -> str:
    """A channel variable's name."""
    return _fit(_VARIABLE, name, "variable name")


def value(text: str) -> str:
    """A variable's value from outside: printable, at most 1,000 characters, nothing to expand.

    Quotes, backslashes and dollars are taken out: the switch would eat, unbalance or expand them.
    """
    return "".join(sign for sign in str(text) if sign.isprintable() and sign not in "'\"\\$")[:1000]


def assignments(variables: Mapping[str, str]) -> str:
    """`^^;a=1;b=2` with a separator that occurs in no value, as the application multiset reads."""
    pairs = {variable(name): value(text) for name, text in variables.items()}
    if not pairs:
        raise UnsafeText("no variables")
    used = set("".join(pairs.values()))
    separator = next((sign for sign in _SEPARATORS if sign not in used), _SEPARATORS[0])
    parts = [f"{name}={text.replace(separator, ' ')}" for name, text in pairs.items()]
    return f"^^{separator}" + separator.join(parts)


def play_and_get_digits(
    prompt: str,
    result: str,
    *,
    min_digits: int,
    max_digits: int,
    timeout_s: float,
    digit_timeout_s: float,
    end_keys: str,
) -> str:
    """The argument of the application of that name: one try, our own regex, no transfer."""
    if not (0 <= min_digits <= max_digits <= 128 and max_digits > 0):
        raise UnsafeText(f"{min_digits} to {max_digits} digits cannot be collected")
    return " ".join(
        (
            str(min_digits),
            str(max_digits),
            "1",
            str(max(1000, int(timeout_s * 1000))),
            terminators(end_keys),
            prompt,
            "silence_stream://10",
            variable(result),
            r"^[0-9*#A-D]*$",
            str(max(500, int(digit_timeout_s * 1000))),
        )
    )


def record(file: str, limit_s: int, silence_s: int) -> str:
    """The argument of the application of that name; below the threshold counts as silence."""
    if not (0 < limit_s <= 3600 and 0 < silence_s <= 60):
        raise UnsafeText(f"no message of {limit_s} s with {silence_s} s of silence")
    return f"{path(file)} {int(limit_s)} {_SILENCE_LEVEL} {int(silence_s)}"


def queue_transfer(code: str) -> str:
    """The argument of `transfer` that hands a caller to a queue."""
    return f"queue_{word(code)} XML {QUEUE_CONTEXT}"


def rows(text: str) -> list[dict[str, str]]:
    """A `|`-separated list of mod_callcenter as dictionaries; an empty list is just `+OK`."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("+OK", "-ERR"))]
    if not lines:
        return []
    names = lines[0].split("|")
    cells = [line.split("|") for line in lines[1:]]
    return [dict(zip(names, row)) for row in cells if len(row) == len(names)]
