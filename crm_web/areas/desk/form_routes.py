"""The forms beside a caller: their drafts, the door, the person, the ticket, the result."""

from __future__ import annotations

import re
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.desk import commands, drafts, labels, queries, services
from crm_web.areas.desk.blueprint import (
    DRAFTS_LIMIT,
    WRITES_LIMIT,
    bp,
    user_key,
)
from crm_web.extensions import limiter
from crm_web.json_input import sent_data, text_of
from crm_web.security import demand, me, require
from crm_web.transaction import on_commit, reads


@bp.get("/drafts/<contact_id>")
@require("desk.use")
def show_drafts(contact_id: str) -> ResponseReturnValue:
    """Forms in work beside a call, form → {rev, values, by, at}: also those of a colleague."""
    queries.own_call(me(), commands.contact_id(contact_id))
    return jsonify(drafts.all_of(contact_id))


@bp.post("/drafts/<contact_id>")
@require("desk.use")
@limiter.limit(DRAFTS_LIMIT, key_func=user_key)
@reads
def save_draft(contact_id: str) -> ResponseReturnValue:
    """{form, values, rev} → {rev}; 409 with the newer draft when somebody else wrote it."""
    user, data = me(), sent_data()
    queries.own_call(user, commands.contact_id(contact_id))
    rev = data.get("rev")
    saved = drafts.save(
        contact_id,
        text_of(data, "form", 16),
        data.get("values"),
        rev if isinstance(rev, int) else 0,
        {"name": user.name, "agent_no": services.agent_no_of(user)},
    )
    return jsonify(rev=saved["rev"])


@bp.post("/drafts/<contact_id>/discard")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
@reads
def discard_draft(contact_id: str) -> ResponseReturnValue:
    """Throw away the ticket that was not finished; a second time changes nothing."""
    services.discard_ticket_draft(me(), commands.contact_id(contact_id))
    return "", 204


@bp.post("/premise")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
def premise() -> ResponseReturnValue:
    """{contact_id, premise_id}: which door the call is about; whoever has the call sees it."""
    data = sent_data()
    contact_id = commands.contact_id(data.get("contact_id"))
    services.choose_premise(me(), contact_id, text_of(data, "premise_id", 26))
    return "", 204


@bp.post("/customer")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
def customer() -> ResponseReturnValue:
    """Say which door and person the call is about; {premise}."""
    demand("customer.edit")
    data = sent_data()
    contact_id = commands.contact_id(data.get("contact_id"))
    on_commit(lambda: drafts.drop(contact_id, "customer"))
    relation = text_of(data, "relation", 32)
    saved = services.save_caller(
        me(),
        contact_id,
        services.CallerForm(
            premise_pub=text_of(data, "premise_id", 26),
            customer_pub=text_of(data, "customer_id", 26),
            name=text_of(data, "name", 120),
            relation=relation if relation in labels.RELATIONS else "occupant",
            estate=text_of(data, "estate", 26),
            building=text_of(data, "building", 32),
            unit=text_of(data, "unit", 32),
            door=text_of(data, "door", 32),
        ),
    )
    return jsonify(premise=saved), 201


@bp.post("/tickets")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
def ticket() -> ResponseReturnValue:
    """Open a ticket with the call attached; {ticket_no, url}."""
    demand("ticket.create")
    data = sent_data()
    contact_id = commands.contact_id(data.get("contact_id"))
    on_commit(lambda: drafts.drop(contact_id, "ticket"))
    made = services.open_ticket(
        me(),
        contact_id,
        services.CallTicket(
            kind=text_of(data, "kind", 96),
            urgency=text_of(data, "urgency", 2),
            text=text_of(data, "text", 5000),
            premise_pub=text_of(data, "premise_id", 26),
            customer_pub=text_of(data, "customer_id", 26),
            address_text=text_of(data, "address_text"),
            contact_name=text_of(data, "contact_name", 80),
            contact_phone=text_of(data, "contact_phone", 32),
            op_id=_operation(data),
        ),
    )
    return jsonify(ticket_no=made.ticket_no, url=labels.ticket_url(made.pub)), 201


def _operation(data: dict[str, Any]) -> str:
    """The form's own id, so that a repeated send is the same ticket."""
    text = text_of(data, "op_id", 36)
    return text if re.fullmatch(r"[0-9A-Za-z-]{10,36}", text) else ""


@bp.post("/wrap-up")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
def wrap_up() -> ResponseReturnValue:
    """{contact_id, result, note, finish, reason} → 202 {id}: `finish` also ends the wrap-up,
    `reason` says why when it is `not_ready`."""
    data = sent_data()
    sent = services.save_wrap_up(
        me(),
        commands.contact_id(data.get("contact_id")),
        text_of(data, "result", 32),
        text_of(data, "note", 500),
        services.AfterWrapUp(text_of(data, "finish", 32), text_of(data, "reason", 32)),
    )
    return jsonify(id=sent, message=_("小结已存")), 202
