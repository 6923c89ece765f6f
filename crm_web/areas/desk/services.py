"""What an agent does at the desk, beside the buttons of the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm_web import audit, telephony
from crm_web.areas.calls import services as calls
from crm_web.areas.customers import queries as customers_queries
from crm_web.areas.customers import services as customers
from crm_web.areas.customers.errors import Duplicate
from crm_web.areas.desk import commands, drafts, household, queries
from crm_web.areas.desk.errors import NotAnAgent, NotYourCall, ResultMissing
from crm_web.areas.org import queries as org
from crm_web.areas.tickets import services as tickets
from crm_web.security import Principal, demand
from esl_controller.domain import numbers

MAX_NOTE = 500
AFTER_WRAP_UP = ("finish_wrap_up", "ready", "not_ready")


def agent_no_of(user: Principal) -> str:
    """The user's agent number; raises NotAnAgent."""
    if not user.agent_no:
        raise NotAnAgent(_("你的账号没有坐席工号，请管理员设置。"))
    return user.agent_no


def by(user: Principal) -> dict[str, str]:
    """Who gives a command, as the controller writes it down."""
    return {"user_id": user.pub, "name": user.name}


def send_command(user: Principal, action: str, raw_body: Any, ip: str) -> str:
    """Check and send an agent's own command; returns its id. Raises BadCommand."""
    body = commands.checked_body(action, raw_body)
    if action in commands.RECORDING:
        demand("recording.control")
    if body.get("kind") == "outside":
        demand("call.transfer_outside")
        body = {"kind": "outside", "value": _number_of(user, body), **_contact_of(body)}
    return telephony.send(
        action,
        agent_no=agent_no_of(user),
        contact_id=body.get("contact_id"),
        body={**body, "by": by(user), "ip": ip},
    )


def _contact_of(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"contact_id": body["contact_id"]} if body.get("contact_id") else {}


def _number_of(user: Principal, body: Mapping[str, Any]) -> str:
    """The whole number behind what the page sent; raises BadCommand. It goes to the controller
    only, never back to the page."""
    if "value" in body:
        return str(body["value"])
    if "caller_of" in body:
        if not user.can("contact.view"):
            queries.own_call(user, body["caller_of"])
        found = household.raw_number(body["caller_of"])
    elif "callback_of" in body:
        demand("ticket.view")
        found = tickets.callback_number(body["callback_of"])
    else:
        demand("customer.view")
        found = customers_queries.number_of_link(body["phone_link_id"])
    if not found:
        raise commands.BadCommand(_("这个号码已经不在了，拨不出去"))
    return found


