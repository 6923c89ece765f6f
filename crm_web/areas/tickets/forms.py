"""Reading the area's forms and list filters."""

from __future__ import annotations

from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from crm_web import localtime
from crm_web.areas.tickets import urgency, workflow
from crm_web.areas.tickets.queries import TicketFilter, find_kind_id
from crm_web.areas.tickets.services import NewTicket
from crm_web.columns import from_ms
from crm_web.security import Principal

Form = MultiDict[str, str]


def text(form: Form, name: str, limit: int = 5000) -> str:
    return (form.get(name) or "").strip()[:limit]


def whole(form: Form, name: str) -> int | None:
    """A whole number, None for anything else."""
    value = text(form, name, 18)
    return int(value) if value.isascii() and value.isdigit() else None


def day(form: Form, name: str) -> date | None:
    """A day, None for anything else; the ends of the calendar have no bounds in UTC."""
    try:
        found = date.fromisoformat(text(form, name, 10))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 3000 else None


def new_ticket(form: Form, user: Principal) -> NewTicket:
    return NewTicket(
        kind_code=text(form, "kind", 96),
        text=text(form, "text"),
        taker_id=user.id,
        unit_id=user.unit_id,
        urgency=text(form, "urgency", 2),
        premise_pub=text(form, "premise", 26),
        customer_pub=text(form, "customer", 26),
        address_text=text(form, "address_text", 255),
        contact_name=text(form, "contact_name", 80),
        contact_phone=text(form, "contact_phone", 64),
        account_no=text(form, "account_no", 32),
        source_channel="desk",
        client_op_id=text(form, "client_op_id", 36) or None,
    )


def list_filter(args: Form, user: Principal) -> TicketFilter:
    """What the address of a list asks for; what can't be read does not narrow it."""
    state = text(args, "state", 16)
    since, until = day(args, "since"), day(args, "until")
    return TicketFilter(
        states=(
            workflow.UNFINISHED_STATES
            if state == "unfinished"
            else (state,) if state in workflow.STATES else ()
        ),
        kind_id=find_kind_id(text(args, "kind", 96)),
        urgency=text(args, "urgency", 2) if args.get("urgency") in urgency.URGENCIES else "",
        mine_id=user.id if args.get("mine") == "1" else None,
        opened_from=localtime.day_bounds(since)[0] if since else None,
        opened_to=localtime.day_bounds(until)[1] if until else None,
        text=text(args, "q", 64),
    )


def cursor(args: Form) -> tuple[datetime, int] | None:
    """The keyset position "ms-id" of a list, None for the top."""
    ms, _, row_id = text(args, "after", 40).partition("-")
    if not (ms.isascii() and ms.isdigit() and row_id.isascii() and row_id.isdigit()):
        return None
    try:
        return from_ms(int(ms)), int(row_id)
    except (ValueError, OverflowError):
        return None
