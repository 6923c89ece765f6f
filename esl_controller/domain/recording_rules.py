"""Which talks are recorded: always, never, or when the agent asks for it. Pure.

The rule nearest to the person decides: one for the extension before one for the agent, before one
for the queue, before the default. Among rules of one scope, one for this direction comes before
one for any. The default is for calls with the public; a call between two agents is recorded
only by a rule that names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from esl_controller.domain.errors import SnapshotInvalid

MODES = ("always", "never", "on_demand")
SCOPES = ("extension", "agent", "queue")  # nearest first
DIRECTIONS = ("inbound", "outbound", "internal", "any")


@dataclass(frozen=True)
class RecordingRule:
    """`code` is the number or code of the extension, agent or queue that `scope` says."""

    scope: str
    code: str
    direction: str
    mode: str


@dataclass(frozen=True)
class RecordingPolicy:
    """`mode` is the default."""

    mode: str = "always"
    rules: tuple[RecordingRule, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> RecordingPolicy:
        """From the snapshot's `recording`; raises SnapshotInvalid naming the path."""
        rules = raw.get("rules", [])
        if not isinstance(rules, list):
            raise SnapshotInvalid(f"recording.rules: expected list, found {rules!r}")
        return cls(
            _one_of(raw, "mode", MODES, "recording."),
            tuple(_rule(item, f"recording.rules[{n}].") for n, item in enumerate(rules)),
        )


@dataclass(frozen=True)
class TalkMeant:
    """What rules look at; "" for what does not apply (an outgoing call has no queue)."""

    extension: str
    agent_no: str
    queue: str
    direction: str


def mode_for(policy: RecordingPolicy, talk: TalkMeant) -> str:
    """always, never or on_demand."""
    rule = nearest(policy.rules, talk)
    if rule is not None:
        return rule.mode
    return "never" if talk.direction == "internal" else policy.mode


def nearest(rules: Sequence[RecordingRule], talk: TalkMeant) -> RecordingRule | None:
    """The rule that decides about a talk, None when none fits."""
    codes = {"extension": talk.extension, "agent": talk.agent_no, "queue": talk.queue}
    for scope in SCOPES:
        wanted = (scope, codes[scope])
        fitting = [rule for rule in rules if (rule.scope, rule.code) == wanted]
        for direction in (talk.direction, "any"):
            for rule in fitting:
                if rule.direction == direction:
                    return rule
    return None


def _rule(item: Any, path: str) -> RecordingRule:
    if not isinstance(item, Mapping):
        raise SnapshotInvalid(f"{path[:-1]}: expected an object, found {item!r}")
    code = item.get("code")
    if not isinstance(code, str) or not code:
        raise SnapshotInvalid(f"{path}code: expected str, found {code!r}")
    return RecordingRule(
        _one_of(item, "scope", SCOPES, path),
        code,
        _one_of(item, "direction", DIRECTIONS, path),
        _one_of(item, "mode", MODES, path),
    )


def _one_of(row: Mapping[str, Any], name: str, choices: tuple[str, ...], path: str) -> str:
    found = row.get(name)
    if found not in choices:
        raise SnapshotInvalid(f"{path}{name}: expected {' or '.join(choices)}, found {found!r}")
    return str(found)
