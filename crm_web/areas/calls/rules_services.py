"""Changing recording rules: each change is audited and published to the controller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm_web import audit
from crm_web.areas.calls import rules_queries
from crm_web.areas.calls.models import RecordingRule
from crm_web.areas.org import services as org
from crm_web.errors import Conflict, Invalid
from crm_web.extensions import db
from esl_controller.domain.recording_rules import DIRECTIONS, MODES, SCOPES

KEEP_DAYS = (1, 3650)


@dataclass(frozen=True)
class RuleForm:
    """A rule as entered. `subject` is "scope:code"; keep_days None: as the default says."""

    subject: str
    direction: str
    mode: str
    keep_days: int | None


def save_default(mode: str, keep_days: int | None, ver: int) -> None:
    """Change the rule that applies when no other fits. Raises Invalid, Conflict."""
    _check(mode, keep_days, required=True)
    rule = rules_queries.default_rule(db.session())
    if rule is None:
        rule = RecordingRule(scope="default", keep_days=rules_queries.DEFAULT_KEEP_DAYS)
        db.session.add(rule)
        before = {"mode": rules_queries.DEFAULT_MODE, "keep_days": rule.keep_days}
    else:
        org.check_ver(rule.ver, ver)
        before = _view(rule)
    rule.mode, rule.keep_days = mode, keep_days
    _keep(rule, before)


def add_rule(form: RuleForm) -> None:
    """Add a rule. Raises Invalid for what it can't be, Conflict when there is one already."""
    scope, _colon, code = form.subject.partition(":")
    choices = rules_queries.subjects()
    if scope not in SCOPES or code not in dict(choices[scope]):
        raise _invalid("subject", _("选择队列、坐席或分机"))
    if form.direction not in DIRECTIONS:
        raise _invalid("direction", _("选择呼叫方向"))
    _check(form.mode, form.keep_days, required=False)
    same = select(RecordingRule.id).where(
        RecordingRule.scope == scope,
        RecordingRule.code == code,
        RecordingRule.direction == form.direction,
    )
    if db.session.scalar(same) is not None:
        message = _("已经有这条规则了，先删掉原来的")
        raise Conflict(message, fields={"subject": message})
    rule = RecordingRule(
        scope=scope,
        code=code,
        direction=form.direction,
        mode=form.mode,
        keep_days=form.keep_days,
    )
    db.session.add(rule)
    _keep(rule, None)


def remove_rule(rule: RecordingRule) -> None:
    """Without it the next wider rule decides."""
    audit.record("recording_rule.remove", "recording_rule", _name(rule), _view(rule), None)
    db.session.delete(rule)
    org.publish_telephony()


def _keep(rule: RecordingRule, before: dict[str, Any] | None) -> None:
    audit.record("recording_rule.edit", "recording_rule", _name(rule), before, _view(rule))
    org.publish_telephony()


def _check(mode: str, keep_days: int | None, *, required: bool) -> None:
    if mode not in MODES:
        raise _invalid("mode", _("选择录音方式"))
    least, most = KEEP_DAYS
    if (keep_days is None and required) or (
        keep_days is not None and not least <= keep_days <= most
    ):
        raise _invalid("keep_days", _("%(least)s 到 %(most)s 天", least=least, most=most))


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: message})


def _name(rule: RecordingRule) -> str:
    return ":".join(filter(None, (rule.scope, rule.code, rule.direction)))


def _view(rule: RecordingRule) -> dict[str, Any]:
    return {"mode": rule.mode, "keep_days": rule.keep_days}
