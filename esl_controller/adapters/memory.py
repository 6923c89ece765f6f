"""Twins of the ports in memory, for development and tests. They keep what they were told."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Sequence

from esl_controller.adapters import fs_syntax
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.errors import LegGone
from esl_controller.domain.ids import contact_id_of
from esl_controller.domain.snapshot import Snapshot
from esl_controller.ports import Waitable


class MemoryEventSink:
    """EventSink: `published` in order."""

    def __init__(self) -> None:
        self.published: list[Envelope] = []

    def publish(self, envelopes: Iterable[Envelope]) -> None:
        self.published += envelopes


class MemoryLive:
    """LiveState: `hashes[key][field]`."""

    def __init__(self) -> None:
        self.hashes: dict[str, dict[str, dict[str, Any]]] = {}

    def put(self, key: str, field: str, value: Mapping[str, Any] | None) -> None:
        fields = self.hashes.setdefault(key, {})
        if value is None:
            fields.pop(field, None)
        else:
            fields[field] = dict(value)

    def replace_all(self, key: str, values: Mapping[str, Mapping[str, Any]]) -> None:
        self.hashes[key] = {name: dict(value) for name, value in values.items()}

    def load(self, key: str) -> dict[str, dict[str, Any]]:
        return {name: dict(value) for name, value in self.hashes.get(key, {}).items()}


class MemoryCommandSource:
    """CommandSource: `give` puts commands in."""

    def __init__(self) -> None:
        self._waiting: deque[Envelope] = deque()

    def give(self, *commands: Envelope) -> None:
        """Let the next `receive` find these."""
        self._waiting.extend(commands)

    def receive(self, timeout_s: float) -> list[Envelope]:
        found = list(self._waiting)
        self._waiting.clear()
        return found


class MemoryConfig:
    """ConfigSource with one snapshot, or none."""

    def __init__(self, snapshot: Snapshot | None = None) -> None:
        self.snapshot = snapshot

    def load(self) -> Snapshot | None:
        return self.snapshot


class ManualClock:
    """Clock that only `advance` moves."""

    def __init__(self, now_ms: int = 1_795_400_000_000) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def advance(self, ms: int) -> None:
        """Let time pass."""
        self.now += ms


@dataclass
class MemoryLeg:
    """CallLeg whose caller follows a script.

    `keys` holds what is keyed at each `collect` (and at a `play` that can be stopped); when it is
    used up nothing is keyed. The caller hangs up before the step number `leaves_at` (from 0)
    and leaves messages of `says_ms`.
    """

    uuid: str = "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645"
    caller_number: str = "13800138000"
    called_number: str = "96001"
    keys: list[str] = field(default_factory=list)
    leaves_at: int | None = None
    says_ms: int = 3000
    variables: Mapping[str, str] = field(default_factory=dict)
    contact_id: str = ""
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contact_id = contact_id_of(self.uuid)

    def answer(self) -> None:
        self._do("answer")

    def play(self, files: Sequence[str], *, terminators: str = "none") -> str:
        self._do("play", *files)
        return self._keyed()[:1] if terminators != "none" else ""

    def collect(
        self,
        files: Sequence[str],
        *,
        min_digits: int,
        max_digits: int,
        timeout_s: float,
        digit_timeout_s: float,
        terminators: str = "#",
    ) -> str:
        self._do("collect", *files)
        keyed = self._keyed()
        for key in terminators if terminators != "none" else "":
            keyed = keyed.partition(key)[0]
        return keyed[:max_digits] if len(keyed) >= min_digits else ""

    def record(self, storage_key: str, *, limit_s: int, silence_s: int, least_ms: int) -> int:
        fs_syntax.recording_path("/", storage_key)
        self._do("record", storage_key)
        ms = min(self.says_ms, limit_s * 1000)
        return ms if ms >= least_ms else 0

    def start_ringing(self) -> None:
        self._do("start_ringing")

    def ring_until(self, answer: Waitable, limit_s: float) -> None:
        self._do("ring_until", limit_s)
        answer.wait(limit_s)

    def stop_ringing(self) -> None:
        self._do("stop_ringing")

    def set_variables(self, variables: Mapping[str, str]) -> None:
        self._do("set_variables", dict(variables))
        self.variables = {**self.variables, **variables}

    def enter_queue(self, code: str) -> None:
        self._do("enter_queue", fs_syntax.word(code))

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        self.done.append(("hang_up", fs_syntax.cause(cause)))

    def _keyed(self) -> str:
        return self.keys.pop(0) if self.keys else ""

    def _do(self, *step: Any) -> None:
        if self.leaves_at is not None and len(self.done) >= self.leaves_at:
            raise LegGone("the caller hung up", contact_id=self.contact_id)
        self.done.append(step)
