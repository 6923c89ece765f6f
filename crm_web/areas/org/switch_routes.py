"""Agents, queues and called numbers: what the switch is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from crm_web import audit
from crm_web.areas.org import flow_documents, forms, publishing, queries, telephony
from crm_web.areas.org.errors import Taken
from crm_web.areas.org.models import Agent, CalledNumber, Queue
from crm_web.errors import Conflict, Invalid
from crm_web.paging import Page, page_number, paginate
from crm_web.security import me, require

bp = Blueprint("telephony", __name__, url_prefix="/org", template_folder="templates")


@bp.get("/agents")
@require("telephony.edit")
def agents() -> ResponseReturnValue:
    found = _paged(queries.agents_statement())
    return render_template("org/agents.html", found=found, media=telephony.MEDIA)


def _paged(statement: Select[Any]) -> Page[Any]:
    return paginate(statement, page_number(request.args.get("page")))


def _phone_page(agent: Agent, secret: str) -> ResponseReturnValue:
    """What is typed into a desk phone: the only time that its password is seen."""
    settings = current_app.extensions["settings"]
    return render_template("org/phone.html", agent=agent, secret=secret, settings=settings)


@bp.post("/users/<pub>/agent")
@require("telephony.edit")
def create_agent(pub: str) -> ResponseReturnValue:
    user = queries.get_user(pub)
    agent_no = forms.text(request.form, "agent_no", 8)
    agent, secret = telephony.create_agent(user, agent_no, forms.text(request.form, "media", 16))
    if secret:
        return _phone_page(agent, secret)
    flash(_("已开通座席，配置已下发"), "ok")
    return redirect(url_for("telephony.agents"))


def _agent_page(agent: Agent, fields: dict[str, str], status: int = 200) -> ResponseReturnValue:
    page = render_template("org/agent.html", agent=agent, media=telephony.MEDIA, fields=fields)
    return page, status


@bp.get("/agents/<agent_no>")
@require("telephony.edit")
def agent(agent_no: str) -> ResponseReturnValue:
    return _agent_page(queries.get_agent(agent_no), {})


@bp.post("/agents/<agent_no>")
@require("telephony.edit")
def edit_agent(agent_no: str) -> ResponseReturnValue:
    form, found = request.form, queries.get_agent(agent_no)
    try:
        secret = telephony.edit_agent(
            found,
            media=forms.text(form, "media", 16),
            wrap_up_s=forms.number(form, "wrap_up_s") if form.get("wrap_up_s") else None,
            active=form.get("active") == "1",
            new_secret=form.get("new_secret") == "1",
            ver=forms.ver(form),
        )
    except Invalid as error:
        return _agent_page(found, error.details.get("fields", {}), 422)
    if secret:
        return _phone_page(found, secret)
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("telephony.agents"))


@bp.get("/queues")
@require("telephony.edit")
def queues() -> ResponseReturnValue:
    found = _paged(queries.queues_statement())
    return render_template("org/queues.html", found=found, latest=publishing.latest())


def _queue_page(queue: Queue | None, fields: dict[str, str], status: int) -> ResponseReturnValue:
    entered = forms.queue_form(request.form, queue.code if queue else "")
    present = {m.agent.agent_no: m.tier_level for m in queue.members} if queue else {}
    page = render_template(
        "org/queue.html",
        queue=queue,
        form=entered if request.method == "POST" else None,
        levels=dict(entered.members) if request.method == "POST" else present,
        agents=[item for item in queries.agents() if item.active],
        strategies=telephony.STRATEGIES,
        limits=telephony.LIMITS,
        fields=fields,
    )
    return page, status


@bp.get("/queues/new")
@require("telephony.edit")
def new_queue() -> ResponseReturnValue:
    return _queue_page(None, {}, 200)


@bp.post("/queues/new")
@require("telephony.edit")
def create_queue() -> ResponseReturnValue:
    try:
        telephony.save_queue(None, forms.queue_form(request.form), 0)
    except (Invalid, Conflict) as error:
        return _queue_page(None, error.details.get("fields", {}), 422)
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("telephony.queues"))


@bp.get("/queues/<code>")
@require("telephony.edit")
def queue(code: str) -> ResponseReturnValue:
    return _queue_page(queries.get_queue(code), {}, 200)


@bp.post("/queues/<code>")
@require("telephony.edit")
def edit_queue(code: str) -> ResponseReturnValue:
    found = queries.get_queue(code)
    try:
        telephony.save_queue(found, forms.queue_form(request.form, code), forms.ver(request.form))
    except Invalid as error:
        return _queue_page(found, error.details.get("fields", {}), 422)
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("telephony.queues"))


def _number_page(
    entry: CalledNumber | None, fields: dict[str, str], status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "org/number.html",
        entry=entry,
        flows=flow_documents.titles(),
        queues=[item for item in queries.queues() if item.active],
        fields=fields,
    )
    return page, status


@bp.get("/numbers")
@require("telephony.edit")
def numbers() -> ResponseReturnValue:
    return render_template(
        "org/numbers.html", found=_paged(queries.called_numbers_statement())
    )


@bp.get("/numbers/new")
@require("telephony.edit")
def new_number() -> ResponseReturnValue:
    return _number_page(None, {})


@bp.get("/numbers/<number>")
@require("telephony.edit")
def number(number: str) -> ResponseReturnValue:
    return _number_page(telephony.get_number(number), {})


@bp.post("/numbers/new")
@require("telephony.edit")
def create_number() -> ResponseReturnValue:
    return _save_number(None)


@bp.post("/numbers/<number>")
@require("telephony.edit")
def edit_number(number: str) -> ResponseReturnValue:
    return _save_number(telephony.get_number(number))


def _save_number(entry: CalledNumber | None) -> ResponseReturnValue:
    form = request.form
    try:
        telephony.save_number(
            entry,
            number=forms.text(form, "number", 20),
            label=forms.text(form, "label", 80),
            flow_code=forms.text(form, "flow_code", 64),
            queue_code=forms.text(form, "queue_code", 32),
            active=form.get("active") == "1",
            ver=forms.ver(form),
        )
    except (Invalid, Taken) as error:
        status = 409 if isinstance(error, Taken) else 422
        return _number_page(entry, error.details.get("fields", {}), status)
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("telephony.numbers"))


@bp.post("/publish")
@require("telephony.edit")
def publish() -> ResponseReturnValue:
    """Send the present configuration again, as after a Redis that lost it."""
    version = publishing.publish(me().id).version
    audit.record("config.publish", "config", version)
    flash(_("已下发第 %(version)s 版", version=version), "ok")
    return redirect(url_for("telephony.queues"))
