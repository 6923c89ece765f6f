"""留言: messages that callers left for a group or an agent."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web.areas.calls import media, queries, voicemails, words
from crm_web.areas.org.models import User
from crm_web.areas.tickets import queries as tickets
from crm_web.extensions import db
from crm_web.security import can, require
from crm_web.transaction import writes

blueprint = Blueprint(
    "voicemails", __name__, url_prefix="/voicemails", template_folder="templates"
)

MOST_LISTED = 10_000


def _statuses() -> dict[str, str]:
    return {
        "new": _("新留言"),
        "claimed": _("处理中"),
        "called_back": _("已回拨"),
        "closed": _("已办结"),
    }


@blueprint.get("/")
@require("voicemail.handle")
def index() -> str:
    """The newest messages within reach."""
    args = request.args
    return render_template(
        "calls/voicemails.html",
        found=voicemails.listed(args.get("status", ""), bool(args.get("mine")), args.get("before")),
        new=voicemails.count_new(MOST_LISTED),
        statuses=_statuses(),
        queues=queries.queue_names(),
        agents=queries.agent_names(),
        contact_of=voicemails.contact_of,
    )


@blueprint.get("/<pub>")
@require("voicemail.handle")
def show(pub: str) -> str:
    """One message: hear it, do something about it."""
    message = voicemails.find(pub)
    claimed_by = db.session.get(User, message.claimed_by_id) if message.claimed_by_id else None
    return render_template(
        "calls/voicemail.html",
        message=message,
        recording=voicemails.sound_of(message),
        contact=voicemails.contact_of(message),
        statuses=_statuses(),
        queues=queries.queue_names(),
        agents=queries.agent_names(),
        claimed_by=claimed_by.display_name if claimed_by else "",
        tickets=tickets.tickets_of_contact(message.contact_id),
        kinds=[(c, n) for _group, rows in tickets.kind_choices() for c, n, _urgency in rows],
        may_write=can("ticket.create"),
        may_dial=can("call.transfer_outside"),
        words=words,
    )


@blueprint.get("/<pub>/sound")
@require("voicemail.handle")
@writes
def sound(pub: str) -> Response:
    """The sound of a message; hearing it is written down."""
    recording = voicemails.sound_of(voicemails.find(pub))
    media.note_listening(recording)
    answer = media.sent(
        recording,
        lambda path: send_file(path, mimetype="audio/wav", conditional=True, max_age=0),
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/<pub>/peaks")
@require("voicemail.handle")
def peaks(pub: str) -> Response:
    """Its outline for the player."""
    return jsonify(media.peaks_of(voicemails.sound_of(voicemails.find(pub))))


@blueprint.post("/<pub>")
@require("voicemail.handle")
def act(pub: str) -> ResponseReturnValue:
    """claim, note, close, call_back, reached, at the version that the page showed."""
    form = request.form
    ver = form.get("ver", "")
    voicemails.act(
        pub,
        form.get("action", ""),
        int(ver) if ver.isascii() and ver.isdigit() and len(ver) < 9 else 0,
        form.get("note", ""),
        request.remote_addr or "",
    )
    flash(_("已保存"), "ok")
    return redirect(url_for("voicemails.show", pub=pub))


@blueprint.post("/<pub>/ticket")
@require("voicemail.handle")
def ticket(pub: str) -> ResponseReturnValue:
    """Write a ticket about it."""
    made = voicemails.open_ticket(
        pub, request.form.get("kind", "")[:96], request.form.get("text", "")[:5000]
    )
    return redirect(url_for("tickets.detail", pub=made.pub))
