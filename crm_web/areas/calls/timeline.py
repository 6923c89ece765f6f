"""A contact as stops on one line: what happened, when, how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask_babel import gettext as _

from crm_web.areas.calls import words
from crm_web.areas.calls.models import FlowRun, QueueVisit, TalkSegment
from crm_web.areas.calls.queries import Names, Record
from crm_web.areas.calls.stops import Stop
from crm_web.areas.calls.timeline_events import event_stops, listening_stops
from crm_web.columns import from_ms, to_ms

_MOST_KEYS_SHOWN = 2  # a menu choice; anything longer may be an account number


def stops_of(record: Record, names: Names, *, with_listening: bool = False) -> list[Stop]:
    """Everything in the order of time; what began together stays in the order of causes.

    Listening is told only to those who may know of it.
    """
    found = [_start(record)]
    for run in record.runs:
        found += _flow(run, names)
    for visit in record.visits:
        found += _queue(visit, names)
    for talk in record.talks:
        found += _talk(talk, names)
    found += event_stops(record, names)
    if with_listening:
        for session in record.listenings:
            found += listening_stops(session, names)
    for recording in record.recordings:
        found += [
            Stop(
                recording.started_at + timedelta(milliseconds=mask.from_ms),
                _("暂停录音"),
                ms=None if mask.to_ms is None else mask.to_ms - mask.from_ms,
            )
            for mask in recording.masks
        ]
    found += _legs(record, names)
    contact = record.contact
    if contact.ended_at:
        who = words.ended_by(contact.ended_by)
        title = _("%(who)s挂断", who=who) if who else _("通话结束")
        found.append(Stop(contact.ended_at, title, words.cause(contact.hangup_cause)))
    return sorted(found, key=lambda stop: stop.at)


def _start(record: Record) -> Stop:
    contact = record.contact
    number, called = contact.number_mask, contact.called_number
    if contact.direction == "inbound":
        return Stop(
            contact.started_at,
            _("来电"),
            _("%(number)s 拨打 %(called)s", number=number, called=called),
        )
    title = words.direction(contact.direction)
    return Stop(contact.started_at, title, _("拨打 %(number)s", number=number))


def _flow(run: FlowRun, names: Names) -> Iterator[Stop]:
    title = names.flows.get(run.flow_code, run.flow_code)
    yield Stop(
        run.entered_at,
        _("进入语音导航"),
        _("%(flow)s 第 %(version)s 版", flow=title, version=run.flow_version),
        _between(run.entered_at, run.left_at),
    )
    for step in run.trail:
        if not isinstance(step.get("at"), int):
            continue
        detail = [_("按键 %(keys)s", keys=_shown_keys(step["keyed"]))] if step.get("keyed") else []
        way = words.step_exit(str(step.get("exit") or ""))
        title = str(step.get("title") or step.get("node") or "")
        if way and way != title:
            detail.append(way)
        yield Stop(from_ms(step["at"]), title, "，".join(detail), step.get("ms"))
    if run.left_at:
        failed = run.exit_kind in ("error", "controller_gone")
        yield Stop(run.left_at, _("离开导航"), words.flow_exit(run.exit_kind), late=failed)


def _shown_keys(keyed: object) -> str:
    keys = str(keyed)
    return keys if len(keys) <= _MOST_KEYS_SHOWN else _("（%(n)s 位数字）", n=len(keys))


def _queue(visit: QueueVisit, names: Names) -> Iterator[Stop]:
    name = names.queues.get(visit.queue_id, "")
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
            _("振铃：%(agent)s", agent=names.agent(offer.agent_id)),
            words.offer_result(offer.result),
            offer.ring_ms if offer.ended_at else None,
            late=offer.result in ("no_answer", "rejected", "unreachable"),
        )


def _talk(talk: TalkSegment, names: Names) -> Iterator[Stop]:
    agent, said = names.agent(talk.agent_id), []
    if talk.hold_count:
        seconds = round(talk.hold_ms / 1000)
        said.append(_("保持 %(n)s 次，共 %(s)s 秒", n=talk.hold_count, s=seconds))
    if talk.transfer_kind:
        said.append(words.transfer(talk.transfer_kind, names.target(talk.transfer_target)))
    yield Stop(
        talk.started_at,
        words.talk(talk.role, agent),
        "，".join(said),
        talk.talk_ms if talk.ended_at else None,
    )
    if talk.wrap_started_at:
        yield Stop(talk.wrap_started_at, _("整理"), agent, talk.wrap_ms)


def _legs(record: Record, names: Names) -> Iterator[Stop]:
    """Legs of agents and outside lines; the customer's own leg is the contact itself, and a
    supervisor's is told by the listening."""
    for leg in record.legs:
        if leg.role in ("customer", "supervisor"):
            continue
        detail = "，".join(filter(None, (words.cause(leg.hangup_cause), leg.codec)))
        yield Stop(
            leg.started_at,
            _("话路：%(agent)s", agent=names.agent(leg.agent_id) or words.leg_role(leg.role)),
            detail,
            _between(leg.answered_at or leg.started_at, leg.ended_at),
        )


def _between(begin: datetime, end: datetime | None) -> int | None:
    return None if end is None else max(0, to_ms(end) - to_ms(begin))
