"""Changing agents, queues, called numbers and flows: each change publishes the configuration."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from crm_web import audit
from crm_web.areas.org import flow_documents, publishing, queries
from crm_web.areas.org.errors import BadInput, NoSuchNumber, Taken
from crm_web.areas.org.models import (
    Agent,
    CalledNumber,
    Extension,
    Queue,
    QueueMember,
    Setting,
    User,
)
from crm_web.areas.org.services import check_ver
from crm_web.extensions import db
from crm_web.security import me
from esl_controller.domain.ids import QUEUE_CODE
from ivr_scripts.prompts.book import shipped_texts
from ivr_scripts.validation import find_problems

AGENT_NO = re.compile(r"[1-9][0-9]{2,7}")
NUMBER = re.compile(r"\+?[0-9]{3,20}")
MEDIA = {
    "webrtc": lazy_gettext("浏览器话机"),
    "sip": lazy_gettext("桌上话机"),
    "remote": lazy_gettext("远程话机（外网）"),
}
WITH_SECRET = ("sip", "remote")  # a person types the password of these into the phone
# What mod_callcenter can do today; the others of the glossary need routing of our own.
STRATEGIES = {
    "longest_idle": lazy_gettext("空闲最久优先"),
    "round_robin": lazy_gettext("循环"),
    "top_down": lazy_gettext("按顺序"),
    "ring_all": lazy_gettext("群振"),
}
LIMITS = {  # seconds: least, most
    "ring_s": (5, 60),
    "wrap_up_s": (0, 600),
    "target_s": (5, 300),
    "short_abandon_s": (0, 30),
}


@dataclass(frozen=True)
class QueueForm:
    """What the form of a queue says. members: (agent_no, level), in the order of asking."""

    code: str
    name: str
    strategy: str
    times: dict[str, int]
    active: bool
    members: Sequence[tuple[str, int]]


def create_agent(user: User, agent_no: str, media: str) -> tuple[Agent, str]:
    """Make an agent of a user, with an extension of the same number.

    Returns him and the password for his phone, to be shown this once; "" for a browser's phone,
    which gets its own for each session.
    """
    if not AGENT_NO.fullmatch(agent_no) or media not in MEDIA:
        raise BadInput(_("工号是 3 到 8 位数字"), fields={"agent_no": _("3 到 8 位数字")})
    if user.agent is not None:
        raise Taken(_("这个人已经是座席"), fields={"agent_no": _("这个人已经是座席")})
    if (
        queries.find_agent(agent_no) is not None
        or db.session.scalar(select(Extension.id).where(Extension.number == agent_no)) is not None
    ):
        raise Taken(_("这个工号已经有人用"), fields={"agent_no": _("已经有人用")})
    extension = Extension(number=agent_no, kind=media, sip_secret=secrets.token_urlsafe(24))
    agent = Agent(agent_no=agent_no, user=user, extension=extension, media=media)
    db.session.add(agent)
    db.session.flush()
    audit.record("agent.create", "agent", agent_no, after=_agent_view(agent))
    publishing.publish(me().id)
    return agent, extension.sip_secret if media in WITH_SECRET else ""


def edit_agent(
    agent: Agent, *, media: str, wrap_up_s: int | None, active: bool, new_secret: bool, ver: int
) -> str:
    """Change an agent. A new kind of phone gets a new password, so that the old one is of no use.

    Returns the new password, to be shown this once; "" when there is none to type in.
    """
    check_ver(agent.ver, ver)
    least, most = LIMITS["wrap_up_s"]
    fields: dict[str, str] = {}
    if media not in MEDIA:
        fields["media"] = _("选一种话机")
    if wrap_up_s is not None and not least <= wrap_up_s <= most:
        fields["wrap_up_s"] = _("%(least)s 到 %(most)s 秒", least=least, most=most)
    if fields:
        raise BadInput(_("填写的内容有问题"), fields=fields)
    before = _agent_view(agent)
    new_secret = new_secret or media != agent.media
    agent.media, agent.wrap_up_s, agent.active = media, wrap_up_s, active
    if agent.extension is not None:
        agent.extension.kind = media
        if new_secret:
            agent.extension.sip_secret = secrets.token_urlsafe(24)
    db.session.flush()
    after = {**_agent_view(agent), "new_secret": new_secret}
    audit.record("agent.edit", "agent", agent.agent_no, {**before, "new_secret": False}, after)
    publishing.publish(me().id)
    shown = new_secret and media in WITH_SECRET and agent.extension is not None
    return agent.extension.sip_secret if shown and agent.extension else ""


def save_queue(queue: Queue | None, form: QueueForm, ver: int) -> Queue:
    """Create (`queue` None) or change a queue with its members."""
    _check_queue(form)
    before = _queue_view(queue) if queue is not None else None
    if queue is None:
        if queries.find_queue(form.code) is not None:
            raise Taken(_("这个代码已经有了"), fields={"code": _("已经有了")})
        queue = Queue(code=form.code, name=form.name, unit_id=me().unit_id)
        db.session.add(queue)
    else:
        check_ver(queue.ver, ver)
    queue.name, queue.strategy, queue.active = form.name, form.strategy, form.active
    for name, seconds in form.times.items():
        setattr(queue, name, seconds)
    _set_members(queue, form.members)
    db.session.flush()
    audit.record(
        "queue.edit" if before else "queue.create", "queue", queue.code, before, _queue_view(queue)
    )
    publishing.publish(me().id)
    return queue


def change_live(
    queue: Queue, strategy: str, members: Sequence[tuple[str, int]], ver: int
) -> None:
    """Change who serves a queue and in what order while it moves, and nothing else of it."""
    fields = _wrong_staffing(strategy, members)
    if fields:
        raise BadInput(_("填写的内容有问题"), fields=fields)
    check_ver(queue.ver, ver)
    before = _queue_view(queue)
    queue.strategy = strategy
    _set_members(queue, members)
    db.session.flush()
    audit.record("queue.change_live", "queue", queue.code, before, _queue_view(queue))
    publishing.publish(me().id)


def save_number(
    entry: CalledNumber | None,
    *,
    number: str,
    label: str,
    flow_code: str,
    queue_code: str,
    active: bool,
    ver: int,
) -> CalledNumber:
    """Create (`entry` None) or change a called number."""
    fields: dict[str, str] = {}
    if not NUMBER.fullmatch(number):
        fields["number"] = _("3 到 20 位数字")
    if not 1 <= len(label) <= 80:
        fields["label"] = _("名称不能空")
    if flow_code not in flow_documents.documents():
        fields["flow_code"] = _("没有这个流程")
    queue = queries.find_queue(queue_code)
    if queue is None:
        fields["queue_code"] = _("没有这个队列")
    if fields or queue is None:
        raise BadInput(_("填写的内容有问题"), fields=fields)
    other = db.session.scalar(select(CalledNumber).where(CalledNumber.number == number))
    if other is not None and other is not entry:
        raise Taken(_("这个号码已经有了"), fields={"number": _("已经有了")})
    before = _number_view(entry) if entry is not None else None
    if entry is None:
        entry = CalledNumber(number=number)
        db.session.add(entry)
    else:
        check_ver(entry.ver, ver)
    entry.number, entry.label, entry.flow_code = number, label, flow_code
    entry.fallback_queue, entry.active = queue, active
    db.session.flush()
    audit.record("called_number.edit", "called_number", number, before, _number_view(entry))
    publishing.publish(me().id)
    return entry


def save_flow(document: Any) -> str:
    """Keep a flow of the site's own; returns its code. What cannot be run is refused here, with
    the node and the reason, before any caller meets it: BadInput."""
    code = document.get("code") if isinstance(document, Mapping) else None
    problems = find_problems(
        document,
        prompts=shipped_texts(),
        queues={queue.code for queue in queries.queues() if queue.active},
        flows={*flow_documents.documents(), *([code] if isinstance(code, str) else [])},
        agents={agent.agent_no for agent in queries.agents() if agent.active},
    )
    if problems or not isinstance(code, str):
        told = [str(problem) for problem in problems]
        raise BadInput("; ".join(told[:10]) or _("这不是流程"), fields={"document": told})
    known = db.session.scalar(select(Setting).where(Setting.key == flow_documents.PREFIX + code))
    before = {"document": known.value} if known else None
    if known is None:
        db.session.add(Setting(key=flow_documents.PREFIX + code, value=document))
    else:
        known.value = document
    audit.record("flow.publish", "flow", code, before, {"document": document})
    publishing.publish()
    return code


def get_number(number: str) -> CalledNumber:
    """Raises NoSuchNumber."""
    found = db.session.scalar(select(CalledNumber).where(CalledNumber.number == number))
    if found is None:
        raise NoSuchNumber(_("没有这个接入号"))
    return found


def _check_queue(form: QueueForm) -> None:
    fields: dict[str, str] = {}
    if not QUEUE_CODE.fullmatch(form.code):
        fields["code"] = _("小写字母开头，字母、数字、下划线")
    if not 1 <= len(form.name) <= 80:
        fields["name"] = _("名称不能空")
    for name, (least, most) in LIMITS.items():
        if not least <= form.times.get(name, -1) <= most:
            fields[name] = _("%(least)s 到 %(most)s 秒", least=least, most=most)
    fields |= _wrong_staffing(form.strategy, form.members)
    if fields:
        raise BadInput(_("填写的内容有问题"), fields=fields)


def _wrong_staffing(strategy: str, members: Sequence[tuple[str, int]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    if strategy not in STRATEGIES:
        fields["strategy"] = _("选一种分配方式")
    numbers = [agent_no for agent_no, _level in members]
    if len(set(numbers)) != len(numbers) or any(not 1 <= lv <= 9 for _no, lv in members):
        fields["members"] = _("层级是 1 到 9，一个人只能出现一次")
    unknown = set(numbers) - {agent.agent_no for agent in queries.agents()}
    if unknown:
        fields["members"] = _("没有这个座席")
    return fields


def _set_members(queue: Queue, members: Sequence[tuple[str, int]]) -> None:
    known = {agent.agent_no: agent for agent in queries.agents()}
    present = {member.agent.agent_no: member for member in queue.members}
    wanted = dict(members)
    for agent_no, member in present.items():
        if agent_no not in wanted:
            queue.members.remove(member)
    for position, (agent_no, level) in enumerate(members, start=1):
        member = present.get(agent_no) or QueueMember(agent=known[agent_no])
        member.tier_level, member.position = level, position
        if agent_no not in present:
            queue.members.append(member)
    # A change of members alone is one of the queue too: a form that was opened before must not
    # undo it.
    flag_modified(queue, "strategy")


def _agent_view(agent: Agent) -> dict[str, Any]:
    return {
        "agent_no": agent.agent_no,
        "user": agent.user.login_name,
        "media": agent.media,
        "wrap_up_s": agent.wrap_up_s,
        "active": agent.active,
    }


def _queue_view(queue: Queue) -> dict[str, Any]:
    members = sorted(queue.members, key=lambda m: (m.tier_level, m.position))
    return {
        "name": queue.name,
        "strategy": queue.strategy,
        "active": queue.active,
        **{name: getattr(queue, name) for name in LIMITS},
        "members": [f"{m.agent.agent_no}:{m.tier_level}" for m in members],
    }


def _number_view(entry: CalledNumber) -> dict[str, Any]:
    return {
        "number": entry.number,
        "label": entry.label,
        "flow_code": entry.flow_code,
        "fallback_queue": entry.fallback_queue.code if entry.fallback_queue else None,
        "active": entry.active,
    }
