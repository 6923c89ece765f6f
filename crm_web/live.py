"""Reading the controller's live picture. The controller is its one writer; nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from crm_web.redis_link import client
from esl_controller.contract import keys


def agents() -> dict[str, dict[str, Any]]:
    """AgentView by agent_no."""
    return _table(keys.LIVE_AGENTS)


def find_agent(agent_no: str) -> dict[str, Any] | None:
    """One AgentView, or None when the controller does not know the agent."""
    return _one(keys.LIVE_AGENTS, agent_no)


def calls() -> dict[str, dict[str, Any]]:
    """CallView by contact_id, with the raw caller_number: mask before showing."""
    return _table(keys.LIVE_CALLS)


def find_call(contact_id: str) -> dict[str, Any] | None:
    """One CallView with the raw caller_number, or None when it has ended."""
    return _one(keys.LIVE_CALLS, contact_id)


def find_calls(contact_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """CallView of those that go on, with the raw caller_number."""
    if not contact_ids:
        return {}
    values: list[Any] = client().hmget(keys.LIVE_CALLS, list(contact_ids))
    return {key: json.loads(text) for key, text in zip(contact_ids, values, strict=True) if text}


def queues() -> dict[str, dict[str, Any]]:
    """QueueView by code."""
    return _table(keys.LIVE_QUEUES)


def nodes() -> dict[str, dict[str, Any]]:
    """{switch_up, at (ms), version} by node; empty when no controller has ever written it."""
    return _table(keys.LIVE_META)


def _table(key: str) -> dict[str, dict[str, Any]]:
    return {str(name): json.loads(value) for name, value in client().hgetall(key).items()}


def _one(key: str, name: str) -> dict[str, Any] | None:
    value = client().hget(key, name)
    return None if value is None else json.loads(value)
