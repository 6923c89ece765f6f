"""A contact as stops on one line, and as bars on a track: what happened, when, how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from crm_web.areas.calls import words
from crm_web.areas.calls.models import FlowRun, QueueVisit, TalkSegment
from crm_web.areas.calls.queries import Record
from crm_web.columns import from_ms, to_ms

TRACK_WIDTH = 640
_MOST_KEYS_SHOWN = 2  # a menu choice; anything longer may be an account number


@dataclass(frozen=True)
class Stop:
    """One thing that happened. `ms` is its length where it has one; `late` marks a failure."""

    at: datetime
    title: str
    detail: str = ""
    ms: int | None = None
    late: bool = False


@dataclass(frozen=True)
class Bar:
    """A stretch on the track. kind: ivr, que, talk, hold; x and width in TRACK_WIDTH units."""

    kind: str
    x: float
    width: float


def stops_of(record: Record, agents: Mapping[int, str], queues: Mapping[int, str]) -> list[Stop]:
    """Everything in the order of time; what began together stays in the order of causes."""
    found = [_start(record)]
    for run in record.runs:
        found += _flow(run)
    for visit in record.visits:
        found += _queue(visit, agents, queues)
    for talk in record.talks:
        found += _talk(talk, agents)
    for recording in record.recordings:
        found += [
            Stop(
                recording.started_at + timedelta(milliseconds=mask.from_ms),
                _("暂停录音"),
                ms=None if mask.to_ms is None else mask.to_ms - mask.from_ms,
            )
            for mask in recording.masks
        ]
    found += _legs(record, agents)
    contact = record.contact
    if contact.ended_at:
        who = words.ended_by(contact.ended_by)
        title = _("%(who)s挂断", who=who) if who else _("通话结束")
        found.append(Stop(contact.ended_at, title, contact.hangup_cause))
    return sorted(found, key=lambda stop: stop.at)


def _start(record: Record) -> Stop:
    contact = record.contact
    detail = _("%(number)s 拨打 %(called)s", number=contact.number_mask, called=contact.called_number)
    return Stop(contact.started_at, _("来电"), detail)


def _flow(run: FlowRun) -> Iterator[Stop]:
    yield Stop(
        run.entered_at,
        _("进入语音导航"),
        _("%(flow)s 第 %(version)s 版", flow=run.flow_code, version=run.flow_version),
        _between(run.entered_at, run.left_at),
    )
    for step in run.trail:
        if not isinstance(step.get("at"), int):
            continue
        detail = [_("按键 %(keys)s", keys=_shown_keys(step["keyed"]))] if step.get("keyed") else []
        if step.get("exit"):
            detail.append(_("出口 %(exit)s", exit=step["exit"]))
        title = str(step.get("title") or step.get("node") or "")
        yield Stop(from_ms(step["at"]), title, "，".join(detail), step.get("ms"))
    if run.left_at:
        failed = run.exit_kind in ("error", "controller_gone")
        yield Stop(run.left_at, _("离开导航"), words.flow_exit(run.exit_kind), late=failed)


def _shown_keys(keyed: object) -> str:
    keys = str(keyed)
    return keys if len(keys) <= _MOST_KEYS_SHOWN else _("（%(n)s 位数字）", n=len(keys))


def _queue(
    visit: QueueVisit, agents: Mapping[int, str], queues: Mapping[int, str]
) -> Iterator[Stop]:
    name = queues.get(visit.queue_id, "")
    yield Stop(
        visit.entered_at,
        _("排队：%(queue)s", queue=name),
        words.visit_outcome(visit.outcome),
        visit.wait_ms if visit.left_at else None,
        late=visit.outcome in ("abandoned", "lost"),
    )
    for offer in sorted(visit.offers, key=lambda one: one.seq):
        yield Stop(
            offer.offered_at,
            _("振铃：%(agent)s", agent=agents.get(offer.agent_id, "")),
            words.offer_result(offer.result),
            offer.ring_ms if offer.ended_at else None,
            late=offer.result in ("no_answer", "rejected", "unreachable"),
        )


def _talk(talk: TalkSegment, agents: Mapping[int, str]) -> Iterator[Stop]:
    held = ""
    if talk.hold_count:
        seconds = round(talk.hold_ms / 1000)
        held = _("保持 %(n)s 次，共 %(s)s 秒", n=talk.hold_count, s=seconds)
    yield Stop(
        talk.started_at,
        _("通话：%(agent)s", agent=agents.get(talk.agent_id, "")),
        held,
        talk.talk_ms if talk.ended_at else None,
    )
    if talk.wrap_started_at:
        yield Stop(talk.wrap_started_at, _("整理"), agents.get(talk.agent_id, ""), talk.wrap_ms)


def _legs(record: Record, agents: Mapping[int, str]) -> Iterator[Stop]:
    """Legs of agents; the customer's own leg is the contact itself."""
    for leg in record.legs:
        if leg.role == "customer":
            continue
        detail = "，".join(filter(None, (leg.hangup_cause, leg.codec)))
        yield Stop(
            leg.started_at,
            _("话路：%(agent)s", agent=agents.get(leg.agent_id or 0, leg.role)),
            detail,
            _between(leg.answered_at or leg.started_at, leg.ended_at),
        )


def _between(begin: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, to_ms(end) - to_ms(begin))


def bars_of(record: Record) -> list[Bar]:
    """Navigation, waiting and talking to scale. Holding has no times of its own: it is the
    last part of its talk, as long as it was in all."""
    contact = record.contact
    if contact.ended_at is None or contact.ended_at <= contact.started_at:
        return []
    begin, whole = to_ms(contact.started_at), to_ms(contact.ended_at) - to_ms(contact.started_at)

    def bar(kind: str, start_ms: int, length_ms: int) -> Bar:
        x = max(0.0, (start_ms - begin) / whole * TRACK_WIDTH)
        width = min(length_ms / whole * TRACK_WIDTH, TRACK_WIDTH - x)
        return Bar(kind, round(x, 1), round(width, 1))

    found = []
    for run in record.runs:
        found.append(bar("ivr", to_ms(run.entered_at), _between(run.entered_at, run.left_at) or 0))
    for visit in record.visits:
        found.append(bar("que", to_ms(visit.entered_at), visit.wait_ms))
    for talk in record.talks:
        start = to_ms(talk.started_at)
        found.append(bar("talk", start, talk.talk_ms))
        if talk.hold_ms:
            found.append(bar("hold", start + talk.talk_ms, talk.hold_ms))
    return [one for one in found if one.width > 0]
