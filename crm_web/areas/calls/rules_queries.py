"""Recording rules: what is stored, and what of it the controller and the jobs are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm_web.areas.calls.models import RecordingRule
from crm_web.areas.org import queries as org
from crm_web.errors import NotFound
from crm_web.extensions import db

DEFAULT_MODE = "always"
DEFAULT_KEEP_DAYS = 730


def default_rule(session: Session) -> RecordingRule | None:
    """The rule that applies when no other fits; None until somebody changes it."""
    return session.scalar(select(RecordingRule).where(RecordingRule.scope == "default"))


def exceptions() -> Select[RecordingRule]:
    """All but the default, in the order of the page."""
    return (
        select(RecordingRule)
        .where(RecordingRule.scope != "default")
        .order_by(RecordingRule.scope, RecordingRule.code, RecordingRule.direction)
    )


def rules(session: Session) -> Sequence[RecordingRule]:
    """The exceptions, all of them."""
    return session.scalars(exceptions()).all()


def get_rule(rule_id: int) -> RecordingRule:
    """Raises NotFound."""
    found = db.session.get(RecordingRule, rule_id)
    if found is None or found.scope == "default":
        raise NotFound(_("没有这条录音规则"))
    return found


def published() -> dict[str, Any]:
    """`recording` of the telephony snapshot."""
    default = default_rule(db.session())
    return {
        "mode": default.mode if default else DEFAULT_MODE,
        "rules": [
            {"scope": r.scope, "code": r.code, "direction": r.direction, "mode": r.mode}
            for r in rules(db.session())
        ],
    }


def subjects() -> dict[str, list[tuple[str, str]]]:
    """What a rule can be for: scope → (code, name)."""
    agents = [agent for agent in org.agents() if agent.active]
    return {
        "queue": [(queue.code, queue.name) for queue in org.queues() if queue.active],
        "agent": [(a.agent_no, f"{a.agent_no} {a.user.display_name}") for a in agents],
        "extension": [
            (a.extension.number, f"{a.extension.number} {a.user.display_name}")
            for a in agents
            if a.extension
        ],
    }
