"""The board, the list, a ticket with its history, and the actions on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.customers import queries as customers
from crm_web.areas.org import queries as org
from crm_web.areas.tickets import access, chain, forms, queries, services, urgency, workflow
from crm_web.areas.tickets.errors import BadTicket, ChangedMeanwhile, NoSuchKind
from crm_web.areas.tickets.workflow import ActionRefused
from crm_web.columns import to_ms, utc_now
from crm_web.errors import Invalid
from crm_web.security import me, reason_for, require
from esl_controller.domain import numbers
from esl_controller.domain.ids import new_ulid

bp = Blueprint(
    "tickets",
    __name__,
    url_prefix="/tickets",
    template_folder="templates",
    static_folder="static",
)
blueprints = (bp,)

LANES = (
    (workflow.OPEN, workflow.RETURNED),
    (workflow.DISPATCHED,),
    (workflow.ACCEPTED, workflow.EN_ROUTE),
    (workflow.ON_SITE,),
)
SHUT = ((workflow.FINISHED, workflow.WRITTEN_OFF), (workflow.CLOSED,))
LINE = ("open", "dispatched", "accepted", "on_site", "finished", "closed")


@bp.context_processor
def _words() -> dict[str, Any]:
    now = utc_now()
    return {
        "state_names": workflow.STATE_NAMES,
        "urgency_names": urgency.NAMES,
        "action_names": {code: action.name for code, action in workflow.ACTIONS.items()},
        "deadline_of": lambda ticket: queries.deadline_of(ticket, now),
        "time_left": lambda due: urgency.spoken_left(due, now),
    }


@bp.get("/")
@require("ticket.view")
def index() -> ResponseReturnValue:
    """The board: a lane for each state that somebody must leave."""
    wanted = forms.list_filter(request.args, me())
    return render_template(
        "tickets/board.html",
        lanes=[(states, *queries.lane(wanted, states, access.in_reach)) for states in LANES],
        shut=[(states, queries.lane_count(wanted, states, access.in_reach)) for states in SHUT],
        mine=request.args.get("mine") == "1",
        text=wanted.text,
        kinds=queries.kind_choices(),
    )


@bp.get("/list")
@require("ticket.view")
def listing() -> ResponseReturnValue:
    wanted = forms.list_filter(request.args, me())
    rows, after = queries.list_tickets(
        wanted, forms.cursor(request.args), narrow=access.in_reach
    )
    kept = {key: value for key, value in request.args.items() if key != "after"}
    return render_template(
        "tickets/list.html",
        rows=rows,
        kinds=queries.kind_choices(),
        older="?" + urlencode({**kept, "after": f"{to_ms(after[0])}-{after[1]}"}) if after else "",
    )


def _form_page(status: int = 200, **about: Any) -> ResponseReturnValue:
    pub = about["wanted"].premise_pub
    place = customers.place_by_pub(pub) if pub else None
    premise_id = place.id if place else 0
    card = customers.premise_card(pub) if place else None
    page = render_template(
        "tickets/new.html",
        **{"errors": {}, **about},
        place=place,
        card=card,
        people_options=[(line.pub, line.name) for line in card.people] if card else [],
        kinds=queries.kind_choices(),
        duplicates=queries.duplicates_of(premise_id) if premise_id else [],
        client_op_id=about["wanted"].client_op_id or new_ulid(),
    )
    return page, status


@bp.get("/new")
@require("ticket.create")
def new() -> ResponseReturnValue:
    return _form_page(wanted=forms.new_ticket(request.args, me()))


@bp.post("/new")
@require("ticket.create")
def create() -> ResponseReturnValue:
    wanted = forms.new_ticket(request.form, me())
    try:
        ticket = services.open_ticket(wanted)
    except (BadTicket, NoSuchKind) as error:
        return _form_page(422, wanted=wanted, errors=error.details["fields"])
    flash(_("已建工单 %(no)s", no=ticket.ticket_no))
    return redirect(url_for("tickets.detail", pub=ticket.pub))


@bp.get("/duplicates")
@require("ticket.view")
def duplicates() -> ResponseReturnValue:
    """A hint while the form is written: what is open at this door already."""
    premise_id = customers.premise_id_of(request.args.get("premise"))
    rows = (
        queries.duplicates_of(premise_id, forms.text(request.args, "kind", 96))
        if premise_id
        else []
    )
    return render_template("tickets/_duplicates.html", duplicates=rows)


def _detail_page(pub: str, status: int = 200, **about: Any) -> ResponseReturnValue:
    access.check(pub)
    ticket = queries.get_ticket(pub)
    page = render_template(
        "tickets/detail.html",
        **{"error": "", "note": "", "failed": "", "fields": {}, **about},
        ticket=ticket,
        place=customers.places_by_id([ticket.premise_id]).get(ticket.premise_id)
        if ticket.premise_id
        else None,
        phone=numbers.mask(customers.number_of_phone(ticket.phone_id)) if ticket.phone_id else "",
        customer=customers.customer_by_id(ticket.customer_id),
        steps=list(reversed(ticket.steps)),
        broken=chain.first_break(ticket.ticket_no, ticket.steps),
        people=org.user_names([step.actor_id for step in ticket.steps] + [ticket.assignee_id]),
        actions=access.allowed(ticket),
        workers=org.users_who_can("ticket.work"),
        units=[(str(unit.id), unit.name) for unit in org.units() if unit.kind != "company"],
        line=_line(ticket.status),
        contacts=queries.contact_pubs(ticket.id),
        has_calls="calls.show" in current_app.view_functions,
    )
    return page, status


def _line(status: str) -> list[tuple[str, str]]:
    """(state, class) of the stops on the ticket's line."""
    place = {"returned": 0, "en_route": 2, "written_off": 4, "void": -1}.get(
        status, LINE.index(status) if status in LINE else -1
    )
    return [
        (state, "is-done" if at < place or status == "closed" else "is-now" if at == place else "")
        for at, state in enumerate(LINE)
    ]


@bp.get("/<pub>")
@require("ticket.view")
def detail(pub: str) -> ResponseReturnValue:
    return _detail_page(pub)


@bp.post("/<pub>/actions/<code>")
@require("ticket.view")
def act(pub: str, code: str) -> ResponseReturnValue:
    """One action of the workflow; its own permission is checked beside the view's."""
    access.check(pub)
    action = workflow.find_action(code)
    if action is None:
        raise ActionRefused(_("没有这个操作"), action=code)
    access.demand_action(pub, action)
    note = forms.text(request.form, "note", 1001)
    user = me()
    try:
        reason_for(action.permission, note)
        ticket = services.act(
            pub,
            code,
            services.By(user.id, user.unit_id),
            note=note,
            ver=forms.whole(request.form, "ver"),
            assignee_id=org.user_id_of(forms.text(request.form, "assignee", 26)),
            unit_id=org.unit_id_of(forms.whole(request.form, "unit")),
            client_op_id=forms.text(request.form, "client_op_id", 36) or None,
        )
    except (ActionRefused, ChangedMeanwhile) as error:
        return _detail_page(pub, 409, error=error.message, note=note, failed=code)
    except Invalid as error:
        fields = error.details["fields"]  # the note is the reason where one is demanded
        fields = {**fields, "note": fields.get("note") or fields.get("reason", "")}
        return _detail_page(pub, 422, fields=fields, note=note, failed=code)
    flash(_("%(no)s：%(action)s", no=ticket.ticket_no, action=str(action.name)))
    return redirect(url_for("tickets.detail", pub=pub))
