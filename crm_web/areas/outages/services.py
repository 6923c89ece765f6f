"""Telling of outages: emergencies at once, planned ones after approval, then the times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm_web import audit, localtime
from crm_web.areas.customers import queries as customers
from crm_web.areas.outages import rules
from crm_web.areas.outages.errors import BadOutage, ChangedMeanwhile, NoSuchOutage, OutageRefused
from crm_web.areas.outages.models import Outage, OutageScope, OutageUpdate
from crm_web.columns import utc_now
from crm_web.extensions import db
from crm_web.numbering import next_number

NUMBER = "TS"
MAX_SCOPES = 200
FURTHEST = timedelta(days=365)

# Steps that callers, pages and notices learn of, as outage_update.kind.
_TOLD = {
    "publish": "published",
    "approve": "published",
    "set_etr": "etr",
    "restore": "restored",
    "cancel": "cancelled",
}


@dataclass(frozen=True)
class OutageInput:
    """What a form says. `places` and `except_places` are typed places, one each."""

    kind: str
    cause_kind: str
    title: str
    public_text: str
    places: tuple[str, ...]
    except_places: tuple[str, ...] = ()
    voice_text: str = ""
    starts_at: datetime | None = None
    etr_at: datetime | None = None


def create_outage(wanted: OutageInput, unit_id: int) -> Outage:
    """A draft with its scopes; raises BadOutage with the fields that can't be used."""
    now = utc_now()
    scopes = _checked(wanted, now)
    row = Outage(
        outage_no=next_number(NUMBER, localtime.local_date(now)),
        kind=wanted.kind,
        cause_kind=wanted.cause_kind,
        title=wanted.title.strip(),
        public_text=wanted.public_text.strip(),
        voice_text=wanted.voice_text.strip(),
        planned_start_at=wanted.starts_at or now,
        planned_end_at=wanted.etr_at if wanted.cause_kind == "planned" else None,
        etr_at=wanted.etr_at,
        owner_unit_id=unit_id,
        affected_count=sum(
            customers.scope_size(kind, place) * (-1 if excluded else 1)
            for (kind, place), excluded in scopes.items()
        ),
    )
    row.scopes = [
        OutageScope(scope_kind=kind, scope_id=place, excluded=excluded)
        for (kind, place), excluded in scopes.items()
    ]
    db.session.add(row)
    db.session.flush()
    audit.record("outage.draft", "outage", row.pub, after=snapshot(row))
    return row


def _checked(wanted: OutageInput, now: datetime) -> dict[tuple[str, int], bool]:
    problems: dict[str, str] = {}
    if wanted.kind not in rules.KINDS:
        problems["kind"] = _("没有这种停水类型")
    if wanted.cause_kind not in rules.CAUSES:
        problems["cause_kind"] = _("选计划或抢修")
    if not wanted.title.strip() or len(wanted.title) > 120:
        problems["title"] = _("写标题，最多 120 个字")
    if not wanted.public_text.strip() or len(wanted.public_text) > 2000:
        problems["public_text"] = _("写对外口径，最多 2000 个字")
    if len(wanted.voice_text) > 300:
        problems["voice_text"] = _("语音最多 300 个字，太长没人听完")
    if wanted.cause_kind == "planned" and wanted.starts_at is None:
        problems["starts_at"] = _("计划停水要写开始时间")
    start = wanted.starts_at or now
    if not now - FURTHEST < start < now + FURTHEST:
        problems["starts_at"] = _("时间超出一年")
    if wanted.etr_at is not None and not start < wanted.etr_at < now + FURTHEST:
        problems["etr_at"] = _("恢复时间要晚于开始时间")
    scopes = _resolve(wanted, problems)
    if problems:
        raise BadOutage(_("填写的内容有问题"), fields=problems)
    return scopes


def _resolve(wanted: OutageInput, problems: dict[str, str]) -> dict[tuple[str, int], bool]:
    scopes: dict[tuple[str, int], bool] = {}
    for texts, excluded, name in (
        (wanted.places, False, "places"),
        (wanted.except_places, True, "except_places"),
    ):
        for text in texts[: MAX_SCOPES + 1]:
            found = customers.resolve_scope(text)
            if found is None:
                problems[name] = _("找不到或不止一个：%(text)s", text=text[:60])
            else:
                scopes[found] = excluded
    if len(scopes) > MAX_SCOPES:
        problems["places"] = _("最多 200 处，范围大就写小区或城区")
    if not any(not excluded for excluded in scopes.values()) and "places" not in problems:
        problems["places"] = _("写影响哪里，一行一处")
    return scopes


def snapshot(row: Outage) -> dict[str, Any]:
    """What the audit log keeps of an outage."""
    return {
        "status": row.status,
        "title": row.title,
        "etr_at": row.etr_at.isoformat() if row.etr_at else None,
        "etr_revision": row.etr_revision,
    }


def publish_emergency(wanted: OutageInput, unit_id: int) -> Outage:
    """Write and publish an emergency in one go: callers hear of it from the next call on."""
    row = create_outage(wanted, unit_id)
    return step(row.pub, "publish")


def step(
    pub: str,
    name: str,
    *,
    ver: int | None = None,
    etr_at: datetime | None = None,
    text: str = "",
    by_id: int | None = None,
) -> Outage:
    """One step of an outage's life; `name` is a key of rules.STEPS.

    Raises OutageRefused when it does not fit, ChangedMeanwhile when `ver` is not the present one.
    """
    row = db.session.scalar(select(Outage).where(Outage.pub == pub).with_for_update())
    if row is None:
        raise NoSuchOutage(_("没有这条停水信息"))
    if ver is not None and row.ver != ver:
        raise ChangedMeanwhile(_("别人刚改过这条停水信息，先看看改了什么"), ver=row.ver)
    if name not in rules.allowed_steps(row.status, row.cause_kind):
        status = str(rules.STATUSES.get(row.status, row.status))
        raise OutageRefused(_("这条停水信息现在是“%(status)s”，不能这样做", status=status))
    before, now = snapshot(row), utc_now()
    _project(row, name, now, etr_at, by_id)
    if name in _TOLD:
        _tell(row, _TOLD[name], now, text)
    row.status = rules.STEPS[name][1] or row.status
    db.session.flush()
    after = snapshot(row)
    audit.record(f"outage.{name}", "outage", row.pub, before=before, after=after, reason=text)
    return row


def _project(
    row: Outage, name: str, now: datetime, etr_at: datetime | None, by_id: int | None
) -> None:
    if name in ("publish", "start"):
        row.actual_start_at = now
    elif name == "approve":
        row.approved_by_id = by_id
    elif name == "restore":
        row.restored_at = now
    elif name == "set_etr":
        if etr_at is None or not now < etr_at < now + FURTHEST:
            raise BadOutage(_("填写的内容有问题"), fields={"etr_at": _("写一个将来的时间")})
        row.etr_at = etr_at
        row.etr_revision += 1


def _tell(row: Outage, kind: str, now: datetime, text: str) -> None:
    last = db.session.scalar(
        select(func.max(OutageUpdate.seq)).where(OutageUpdate.outage_id == row.id)
    )
    etr = row.etr_at.isoformat() if row.etr_at else None
    db.session.add(
        OutageUpdate(
            outage_id=row.id,
            seq=(last or 0) + 1,
            at=now,
            kind=kind,
            text=text.strip()[:1000],
            data={"etr_at": etr, "etr_revision": row.etr_revision},
        )
    )
