"""Staff of the queues while they move: who serves one, who is asked first, and how calls are dealt.
Everything else of a queue is the administrator's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web import live
from crm_web.areas.desk.queries import state_names
from crm_web.areas.org import forms, queries, telephony
from crm_web.errors import Invalid
from crm_web.security import require

bp = Blueprint(
    "live_queues", __name__, url_prefix="/supervisor/queues", template_folder="templates"
)


@bp.get("")
@require("queue.change_live")
def index() -> ResponseReturnValue:
    return render_template(
        "supervisor/queues.html",
        queues=[queue for queue in queries.queues() if queue.active],
        views=live.queues(),
        strategies=telephony.STRATEGIES,
    )


@bp.get("/<code>")
@require("queue.change_live")
def queue(code: str) -> ResponseReturnValue:
    return _page(queries.get_active_queue(code), {}, 200)


@bp.post("/<code>")
@require("queue.change_live")
def change(code: str) -> ResponseReturnValue:
    found, form = queries.get_active_queue(code), request.form
    try:
        telephony.change_live(
            found, forms.text(form, "strategy", 32), forms.members(form), forms.ver(form)
        )
    except Invalid as error:
        return _page(found, error.details.get("fields", {}), 422)
    flash(_("已保存，配置已下发"), "ok")
    return redirect(url_for("live_queues.index"))


def _page(queue: Any, fields: dict[str, str], status: int) -> ResponseReturnValue:
    """Those who serve the queue stand first, in the order of asking: so it is kept when saved."""
    form, places = request.form, {m.agent_id: (m.tier_level, m.position) for m in queue.members}
    levels = {member.agent.agent_no: member.tier_level for member in queue.members}
    agents = [agent for agent in queries.agents() if agent.active]
    page = render_template(
        "supervisor/queue.html",
        queue=queue,
        strategy=forms.text(form, "strategy", 32) if form else queue.strategy,
        levels=dict(forms.members(form)) if form else levels,
        agents=sorted(agents, key=lambda agent: (*places.get(agent.id, (10, 0)), agent.agent_no)),
        views=live.agents(),
        states=state_names(),
        strategies=telephony.STRATEGIES,
        fields=fields,
    )
    return page, status
