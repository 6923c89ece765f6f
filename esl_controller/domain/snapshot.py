"""The telephony snapshot: everything the controller must know to run, published by the CRM.

It is versioned and kept on disk, so the controller starts with the CRM and Redis down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esl_controller.domain.errors import SnapshotInvalid
from esl_controller.domain.recording_rules import RecordingPolicy


@dataclass(frozen=True)
class QueueMember:
    agent_no: str
    level: int
    position: int


@dataclass(frozen=True)
class QueueConfig:
    """Times in seconds. `code` is the queue's name on the switch without `@default`."""

    code: str
    name: str
    strategy: str
    ring_s: int
    wrap_up_s: int
    target_s: int
    short_abandon_s: int
    music: str
    members: tuple[QueueMember, ...]


@dataclass(frozen=True)
class AgentConfig:
    """`media` is webrtc, sip, remote or rehearsal; `ha1` is md5(extension:domain:secret)."""

    agent_no: str
    name: str
    extension: str
    media: str
    wrap_up_s: int
    ha1: str


@dataclass(frozen=True)
class CalledNumber:
    number: str
    label: str
    flow: str
    fallback_queue: str


@dataclass(frozen=True)
class FlowVersion:
    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    version: int
    industry: str
    domain: str
    called_numbers: tuple[CalledNumber, ...]
    flows: Mapping[str, FlowVersion]
    queues: tuple[QueueConfig, ...]
    agents: tuple[AgentConfig, ...]
    recording: RecordingPolicy
    raw: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    def find_agent(self, agent_no: str) -> AgentConfig | None:
        return next((agent for agent in self.agents if agent.agent_no == agent_no), None)

    def find_queue(self, code: str) -> QueueConfig | None:
        return next((queue for queue in self.queues if queue.code == code), None)

    def find_called_number(self, number: str) -> CalledNumber | None:
        return next((entry for entry in self.called_numbers if entry.number == number), None)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Snapshot:
        """Raises SnapshotInvalid with the path of what is missing or wrong."""
        if raw.get("v") != 1:
            raise SnapshotInvalid(f"v: snapshot format {raw.get('v')!r} is not known")
        reader = _Reader(raw)
        snapshot = cls(
            version=reader.value(raw, "version", int, ""),
            industry=reader.value(raw, "industry", str, ""),
            domain=reader.value(raw, "domain", str, ""),
            called_numbers=reader.items(raw, "called_numbers", CalledNumber),
            flows={
                code: FlowVersion(
                    version=reader.value(flow, "version", int, f"flows.{code}."),
                    document=reader.value(flow, "document", dict, f"flows.{code}."),
                )
                for code, flow in reader.value(raw, "flows", dict, "").items()
            },
            queues=tuple(reader.queue(item, at) for at, item in reader.rows(raw, "queues")),
            agents=reader.items(raw, "agents", AgentConfig),
            recording=RecordingPolicy.from_json(reader.value(raw, "recording", dict, "")),
            raw=raw,
        )
        _check_references(snapshot)
        return snapshot


_TYPES: dict[str, type] = {"str": str, "int": int}


class _Reader:
    """Reads typed fields and names the path of the first one that does not fit."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    def value(self, row: Mapping[str, Any], name: str, kind: type, path: str) -> Any:
        found = row.get(name) if isinstance(row, Mapping) else None
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise SnapshotInvalid(f"{path}{name}: expected {kind.__name__}, found {found!r}")
        return found

    def rows(self, row: Mapping[str, Any], name: str) -> list[tuple[str, Mapping[str, Any]]]:
        found = self.value(row, name, list, "")
        return [(f"{name}[{index}].", item) for index, item in enumerate(found)]

    def items(self, row: Mapping[str, Any], name: str, shape: Any) -> tuple[Any, ...]:
        return tuple(self.shaped(item, shape, at) for at, item in self.rows(row, name))

    def shaped(self, item: Mapping[str, Any], shape: Any, at: str) -> Any:
        fields = shape.__annotations__
        return shape(**{n: self.value(item, n, _TYPES[fields[n]], at) for n in fields})

    def queue(self, item: Mapping[str, Any], at: str) -> QueueConfig:
        members = self.value(item, "members", list, at)
        plain = {
            name: self.value(item, name, _TYPES[kind], at)
            for name, kind in QueueConfig.__annotations__.items()
            if name != "members"
        }
        return QueueConfig(
            **plain,
            members=tuple(
                self.shaped(member, QueueMember, f"{at}members[{index}].")
                for index, member in enumerate(members)
            ),
        )


def _check_references(snapshot: Snapshot) -> None:
    queues = {queue.code for queue in snapshot.queues}
    agents = {agent.agent_no for agent in snapshot.agents}
    for entry in snapshot.called_numbers:
        if entry.flow not in snapshot.flows:
            raise SnapshotInvalid(f"called_numbers {entry.number}: no flow {entry.flow!r}")
        if entry.fallback_queue not in queues:
            raise SnapshotInvalid(
                f"called_numbers {entry.number}: no queue {entry.fallback_queue!r}"
            )
    for queue in snapshot.queues:
        for member in queue.members:
            if member.agent_no not in agents:
                raise SnapshotInvalid(f"queue {queue.code}: no agent {member.agent_no!r}")
