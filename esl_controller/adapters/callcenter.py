"""Makes mod_callcenter's queues, agents and tiers equal to the snapshot, with few commands.

Only differences are written: reloading a queue zeroes its counters, and each command costs a
tick of the switch. Statuses are not touched; the service sets each of them explicitly.
"""

from __future__ import annotations

from typing import Callable, Mapping

from esl_controller.adapters import fs_syntax
from esl_controller.domain.errors import SwitchRefused
from esl_controller.domain.snapshot import QueueConfig, Snapshot

Do = Callable[[str], str]
Rows = Callable[..., list[dict[str, str]]]

DEFAULT_RING_S = 20

STRATEGIES = {
    "longest_idle": "longest-idle-agent",
    "round_robin": "round-robin",
    "top_down": "top-down",
    "fewest_calls": "agent-with-fewest-calls",
    "least_talk_time": "agent-with-least-talk-time",
    "ring_all": "ring-all",
    "random": "random",
}

# The status is the only gate: wrap-up is ours. Delays keep a refused offer from coming back
# in the next tick, before the status has changed.
AGENT_SETTINGS = {
    "max_no_answer": "1",
    "wrap_up_time": "0",
    "reject_delay_time": "5",
    "busy_delay_time": "5",
    "no_answer_delay_time": "5",
}


def queue_params(queue: QueueConfig) -> dict[str, str]:
    """The parameters of one queue in callcenter.conf."""
    return {
        "strategy": STRATEGIES.get(queue.strategy, "longest-idle-agent"),
        "moh-sound": fs_syntax.music(queue.music),
        "time-base-score": "system",
        "tier-rules-apply": "false",
        "discard-abandoned-after": "60",
        "abandoned-resume-allowed": "false",
        "max-wait-time": "0",
        "max-wait-time-with-no-agent": "0",
        "agent-no-answer-status": "On Break",
        "skip-agents-with-external-calls": "true",
    }


def ring_seconds(snapshot: Snapshot, agent_no: str) -> int:
    """How long an agent's phone rings: the shortest of the queues that the agent serves."""
    times = [
        queue.ring_s
        for queue in snapshot.queues
        if any(member.agent_no == agent_no for member in queue.members)
    ]
    return min(times, default=DEFAULT_RING_S)


def sync(do: Do, rows: Rows, snapshot: Snapshot) -> None:
    """Make the switch equal to the snapshot; raises SwitchRefused or SwitchUnavailable."""
    _sync_queues(do, rows, snapshot)
    _sync_agents(do, rows, snapshot)
    _sync_tiers(do, rows, snapshot)


def _sync_queues(do: Do, rows: Rows, snapshot: Snapshot) -> None:
    loaded = {row["name"]: row for row in rows("queue", "list")}
    wanted = {fs_syntax.queue_name(queue.code): queue for queue in snapshot.queues}
    for name, queue in wanted.items():
        if name not in loaded:
            do(fs_syntax.callcenter("queue", "load", name))
        elif _differs(queue_params(queue), loaded[name]):
            do(fs_syntax.callcenter("queue", "reload", name))
    for name in loaded.keys() - wanted.keys():
        do(fs_syntax.callcenter("queue", "unload", name))


def _differs(params: Mapping[str, str], row: Mapping[str, str]) -> bool:
    shown = {name.replace("-", "_"): text for name, text in params.items()}
    return any(name in row and row[name] != text for name, text in shown.items())


def _sync_agents(do: Do, rows: Rows, snapshot: Snapshot) -> None:
    known = {row["name"]: row for row in rows("agent", "list")}
    wanted = {fs_syntax.agent_name(agent.agent_no): agent for agent in snapshot.agents}
    for name, agent in wanted.items():
        if name not in known:
            do(fs_syntax.callcenter("agent", "add", name, "callback"))
        row = known.get(name, {})
        ring_s = ring_seconds(snapshot, agent.agent_no)
        contact = fs_syntax.agent_contact(agent, snapshot.domain, ring_s)
        for key, text in {"contact": contact, **AGENT_SETTINGS}.items():
            if row.get(key) != text:
                do(fs_syntax.callcenter("agent", "set", key, name, text))
    for name in known.keys() - wanted.keys():
        do(fs_syntax.callcenter("agent", "del", name))


def _sync_tiers(do: Do, rows: Rows, snapshot: Snapshot) -> None:
    known = {(row["queue"], row["agent"]): row for row in rows("tier", "list")}
    wanted = {
        (fs_syntax.queue_name(queue.code), fs_syntax.agent_name(member.agent_no)): member
        for queue in snapshot.queues
        for member in queue.members
    }
    for (queue, agent), member in wanted.items():
        row = known.get((queue, agent))
        if row is None:
            do(fs_syntax.callcenter("tier", "add", queue, agent, member.level, member.position))
            continue
        for key, number in (("level", member.level), ("position", member.position)):
            if row.get(key) != str(number):
                do(fs_syntax.callcenter("tier", "set", key, queue, agent, number))
    for queue, agent in known.keys() - wanted.keys():
        try:
            do(fs_syntax.callcenter("tier", "del", queue, agent))
        except SwitchRefused:
            continue  # it went with its agent or queue
