"""Call records: the list, one contact, and its recordings."""

from __future__ import annotations

from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
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
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header

from crm_web.areas.calls import (
    gaps_routes,
    marks,
    media,
    ongoing,
    queries,
    rules_routes,
    search,
    services,
    timeline,
    track,
    voicemail_routes,
    words,
)
from crm_web.areas.tickets.queries import tickets_of_contact
from crm_web.security import can, require
from crm_web.transaction import writes

blueprint = Blueprint(
    "calls", __name__, url_prefix="/calls", template_folder="templates", static_folder="static"
)
blueprints = (
    blueprint, rules_routes.blueprint, gaps_routes.blueprint, voicemail_routes.blueprint
)  # fmt: skip


@blueprint.get("/")
@require("contact.view")
def index() -> str:
    """The newest contacts that fit the filter."""
    args = request.args
    found = search.list_contacts(search.wanted_of(args), args.get("before"))
    return render_template(
        "calls/index.html",
        found=found,
        may_mark=can(marks.MARK),
        marked=marks.reasons_of([contact.id for contact in found.items]),
        agents=queries.agent_names(),
        queues=queries.queue_names(),
        agent_choices=queries.agent_choices(),
        queue_choices=queries.queue_choices(),
        result_choices=queries.result_choices(),
        words=words,
        whole_number=can("customer.unmask"),
    )


@blueprint.get("/<pub>")
@require("contact.view")
def show(pub: str) -> str:
    """One contact from the first ring to the end of its wrap-up."""
    record = queries.get_record(pub)
    listening = queries.may_know_of_listening()
    return render_template(
        "calls/show.html",
        record=record,
        contact=record.contact,
        stops=timeline.stops_of(record, queries.names(), with_listening=listening),
        bars=track.bars_of(record, with_listening=listening),
        gaps_of=track.gaps_of,
        track_width=track.WIDTH,
        with_listening=listening,
        tickets=tickets_of_contact(record.contact.id),
        may_listen=queries.may_listen(record.contact.id),
        may_download=queries.may_listen(record.contact.id, "recording.download"),
        may_hold=queries.may_listen(record.contact.id, "recording.hold"),
        listen_at=ongoing.listen_at(record),
        may_mark=marks.may_mark(record.contact.id),
        mark=marks.mark_of(record.contact.id),
        exists=current_app.view_functions.__contains__,
        words=words,
    )


@blueprint.post("/<pub>/mark")
@require(marks.MARK)
def mark(pub: str) -> ResponseReturnValue:
    """Mark a contact for quality inspection, or change why it is marked."""
    marks.mark(queries.get_record(pub).contact, request.form.get("reason"))
    flash(_("已标记质检"), "ok")
    return redirect(url_for("calls.show", pub=pub))


@blueprint.post("/<pub>/unmark")
@require(marks.MARK)
def unmark(pub: str) -> ResponseReturnValue:
    """Take the mark away; why is asked for and recorded."""
    marks.unmark(queries.get_record(pub).contact, request.form.get("reason"))
    flash(_("已取消质检标记"), "ok")
    return redirect(url_for("calls.show", pub=pub))


@blueprint.get("/recordings/<pub>")
@require("recording.listen")
@writes
def recording(pub: str) -> Response:
    """The sound, whole or in part (Range: 206, 416 beyond the end)."""
    found = queries.get_recording(pub)
    media.note_listening(found)
    goes_on = found.status == "recording"
    answer = media.sent(found, ongoing.sound_so_far if goes_on else _parts_of)
    # Not to be kept by the browser: the permission is asked again every time.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/recordings/<pub>/download")
@require("recording.download")
def download(pub: str) -> Response:
    """The sound as a file to keep; why is asked for and recorded."""
    found = queries.get_recording(pub, "recording.download")
    services.note_download(found, request.form.get("reason"))
    answer = media.sent(found, _whole)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/recordings/<pub>/hold")
@require("recording.hold")
def hold(pub: str) -> ResponseReturnValue:
    """Keep a recording beyond its time, or let it go again (an empty day)."""
    found = queries.get_recording(pub, "recording.hold")
    services.hold_recording(found, request.form.get("until", ""), request.form.get("reason"))
    flash(_("已保存"), "ok")
    return redirect(url_for("calls.show", pub=queries.pub_of(found.contact_id)))


def _parts_of(path: Path) -> Response:
    size = path.stat().st_size
    if not _range_makes_sense(request.headers.get("Range"), size):
        request.environ.pop("HTTP_RANGE", None)
    try:
        return send_file(path, mimetype="audio/wav", conditional=True, max_age=0)
    except RequestedRangeNotSatisfiable:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})


def _whole(path: Path) -> Response:
    return send_file(path, mimetype="audio/wav", as_attachment=True, download_name=path.name)


def _range_makes_sense(header: str | None, size: int) -> bool:
    """False for a Range that can't be read, asks for several parts, or for the whole file as its
    last bytes: such a one counts as none (RFC 9110, 14.2) and the whole file is sent."""
    asked = parse_range_header(header)
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return False
    return asked.ranges[0][0] >= -size


@blueprint.get("/recordings/<pub>/peaks")
@require("recording.listen")
def peaks(pub: str) -> Response:
    """The outline of a recording for the player."""
    return jsonify(media.peaks_of(queries.get_recording(pub)))
