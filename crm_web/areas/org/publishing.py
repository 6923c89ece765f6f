"""The telephony snapshot: built from the tables, kept as a version, sent to the controller.

Publishing is part of the transaction of the change; the Redis key and the command leave after
the commit. When Redis is away then, the version stands in the database and is sent at the next
start or by `publish-config`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from crm_web import telephony
from crm_web.areas.calls import rules_queries
from crm_web.areas.org import flow_documents, queries
from crm_web.areas.org.models import Agent, ConfigSnapshot, Queue
from crm_web.extensions import db
from crm_web.redis_link import client
from crm_web.settings import Settings
from crm_web.transaction import on_commit
from esl_controller.contract import keys
from esl_controller.domain.snapshot import Snapshot

log = logging.getLogger("crm_web.publishing")
DEFAULT_WRAP_UP_S = 45


def publish(by_user_id: int | None = None) -> ConfigSnapshot:
    """Publish the present configuration if it differs from the last version.

    Raises SnapshotInvalid when the tables do not make a usable configuration; the change that
    asked for it is then rolled back.
    """
    db.session.flush()
    last = latest()
    body = build(current_app.extensions["settings"], last.body if last else None)
    digest = _hash(body)
    if last is None or last.hash != digest:
        version = (last.version if last else 0) + 1
        body = {**body, "version": version, "hash": digest}
        Snapshot.from_json(body)
        last = ConfigSnapshot(version=version, hash=digest, body=body, published_by_id=by_user_id)
        db.session.add(last)
        db.session.flush()
    send(last)
    return last


def send(snapshot: ConfigSnapshot) -> None:
    """Hand a version to the controller after the commit."""
    body, version = json.dumps(snapshot.body, ensure_ascii=False), snapshot.version

    def leave() -> None:
        client().set(keys.TELEPHONY, body)
        log.info("telephony configuration version %s is published", version)

    on_commit(leave)
    telephony.send("config.published", body={"version": version, "by": {"name": "crm_web"}})


def latest() -> ConfigSnapshot | None:
    """The last published version."""
    newest = select(func.max(ConfigSnapshot.version)).scalar_subquery()
    return db.session.scalar(select(ConfigSnapshot).where(ConfigSnapshot.version == newest))


def build(settings: Settings, last: dict[str, Any] | None) -> dict[str, Any]:
    """The snapshot without `version` and `hash`; flows keep their version until they change."""
    return {
        "v": 1,
        "industry": settings.industry,
        "domain": settings.sip_domain,
        "called_numbers": [
            {
                "number": entry.number,
                "label": entry.label,
                "flow": entry.flow_code,
                "fallback_queue": entry.fallback_queue.code,
            }
            for entry in queries.called_numbers()
            if entry.active
        ],
        "flows": _flows((last or {}).get("flows", {})),
        "queues": [_queue(queue) for queue in queries.queues() if queue.active],
        "agents": [_agent(agent, settings) for agent in queries.agents() if _can_serve(agent)],
        "recording": rules_queries.published(),
    }


def _flows(last: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code, document in flow_documents.documents().items():
        before = last.get(code, {"version": 0, "document": None})
        same = before["document"] == document
        version = before["version"] if same else before["version"] + 1
        found[code] = {"version": version, "document": document}
    return found


def _can_serve(agent: Agent) -> bool:
    return agent.active and agent.extension is not None and agent.user.status == "active"


def _queue(queue: Queue) -> dict[str, Any]:
    members = sorted(queue.members, key=lambda m: (m.tier_level, m.position, m.agent.agent_no))
    return {
        "code": queue.code,
        "name": queue.name,
        "strategy": queue.strategy,
        "ring_s": queue.ring_s,
        "wrap_up_s": queue.wrap_up_s,
        "target_s": queue.target_s,
        "short_abandon_s": queue.short_abandon_s,
        "music": queue.music,
        "members": [
            {
                "agent_no": member.agent.agent_no,
                "level": member.tier_level,
                "position": member.position,
            }
            for member in members
            if _can_serve(member.agent)
        ],
    }


def _agent(agent: Agent, settings: Settings) -> dict[str, Any]:
    extension = agent.extension
    assert extension is not None  # _can_serve saw it
    identity = f"{extension.number}:{settings.sip_domain}:{extension.sip_secret}"
    return {
        "agent_no": agent.agent_no,
        "name": agent.user.display_name,
        "extension": extension.number,
        # On the rehearsal switch nobody has a phone of his own.
        "media": "rehearsal" if settings.switch == "rehearsal" else agent.media,
        "wrap_up_s": agent.wrap_up_s or DEFAULT_WRAP_UP_S,
        # SIP digest is defined with MD5; this is no password store.
        "ha1": hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest(),
    }


def _hash(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
