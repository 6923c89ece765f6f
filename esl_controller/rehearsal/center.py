"""mod_callcenter's tables: agents, tiers, queues, members, and the file that keeps them."""
from __future__ import annotations

import json
import os
import time
import uuid as uuids
from dataclasses import asdict, dataclass, field
from pathlib import Path

from esl_controller.rehearsal.bus import Bus
from esl_controller.rehearsal.event import Value

SYSTEM = "single_box"
STATUSES = ("Logged Out", "Available", "Available (On Demand)", "On Break")
AGENT_STATES = ("Idle", "Waiting", "Receiving", "In a queue call", "Reserved")
TIER_STATES = ("No Answer", "Ready", "Offering", "Active Inbound", "Standby")
DISCARD_ABANDONED_S = 60


def now() -> int:
    """Whole seconds, the grain of everything in these tables."""
    return int(time.time())


@dataclass
class Agent:
    """One row of `agent list`; the fields are its columns, in order."""

    name: str
    instance_id: str = SYSTEM
    uuid: str = ""
    type: str = "callback"
    contact: str = ""
    status: str = "Logged Out"
    state: str = "Waiting"
    max_no_answer: int = 0
    wrap_up_time: int = 0
    reject_delay_time: int = 0
    busy_delay_time: int = 0
    no_answer_delay_time: int = 0
    last_bridge_start: int = 0
    last_bridge_end: int = 0
    last_offered_call: int = 0
    last_status_change: int = 0
    no_answer_count: int = 0
    calls_answered: int = 0
    talk_time: int = 0
    ready_time: int = 0
    external_calls_count: int = 0


@dataclass
class Tier:
    queue: str
    agent: str
    state: str = "Ready"
    level: int = 1
    position: int = 1


@dataclass
class Queue:
    """Parameters that a call can feel; the rest are FreeSWITCH's defaults."""

    name: str
    strategy: str = "longest-idle-agent"
    moh_sound: str = "local_stream://moh"
    max_wait_time: int = 0
    calls_answered: int = 0
    calls_abandoned: int = 0


@dataclass
class Member:
    """A waiting caller: one row of `queue list members`."""

    queue: str
    session_uuid: str
    cid_number: str
    cid_name: str
    system_epoch: int
    base_score: int = 0
    uuid: str = field(default_factory=lambda: str(uuids.uuid4()))
    joined_epoch: int = field(default_factory=now)
    bridge_epoch: int = 0
    abandoned_epoch: int = 0
    serving_agent: str = ""
    state: str = "Waiting"

    @property
    def score(self) -> int:
        return now() - self.joined_epoch + self.base_score

    def row(self) -> dict[str, str]:
        return {
            "queue": self.queue, "instance_id": SYSTEM, "uuid": self.uuid,
            "session_uuid": self.session_uuid, "cid_number": self.cid_number,
            "cid_name": self.cid_name, "system_epoch": str(self.system_epoch),
            "joined_epoch": str(self.joined_epoch), "rejoined_epoch": "0",
            "bridge_epoch": str(self.bridge_epoch), "abandoned_epoch": str(self.abandoned_epoch),
            "base_score": str(self.base_score), "skill_score": "0",
            "serving_agent": self.serving_agent,
            "serving_system": SYSTEM if self.serving_agent else "",
            "state": self.state, "score": str(self.score),
        }


class CallCenter:
    """The tables of one switch. Agents, tiers, members survive a restart by `file`."""

    def __init__(self, bus: Bus, file: Path | None) -> None:
        self.bus = bus
        self.agents: dict[str, Agent] = {}
        self.tiers: list[Tier] = []
        self.queues: dict[str, Queue] = {}
        self.members: dict[str, Member] = {}
        self.registered: set[str] = set()
        self._file = file
        self._load()

    def queue(self, name: str) -> Queue:
        """The queue, loaded on first use as the real module does."""
        return self.queues.setdefault(name, Queue(name))

    def waiting(self, queue: str) -> int:
        rows = self.members.values()
        return sum(row.queue == queue and row.state in ("Waiting", "Trying") for row in rows)

    def tiers_of(self, *, queue: str = "", agent: str = "") -> list[Tier]:
        return [tier for tier in self.tiers
                if (not queue or tier.queue == queue) and (not agent or tier.agent == agent)]

    def info(self, action: str, headers: dict[str, Value], first: str = "") -> None:
        """Fire callcenter::info; `first` names the headers that precede CC-Action."""
        leading = {name: headers[name] for name in first.split() if name in headers}
        rest = {name: value for name, value in headers.items() if name not in leading}
        self.bus.fire("CUSTOM", {**leading, "CC-Action": action, **rest},
                      subclass="callcenter::info")

    def set_state(self, agent: Agent, state: str) -> None:
        agent.state = state
        self.info("agent-state-change", {"CC-Agent": agent.name, "CC-Agent-State": state},
                  "CC-Agent")
        self.save()

    def set_status(self, agent: Agent, status: str) -> None:
        if status == "Available" and agent.status != status:
            agent.talk_time = agent.calls_answered = agent.no_answer_count = 0
        agent.status, agent.last_status_change = status, now()
        self.info("agent-status-change", {"CC-Agent": agent.name, "CC-Agent-Status": status},
                  "CC-Agent")
        self.save()

    def members_count(self, queue: str) -> None:
        self.info("members-count", {
            "CC-Queue": queue, "CC-Count": str(self.waiting(queue)),
            "CC-Selection": "Single-Queue"}, "CC-Queue")

    def discard_abandoned(self) -> None:
        """Forget abandoned rows a minute after they were."""
        old = now() - DISCARD_ABANDONED_S
        for uuid, row in list(self.members.items()):
            if row.state == "Abandoned" and row.abandoned_epoch <= old:
                del self.members[uuid]

    def save(self) -> None:
        if self._file is None:
            return
        data = {
            "agents": [asdict(agent) for agent in self.agents.values()],
            "tiers": [asdict(tier) for tier in self.tiers],
            "members": [asdict(row) for row in self.members.values()],
            "queues": sorted(self.queues),
            "registered": sorted(self.registered),
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, self._file)

    def _load(self) -> None:
        """Read the file and repair what a killed switch left, as module load does."""
        if self._file is None or not self._file.exists():
            return
        try:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            agents = [Agent(**row) for row in data["agents"]]
            tiers = [Tier(**row) for row in data["tiers"]]
            members = [Member(**row) for row in data["members"]]
        except (ValueError, KeyError, TypeError):
            return
        for agent in agents:
            agent.state, agent.uuid, agent.external_calls_count = "Waiting", "", 0
            self.agents[agent.name] = agent
        for tier in tiers:
            tier.state = "Ready"
        self.tiers = tiers
        for row in members:
            row.session_uuid = ""
            row.state, row.abandoned_epoch = "Abandoned", row.abandoned_epoch or now()
            self.members[row.uuid] = row
        self.queues = {name: Queue(name) for name in data.get("queues", [])}
        self.registered = set(data.get("registered", []))
