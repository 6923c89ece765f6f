"""`callcenter_config …`: commands and reply texts of mod_callcenter."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from esl_controller.rehearsal.center import (
    AGENT_STATES,
    STATUSES,
    TIER_STATES,
    Agent,
    CallCenter,
    Queue,
    Tier,
)
from esl_controller.rehearsal.words import split

if TYPE_CHECKING:
    from esl_controller.rehearsal.dispatch import Dispatcher

_OK = "+OK\n"
_INVALID = "-ERR Invalid!\n"
_NUMBERS = {
    "max_no_answer", "wrap_up_time", "reject_delay_time", "busy_delay_time",
    "no_answer_delay_time", "ready_time",
}
_QUEUE_COLUMNS = {
    "time_base_score": "system", "tier_rules_apply": "false", "tier_rule_wait_second": "0",
    "tier_rule_wait_multiply_level": "false", "tier_rule_no_agent_no_wait": "true",
    "discard_abandoned_after": "60", "abandoned_resume_allowed": "false",
}


def run(center: CallCenter, dispatcher: Dispatcher, text: str) -> str:
    """Carry out one command line (without `callcenter_config`)."""
    words = split(text)
    if len(words) < 2:
        return _INVALID
    section, action, rest = words[0], words[1], words[2:]
    if section == "agent":
        return _agent(center, dispatcher, action, rest)
    if section == "tier":
        return _tier(center, action, rest)
    if section == "queue":
        return _queue(center, action, rest)
    return _INVALID


def table(rows: Iterable[dict[str, str]]) -> str:
    """A `|` table with its header line; an empty one is only `+OK`."""
    lines: list[str] = []
    for row in rows:
        if not lines:
            lines.append("|".join(row))
        lines.append("|".join(row.values()))
    return "".join(f"{line}\n" for line in lines) + _OK


def _agent(center: CallCenter, dispatcher: Dispatcher, action: str, rest: list[str]) -> str:
    if action == "list":
        wanted = rest[0] if rest else ""
        agents = (one for one in center.agents.values() if not wanted or one.name == wanted)
        return table(_texts(asdict(agent)) for agent in agents)
    if action == "add" and rest:
        return _agent_add(center, rest[0], rest[1] if len(rest) > 1 else "callback")
    if action == "del" and rest:
        if center.agents.pop(rest[0], None) is None:
            return "-ERR Agent not found!\n"
        center.tiers = [tier for tier in center.tiers if tier.agent != rest[0]]
        center.save()
        return _OK
    if action == "reload" and rest:
        return _OK
    if action == "get" and len(rest) == 2:
        agent = center.agents.get(rest[1])
        if agent is None:
            return "-ERR Agent not found!\n"
        return str(getattr(agent, rest[0], "-ERR Invalid Agent Update KEY!\n"))
    if action == "set" and len(rest) == 3:
        return _agent_set(center, dispatcher, rest[0], rest[1], rest[2])
    return _INVALID


def _agent_add(center: CallCenter, name: str, kind: str) -> str:
    if kind not in ("callback", "uuid-standby"):
        return "-ERR Agent type invalid!\n"
    if name in center.agents:
        return "-ERR Agent already exist!\n"
    center.agents[name] = Agent(name, type=kind)
    center.info("agent-add", {"CC-Agent": name, "CC-Agent-Type": kind}, "CC-Agent CC-Agent-Type")
    center.save()
    return _OK


def _agent_set(
    center: CallCenter, dispatcher: Dispatcher, key: str, name: str, value: str
) -> str:
    agent = center.agents.get(name)
    if key == "status" and value not in STATUSES:
        return "-ERR Invalid Agent Status!\n"
    if key in ("state", "state_if_waiting") and value not in AGENT_STATES:
        return "-ERR Invalid Agent State!\n"
    if agent is None:
        return "-ERR Agent not found!\n"
    if key == "status":
        center.set_status(agent, value)
        if value != "Available":
            dispatcher.withdraw(agent.name)
    elif key == "state":
        center.set_state(agent, value)
    elif key == "state_if_waiting":
        if agent.state != "Waiting" or not agent.status.startswith("Available"):
            return "-ERR Agent not found!\n"
        center.set_state(agent, value)
    elif key == "contact":
        agent.contact = value
        center.info("agent-contact-change", {"CC-Agent": name, "CC-Agent-Contact": value},
                    "CC-Agent")
    elif key in _NUMBERS and value.isdigit():
        setattr(agent, key, int(value))
    elif key in ("uuid", "type"):
        setattr(agent, key, value)
    else:
        return "-ERR Invalid Agent Update KEY!\n"
    center.save()
    dispatcher.poke()
    return _OK


def _tier(center: CallCenter, action: str, rest: list[str]) -> str:
    if action == "list":
        return table(_texts(asdict(tier)) for tier in center.tiers)
    if action == "add" and len(rest) >= 2:
        queue, agent = rest[0], rest[1]
        if agent not in center.agents:
            return "-ERR Agent not found!\n"
        if center.tiers_of(queue=queue, agent=agent):
            return "-ERR Tier already exist!\n"
        places = (rest[2:] + ["1", "1"])[:2]
        level, position = (int(word) if word.isdigit() else 1 for word in places)
        center.queue(queue)
        center.tiers.append(Tier(queue, agent, "Ready", level, position))
    elif action == "del" and len(rest) == 2:
        center.tiers = [tier for tier in center.tiers if (tier.queue, tier.agent) != tuple(rest)]
    elif action == "reload":
        return _OK
    elif action == "set" and len(rest) == 4:
        found = center.tiers_of(queue=rest[1], agent=rest[2])
        if not found:
            return "-ERR Unknown Error!\n"
        if rest[0] == "state" and rest[3] not in TIER_STATES:
            return "-ERR Invalid Tier State!\n"
        if rest[0] == "state":
            found[0].state = rest[3]
        elif rest[0] in ("level", "position") and rest[3].isdigit():
            setattr(found[0], rest[0], int(rest[3]))
        else:
            return "-ERR Invalid Tier Update KEY!\n"
    else:
        return _INVALID
    center.save()
    return _OK


def _queue(center: CallCenter, action: str, rest: list[str]) -> str:
    if action in ("load", "reload") and rest:
        queue = center.queue(rest[0])
        queue.calls_answered = queue.calls_abandoned = 0
        center.save()
        return _OK
    if action == "unload" and rest:
        center.queues.pop(rest[0], None)
        center.save()
        return _OK
    if action in ("list", "count"):
        rows = list(_queue_rows(center, rest))
        return table(rows) if action == "list" else f"{len(rows)}\n"
    return _INVALID


def _queue_rows(center: CallCenter, rest: list[str]) -> Iterable[dict[str, str]]:
    if not rest:
        return [_queue_row(queue) for queue in center.queues.values()]
    what, queue = rest[0], rest[1] if len(rest) > 1 else ""
    if what == "members":
        rows = [row for row in center.members.values() if not queue or row.queue == queue]
        return [row.row() for row in sorted(rows, key=lambda row: -row.score)]
    if what == "tiers":
        return [_texts(asdict(tier)) for tier in center.tiers_of(queue=queue)]
    status, state = (rest[2:] + ["", ""])[:2]
    names = {tier.agent for tier in center.tiers_of(queue=queue)}
    return [
        _texts(asdict(agent)) for agent in center.agents.values()
        if agent.name in names and (not status or agent.status == status)
        and (not state or agent.state == state)
    ]


def _queue_row(queue: Queue) -> dict[str, str]:
    return {
        "name": queue.name, "strategy": queue.strategy, "moh_sound": queue.moh_sound,
        **_QUEUE_COLUMNS,
        "max_wait_time": str(queue.max_wait_time), "max_wait_time_with_no_agent": "0",
        "max_wait_time_with_no_agent_time_reached": "5", "record_template": "",
        "calls_answered": str(queue.calls_answered),
        "calls_abandoned": str(queue.calls_abandoned), "ring_progressively_delay": "0",
        "skip_agents_with_external_calls": "true", "agent_no_answer_status": "On Break",
    }


def _texts(row: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in row.items()}