def shown_number(user: Principal, given: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """What `dial` takes for a number that stands on a page, and the number masked.

    Raises BadCommand.
    """
    demand("call.transfer_outside")
    what = commands.number_on_file(given)
    if not what:
        raise commands.BadCommand(_("这个号码已经不在了，拨不出去"))
    return what, numbers.mask(_number_of(user, what))


@dataclass(frozen=True)
class CallerForm:
    """Who is calling, as entered: a known door (`premise_pub`) or a new one by its parts."""

    premise_pub: str = ""
    customer_pub: str = ""
    name: str = ""
    relation: str = "occupant"
    estate: str = ""
    building: str = ""
    unit: str = ""
    door: str = ""


def _citizens_call(user: Principal, contact_id: str) -> dict[str, Any]:
    """An own call that a household can belong to; raises BadCommand for one between colleagues."""
    call = queries.own_call(user, contact_id)
    if call.get("direction") == "internal":
        raise commands.BadCommand(_("内部通话没有用户"))
    return call


def save_caller(user: Principal, contact_id: str, wanted: CallerForm) -> str:
    """Say which door and person a call is about; the number is remembered for the next time.

    Returns the premise's public id. Raises the customers area's BadInput. A door that is on file
    already is taken, not refused: two agents may hear the same address at the same time.
    """
    call = _citizens_call(user, contact_id)
    premise = customers.get_premise(wanted.premise_pub or _new_premise(wanted))
    customer = None
    if wanted.customer_pub:
        customer = customers.get_customer(wanted.customer_pub)
    elif wanted.name.strip():
        customer = customers.create_customer(customers.CustomerInput(name=wanted.name))
        customers.add_person(premise, customer, wanted.relation)
    customers.link_caller(household.raw_number(contact_id), premise, customer)
    contact = calls.ensure_contact(call)
    contact.premise_id = premise.id
    if customer is not None:
        contact.customer_id = customer.id
    audit.record(
        "contact.identify",
        "contact",
        contact_id,
        after={"premise": premise.pub, "customer": customer.pub if customer else None},
    )
    return premise.pub


def choose_premise(user: Principal, contact_id: str, premise_pub: str) -> None:
    """Say which door a call is about: one that the number stands for, or any that the user may
    look up. It goes along with the call, and the call stands in that household's history."""
    call = _citizens_call(user, contact_id)
    known = household.profile_of(call).get("premises") or ()
    if not any(brief["premise_id"] == premise_pub for brief in known):
        demand("premise.view")
    premise = customers.get_premise(premise_pub)
    contact = calls.ensure_contact(call)
    if contact.premise_id == premise.id:
        return
    before = customers_queries.premise_by_id(contact.premise_id)
    contact.premise_id = premise.id
    audit.record(
        "contact.identify",
        "contact",
        contact_id,
        before={"premise": before.pub if before else None},
        after={"premise": premise.pub},
    )


def _new_premise(wanted: CallerForm) -> str:
    try:
        made = customers.create_premise(
            customers.PremiseInput(
                estate_pub=wanted.estate,
                building=wanted.building,
                unit=wanted.unit,
                door=wanted.door,
            )
        )
    except Duplicate as error:
        return str(error.details["pub"])
    return made.pub


@dataclass(frozen=True)
class CallTicket:
    """A ticket written beside the caller. `dispatch_to` is a unit's row id, None = save only."""

    kind: str
    urgency: str
    text: str
    premise_pub: str = ""
    customer_pub: str = ""
    address_text: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    op_id: str = ""


def open_ticket(user: Principal, contact_id: str, wanted: CallTicket) -> Any:
    """Open a ticket with the call attached; raises the tickets area's BadTicket."""
    contact = calls.ensure_contact(_citizens_call(user, contact_id))
    phone = wanted.contact_phone.strip() or household.raw_number(contact_id)
    ticket = tickets.open_ticket(
        tickets.NewTicket(
            kind_code=wanted.kind,
            text=wanted.text,
            taker_id=user.id,
            unit_id=user.unit_id,
            urgency=wanted.urgency,
            premise_pub=wanted.premise_pub,
            customer_pub=wanted.customer_pub,
            address_text=wanted.address_text,
            contact_name=wanted.contact_name,
            contact_phone=phone,
            contact_id=contact.id,
            client_op_id=wanted.op_id or None,
        )
    )
    if ticket.premise_id and contact.premise_id is None:
        contact.premise_id = ticket.premise_id
    return ticket


def discard_ticket_draft(user: Principal, contact_id: str) -> None:
    """Throw away the ticket that was begun beside a call, as its last agent; raises NotYourCall."""
    contact = queries.find_contact(contact_id)
    if contact is None or contact.last_agent_id != user.agent_id:
        raise NotYourCall(_("这通电话不在你这里"))
    drafts.drop(contact_id, "ticket")


@dataclass(frozen=True)
class AfterWrapUp:
    """How the wrap-up shall end, '' = it goes on; `reason` belongs to `not_ready`."""

    action: str = ""
    reason: str = ""


def save_wrap_up(
    user: Principal, contact_id: str, result: str, note: str, then: AfterWrapUp
) -> str | None:
    """Store what a talk came to, and end the wrap-up when `then` names how.

    Saving again corrects it. Raises ResultMissing, and BadCommand for a missing reason. Returns
    the command's id, None when the wrap-up goes on.
    """
    call = queries.own_call(user, contact_id)
    item = org.find_item("wrap_up_result", result) if result != "no_result" else None
    if item is None:
        message = _("选一个通话结果")
        raise ResultMissing(message, fields={"result": message})
    contact = calls.ensure_contact(call)
    calls.save_wrap_up(contact, user.agent_id, item.id, note.strip()[:MAX_NOTE])
    audit.record("contact.wrap_up", "contact", contact_id, after={"result": result})
    if then.action not in AFTER_WRAP_UP:
        return None
    body = commands.checked_body(then.action, {"reason": then.reason})
    return telephony.send(
        then.action,
        agent_no=agent_no_of(user),
        contact_id=contact_id,
        body={**body, "contact_id": contact_id, "by": by(user)},
    )
