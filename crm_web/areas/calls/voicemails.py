"""Messages that callers left: whose they are, and what is done about them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from crm_web import audit, live, telephony
from crm_web.areas.calls.models import Contact, Recording
from crm_web.areas.calls.voicemail_models import Voicemail
from crm_web.areas.customers import queries as customers
from crm_web.areas.org.models import QueueMember
from crm_web.areas.tickets import services as tickets
from crm_web.errors import Conflict, Invalid, NotFound, OutOfReach
from crm_web.extensions import db
from crm_web.paging import Stretch, keyset
from crm_web.security import Principal, demand, me

STATUSES = ("new", "claimed", "called_back", "closed")
MAX_NOTE = 500
MOST_COUNTED = 100


def reachable() -> Select[Any]:
    """Messages of everybody, or of the user and of the queues that the user serves."""
    user, statement = me(), select(Voicemail)
    if user.scope("voicemail.handle") == "all":
        return statement
    served = select(QueueMember.queue_id).where(QueueMember.agent_id == (user.agent_id or 0))
    mine = Voicemail.agent_id == (user.agent_id or 0)
    return statement.where(or_(mine, Voicemail.queue_id.in_(served)))


def listed(status: str, mine: bool, cursor: str | None) -> Stretch[Any]:
    """Newest first. `mine`: those for me alone, or that I took on."""
    statement = reachable()
    if status in STATUSES:
        statement = statement.where(Voicemail.status == status)
    if mine:
        own = Voicemail.agent_id == (me().agent_id or 0)
        statement = statement.where(or_(own, Voicemail.claimed_by_id == me().id))
    return keyset(statement, Voicemail.left_at, Voicemail.id, cursor)


def count_new(most: int = MOST_COUNTED) -> int:
    """How many nobody has taken on, within the user's reach; counted up to `most`."""
    some = reachable().with_only_columns(Voicemail.id).where(Voicemail.status == "new").limit(most)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def find(pub: str) -> Voicemail:
    """A message within the user's reach; raises NotFound for the others too."""
    found: Voicemail | None = db.session.scalar(reachable().where(Voicemail.pub == pub))
    if found is None:
        known = db.session.scalar(select(Voicemail.id).where(Voicemail.pub == pub))
        missing = NotFound if known is None else OutOfReach
        raise missing(_("没有这条留言，或者不在你的范围里"))
    return found


def sound_of(message: Voicemail) -> Recording:
    """Its recording."""
    return db.session.get_one(Recording, message.recording_id)


def contact_of(message: Voicemail) -> Contact:
    """The call in which it was left."""
    return db.session.get_one(Contact, message.contact_id)


def act(pub: str, action: str, ver: int, note: str = "", ip: str = "") -> Voicemail:
    """claim, note, close, call_back or reached; raises Invalid, Conflict."""
    message, user = find(pub), me()
    if message.ver != ver:
        raise Conflict(_("别人刚处理过这条留言，请刷新后再看"))
    before = {"status": message.status, "note": message.note}
    if message.status == "closed" and action != "note":
        raise Conflict(_("这条留言已经办结"))
    if action == "claim":
        if message.status != "new":
            raise Conflict(_("这条留言已经有人处理"))
        message.status = "claimed"
    elif action == "call_back":
        _dial(message, user, ip)
        if message.status == "new":  # whether somebody answers, only the agent will hear
            message.status = "claimed"
    elif action == "reached":
        message.status = "called_back"
    elif action == "close":
        message.status = "closed"
    elif action != "note":
        raise Invalid(_("没有这个操作"))
    if action in ("note", "close") and note.strip():
        message.note = note.strip()[:MAX_NOTE]
    message.claimed_by_id = message.claimed_by_id or user.id
    after = {"status": message.status, "note": message.note}
    audit.record(f"voicemail.{action}", "voicemail", message.pub, before, after)
    return message


def open_ticket(pub: str, kind: str, text: str) -> Any:
    """A ticket about the message, with its call attached; sent again it is the same one."""
    demand("ticket.create")
    message, user = find(pub), me()
    contact = contact_of(message)
    ticket = tickets.open_ticket(
        tickets.NewTicket(
            kind_code=kind,
            text=text,
            taker_id=user.id,
            unit_id=user.unit_id,
            contact_phone=customers.number_of_phone(contact.phone_id),
            contact_id=contact.id,
            client_op_id=message.pub,
        )
    )
    if message.ticket_id != ticket.id:
        message.ticket_id = ticket.id
        message.claimed_by_id = message.claimed_by_id or user.id
        if message.status == "new":
            message.status = "claimed"
        after = {"ticket": ticket.ticket_no}
        audit.record("voicemail.ticket", "voicemail", message.pub, after=after)
    return ticket


def _dial(message: Voicemail, user: Principal, ip: str) -> None:
    """Let the user's phone call the number, which only the server knows."""
    demand("call.transfer_outside")
    number = customers.number_of_phone(contact_of(message).phone_id)
    if not number:
        raise Invalid(_("来电没有号码，不能回拨"))
    view = live.find_agent(user.agent_no) if user.agent_no else None
    if view is None or "dial" not in view.get("allowed", ()):
        raise Conflict(_("先在坐席台签入，话机空闲时再回拨"))
    who = {"user_id": user.pub, "name": user.name}
    body = {"kind": "outside", "value": number, "by": who, "ip": ip}
    telephony.send("dial", agent_no=user.agent_no, body=body)
