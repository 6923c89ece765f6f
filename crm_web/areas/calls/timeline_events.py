"""Stops of the time line that come from `contact_event` and from listening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask_babel import gettext as _

from crm_web.areas.calls import track, words
from crm_web.areas.calls.models import ContactEvent, MonitorSession
from crm_web.areas.calls.queries import Names, Record
from crm_web.areas.calls.stops import Stop
from crm_web.columns import from_ms, to_ms

_NOT_REACHED = ("no_answer", "busy", "rejected", "barred", "unreachable")


def event_stops(record: Record, names: Names) -> Iterator[Stop]:
    """Holds with their true length, other parties, conferences, help, lost legs."""
    holds = {stretch.start: stretch for stretch in track.holds_of(record)}
    for event in record.events:
        if event.type == "talk.held":
            hold = holds[to_ms(event.at)]
            ms = None if hold.end is None else hold.end - hold.start
            yield Stop(event.at, _("保持"), names.agent(event.agent_id), ms)
        elif event.type.startswith("party."):
            stop = _party(event, names)
            if stop:
                yield stop
        elif event.type in _PLAIN:
            yield _plain(event, names)


def _party(event: ContactEvent, names: Names) -> Stop | None:
    who = _who(event, names)
    if event.type == "party.called":
        title = {
            "transfer": _("转接给 %(who)s", who=who),
            "consult": _("咨询 %(who)s", who=who),
            "conference": _("邀请 %(who)s 加入", who=who),
            "flow": _("从导航转给 %(who)s", who=who),
        }.get(str(event.data.get("purpose")), _("呼叫 %(who)s", who=who))
        return Stop(event.at, title, names.agent(event.agent_id))
    result = str(event.data.get("result") or "")
    if result in ("transferred", "serves_on"):
        return None  # the talk that begins there says it
    if result == "cancelled":
        return Stop(event.at, _("不再呼叫 %(who)s", who=who))
    if result == "hung_up":
        return Stop(event.at, _("%(who)s 离开", who=who))
    why = words.offer_result(result)
    return Stop(event.at, _("%(who)s 没有接通", who=who), why, late=result in _NOT_REACHED)


def _who(event: ContactEvent, names: Names) -> str:
    return names.target(f"{event.data.get('kind')}:{event.data.get('value')}")


_PLAIN = (
    "conference.started",
    "call.forced_release",
    "help.asked",
    "help.answered",
    "help.withdrawn",
    "agent.leg_lost",
    "agent.rejoined",
)


def _plain(event: ContactEvent, names: Names) -> Stop:
    agent, data = names.agent(event.agent_id), event.data
    if event.type == "help.answered":
        by = names.target(f"agent:{data.get('by')}")
        return Stop(event.at, _("求助得到回应：%(by)s", by=by), str(data.get("reply") or ""))
    title = {
        "conference.started": _("多方通话开始"),
        "call.forced_release": _("强制拆线"),
        "help.asked": _("求助"),
        "help.withdrawn": _("撤回求助"),
        "agent.leg_lost": _("坐席线路中断"),
        "agent.rejoined": _("坐席重新接上"),
    }[event.type]
    detail = "，".join(filter(None, (agent, str(data.get("reason") or ""))))
    return Stop(event.at, title, detail, late=event.type in ("agent.leg_lost",))


def listening_stops(session: MonitorSession, names: Names) -> Iterator[Stop]:
    """One stop for each mode of a listening, as long as that mode lasted."""
    ends = [at for _mode, at in session.modes[1:]]
    ends.append(to_ms(session.ended_at) if session.ended_at else None)
    for (mode, at), end in zip(session.modes, ends, strict=True):
        title = words.listening(str(mode), names.agent(session.agent_id))
        ms = None if end is None else max(0, end - at)
        yield Stop(from_ms(at), title, names.agent(session.supervisor_id), ms)
    if session.ended_at:
        whole = session.ended_at - session.started_at
        yield Stop(
            session.ended_at,
            _("班长离开"),
            names.agent(session.supervisor_id),
            whole // timedelta(milliseconds=1),
        )
