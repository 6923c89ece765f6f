"""Entering, correcting and retiring people and organisations."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.customers import forms, people
from crm_web.areas.customers.blueprint import bp
from crm_web.areas.customers.errors import BadInput, ChangedMeanwhile
from crm_web.areas.customers.models import Customer
from crm_web.security import require


def _form_page(status: int = 200, **about: object) -> ResponseReturnValue:
    page = render_template(
        "customers/person_form.html", **{"errors": {}, "theirs": None, "pub": "", **about}
    )
    return page, status


def _present(row: Customer) -> people.CustomerInput:
    return people.CustomerInput(
        row.name,
        row.kind,
        row.gender,
        row.class_code,
        row.vip_level,
        tuple(row.care_flags or ()),
        row.note,
        row.name_pinyin,
    )


@bp.get("/people/new")
@require("customer.edit")
def new_person() -> ResponseReturnValue:
    return _form_page(wanted=people.CustomerInput(name=forms.text(request.args, "name", 60)))


@bp.post("/people/new")
@require("customer.edit")
def create_person() -> ResponseReturnValue:
    wanted = forms.customer_input(request.form)
    try:
        row = people.create_customer(wanted)
    except BadInput as error:
        return _form_page(422, wanted=wanted, errors=error.details["fields"])
    flash(_("已登记"))
    return redirect(url_for("customers.person", pub=row.pub))


@bp.get("/people/<pub>/edit")
@require("customer.edit")
def edit_person(pub: str) -> ResponseReturnValue:
    row = people.get_customer(pub)
    return _form_page(wanted=_present(row), pub=pub, ver=row.ver)


@bp.post("/people/<pub>/edit")
@require("customer.edit")
def save_person(pub: str) -> ResponseReturnValue:
    wanted, ver = forms.customer_input(request.form), forms.number(request.form, "ver")
    try:
        people.update_customer(pub, wanted, ver)
    except BadInput as error:
        return _form_page(422, wanted=wanted, pub=pub, ver=ver, errors=error.details["fields"])
    except ChangedMeanwhile:
        row = people.get_customer(pub)
        return _form_page(409, wanted=wanted, pub=pub, ver=row.ver, theirs=_present(row))
    flash(_("已保存"))
    return redirect(url_for("customers.person", pub=pub))


@bp.post("/people/<pub>/delete")
@require("customer.edit")
def delete_person(pub: str) -> ResponseReturnValue:
    people.delete_customer(pub)
    flash(_("已删除"))
    return redirect(url_for("customers.index"))


@bp.post("/people/<pub>/mark")
@require("customer.edit")
def mark_person(pub: str) -> ResponseReturnValue:
    people.mark_customer(pub, gone=request.form.get("gone") == "1")
    return redirect(url_for("customers.person", pub=pub))
