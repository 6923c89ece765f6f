"""Finding a household, and its page."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.customers import (
    internal_routes,
    people_routes,
    premise_routes,
    queries,
    transfer_routes,
)
from crm_web.areas.customers.blueprint import bp, check_reach, in_reach
from crm_web.areas.customers.errors import NoSuchCustomer
from crm_web.areas.customers.history import timeline
from crm_web.security import require
from esl_controller.domain import numbers

__all__ = ["blueprints", "people_routes", "premise_routes", "transfer_routes"]
blueprints = (bp, internal_routes.bp)


@bp.get("/")
@require("customer.view")
def index() -> ResponseReturnValue:
    """Doors that fit what was typed; exactly one found by a number opens at once."""
    text = numbers.clean_text(request.args.get("q"), 64)
    result = queries.search(text, request.args.get("after", ""), narrow=in_reach)
    only = result.rows[0] if len(result.rows) == 1 and not request.args.get("after") else None
    if only is not None and text.isdigit() and len(text) >= 7:
        return redirect(url_for("customers.premise", pub=only.place.pub))
    if request.headers.get("HX-Request"):
        return render_template("customers/_rows.html", result=result, text=text)
    return render_template("customers/index.html", result=result, text=text)


@bp.get("/premises/<pub>")
@require("premise.view")
def premise(pub: str) -> ResponseReturnValue:
    check_reach(pub, "premise.view")
    return premise_routes.premise_page(pub)


@bp.get("/people/<pub>")
@require("customer.view")
def person(pub: str) -> ResponseReturnValue:
    card = queries.customer_card(pub)
    if card is None:
        raise NoSuchCustomer(_("没有这个用户"))
    return render_template(
        "customers/person.html", card=card, calls=timeline(customer_id=card.customer.id)
    )
