"""Entering, correcting and retiring doors, their people, numbers and accounts."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.customers import forms, links, people, places, premises, queries
from crm_web.areas.customers.blueprint import bp, check_reach
from crm_web.areas.customers.errors import (
    BadInput,
    BadPhone,
    ChangedMeanwhile,
    Duplicate,
    NoSuchAccount,
    NoSuchLink,
    NoSuchPremise,
)
from crm_web.areas.customers.history import timeline
from crm_web.areas.customers.models import PhoneLink
from crm_web.errors import Invalid
from crm_web.security import reason_for, require
from crm_web.transaction import rollback


def _form_page(status: int = 200, **about: object) -> ResponseReturnValue:
    page = render_template(
        "customers/premise_form.html",
        **{"errors": {}, "theirs": None, "duplicate": "", "pub": "", **about},
        estates=[(row.pub, row.name) for row in queries.all_estates()],
    )
    return page, status


def _back(pub: str) -> ResponseReturnValue:
    return redirect(url_for("customers.premise", pub=pub))


def premise_page(pub: str, **about: Any) -> str:
    """The page of one household; NoSuchPremise when there is none. About a refused form:
    `failed` ("person" or "phone") and `fields`, field names to messages."""
    card = queries.premise_card(pub)
    if card is None:
        raise NoSuchPremise(_("没有这一户"))
    return render_template(
        "customers/premise.html",
        **{"failed": "", "fields": {}, **about},
        card=card,
        people_options=[(line.pub, line.name) for line in card.people],
        calls=timeline(premise_id=card.premise.id),
    )


def _refused(pub: str, form: str, error: Invalid) -> ResponseReturnValue:
    rollback()  # what the form had entered before it failed must not show as there
    return premise_page(pub, failed=form, fields=error.details["fields"]), 422


@bp.get("/premises/new")
@require("customer.edit")
def new_premise() -> ResponseReturnValue:
    return _form_page(wanted=forms.premise_input(request.args))


@bp.post("/premises/new")
@require("customer.edit")
def create_premise() -> ResponseReturnValue:
    wanted = forms.premise_input(request.form)
    try:
        row = premises.create_premise(wanted)
    except BadInput as error:
        return _form_page(422, wanted=wanted, errors=error.details["fields"])
    except Duplicate as error:
        return _form_page(409, wanted=wanted, duplicate=error.details["pub"])
    flash(_("已登记"))
    return _back(row.pub)


@bp.get("/premises/<pub>/edit")
@require("customer.edit")
def edit_premise(pub: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    row = premises.get_premise(pub)
    return _form_page(wanted=_present(pub), pub=pub, ver=row.ver)


def _present(pub: str) -> premises.PremiseInput:
    row = premises.get_premise(pub)
    place = places.places_by_id([row.id])[row.id]
    estate = row.building_unit.building.estate
    return premises.PremiseInput(
        estate.pub, place.building, place.unit, place.door, row.kind, row.address_label
    )


@bp.post("/premises/<pub>/edit")
@require("customer.edit")
def save_premise(pub: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    wanted, ver = forms.premise_input(request.form), forms.number(request.form, "ver")
    try:
        premises.update_premise(pub, wanted, ver)
    except BadInput as error:
        return _form_page(422, wanted=wanted, pub=pub, ver=ver, errors=error.details["fields"])
    except Duplicate as error:
        page = {"wanted": wanted, "pub": pub, "ver": ver, "duplicate": error.details["pub"]}
        return _form_page(409, **page)
    except ChangedMeanwhile:
        now = premises.get_premise(pub)
        return _form_page(409, wanted=wanted, pub=pub, ver=now.ver, theirs=_present(pub))
    flash(_("已保存"))
    return _back(pub)


@bp.post("/premises/<pub>/delete")
@require("customer.edit")
def delete_premise(pub: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    premises.delete_premise(pub)
    flash(_("已删除"))
    return redirect(url_for("customers.index"))


@bp.post("/premises/<pub>/mark")
@require("customer.edit")
def mark_premise(pub: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    premises.mark_premise(pub, gone=request.form.get("gone") == "1")
    return _back(pub)


@bp.post("/premises/<pub>/people")
@require("customer.edit")
def add_person(pub: str) -> ResponseReturnValue:
    """A person at this door: an existing one by public id, else a new one by name."""
    check_reach(pub, "customer.edit")
    row = premises.get_premise(pub)
    known = forms.text(request.form, "customer", 26)
    try:
        who = (
            people.get_customer(known)
            if known
            else people.create_customer(forms.customer_input(request.form))
        )
        relation = forms.text(request.form, "relation", 16) or "occupant"
        people.add_person(row, who, relation)
        phone = forms.text(request.form, "phone", 64)
        if phone:
            links.link_phone(phone, customer=who, premise=row, relation=relation)
    except (BadInput, BadPhone) as error:
        return _refused(pub, "person", error)
    flash(_("已登记"))
    return _back(pub)


@bp.post("/premises/<pub>/people/<int:row_id>/end")
@require("customer.edit")
def end_person(pub: str, row_id: int) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    people.end_person(premises.get_premise(pub), row_id)
    return _back(pub)


@bp.post("/premises/<pub>/phones")
@require("customer.edit")
def add_phone(pub: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    row = premises.get_premise(pub)
    known = forms.text(request.form, "customer", 26)
    who = people.get_customer(known) if known else None
    try:
        links.link_phone(forms.text(request.form, "phone", 64), customer=who, premise=row)
    except BadPhone as error:
        return _refused(pub, "phone", error)
    flash(_("已登记"))
    return _back(pub)


def _link_at(pub: str, link_id: int) -> PhoneLink:
    """The link when it belongs to this door or to somebody living there; else NoSuchLink."""
    card = queries.premise_card(pub)
    if card is None or link_id not in {line.id for line in card.phones}:
        raise NoSuchLink(_("没有这个号码"))
    return links.get_link(link_id)


@bp.post("/premises/<pub>/phones/<int:link_id>/end")
@require("customer.edit")
def end_phone(pub: str, link_id: int) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    links.end_link(_link_at(pub, link_id).id)
    flash(_("这个号码不再属于这一户"))
    return _back(pub)


@bp.post("/premises/<pub>/phones/<int:link_id>/unmask")
@require("customer.unmask")
def unmask(pub: str, link_id: int) -> ResponseReturnValue:
    """The full number, once, for a reason; every reveal is in the audit log."""
    check_reach(pub, "customer.view")
    link = _link_at(pub, link_id)
    reason = reason_for("customer.unmask", request.form.get("reason"))
    number = links.unmask(link.id, reason)
    if request.headers.get("HX-Request"):
        return render_template("customers/_number.html", number=number)
    return {"number": number}


@bp.post("/premises/<pub>/accounts/<account_no>")
@require("customer.edit")
def save_account(pub: str, account_no: str) -> ResponseReturnValue:
    check_reach(pub, "customer.edit")
    account = queries.get_account(account_no)
    if account.premise.pub != pub:
        raise NoSuchAccount(_("没有这个户号"))
    premises.update_account(
        account,
        forms.text(request.form, "status", 16),
        forms.text(request.form, "usage_class", 40),
        forms.number(request.form, "ver"),
    )
    flash(_("已保存"))
    return _back(pub)
