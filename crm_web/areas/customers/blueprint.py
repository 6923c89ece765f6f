"""The area's blueprint, and what all its pages share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from crm_web.areas.customers import labels, places
from crm_web.areas.customers.errors import NoSuchPremise
from crm_web.areas.customers.models import Estate, Premise
from crm_web.areas.tickets.queries import STATE_NAMES
from crm_web.extensions import db
from crm_web.security import within

bp = Blueprint(
    "customers",
    __name__,
    url_prefix="/customers",
    template_folder="templates",
    static_folder="static",
)


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "ticket_states": STATE_NAMES}


def in_reach(query: Any, permission: str = "customer.view") -> Any:
    """Narrow a statement that is joined up to the estate to the user's scope."""
    return within(query, permission, unit=Estate.service_unit_id)


def check_reach(pub: str, permission: str = "customer.view") -> None:
    """Raise NoSuchPremise for a door outside the user's scope: it is not even admitted to exist."""
    query = in_reach(places.place_query().where(Premise.pub == pub), permission)
    if db.session.execute(query.limit(1)).first() is None:
        raise NoSuchPremise(_("没有这一户"))
