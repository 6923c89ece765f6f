"""How far a user's permissions reach over tickets."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm_web.areas.tickets import workflow
from crm_web.areas.tickets.errors import NoSuchTicket
from crm_web.areas.tickets.models import Ticket
from crm_web.extensions import db
from crm_web.security import can, demand, me, within


def in_reach(query: Any, permission: str = "ticket.view") -> Any:
    """Narrow a select of tickets: own = taken by me, tickets = assigned to me, unit = its owner."""
    user = me()
    own = or_(Ticket.taker_id == user.id, Ticket.assignee_id == user.id)
    if user.scope(permission) == "tickets":
        own = Ticket.assignee_id == user.id
    return within(query, permission, own=own, unit=Ticket.owner_unit_id)


def reaches(pub: str, permission: str) -> bool:
    """Whether the user's `permission` covers this ticket."""
    if not can(permission):
        return False
    query = in_reach(select(Ticket.id).where(Ticket.pub == pub), permission)
    return db.session.scalar(query) is not None


def check(pub: str) -> None:
    """Raise NoSuchTicket for one outside the user's view: it is not even admitted to exist."""
    if not reaches(pub, "ticket.view"):
        raise NoSuchTicket(_("没有这张工单"))


def demand_action(pub: str, action: workflow.Action) -> None:
    """Raise Forbidden unless the user may do `action` on this ticket."""
    demand(action.permission)
    if not reaches(pub, action.permission):
        raise NoSuchTicket(_("没有这张工单"))


def allowed(ticket: Ticket) -> list[workflow.Action]:
    """The actions that fit the ticket's state and the user's permissions."""
    return [
        action
        for action in workflow.actions_of(ticket.status)
        if can(action.permission) and reaches(ticket.pub, action.permission)
    ]
