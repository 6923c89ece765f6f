"""Call records: the list, one contact, and its recordings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header

from crm_web.areas.calls import media, queries, rules_routes, timeline, track, words
from crm_web.areas.tickets.queries import tickets_of_contact
from crm_web.localtime import site_zone
from crm_web.security import can, require
from crm_web.transaction import writes

blueprint = Blueprint(
    "calls", __name__, url_prefix="/calls", template_folder="templates", static_folder="static"
)
blueprints = (blueprint, rules_routes.blueprint)


@blueprint.get("/")
@require("contact.view")
def index() -> str:
    """The newest contacts that fit the filter."""
    args = request.args
    return render_template(
        "calls/index.html",
        found=queries.list_contacts(_wanted(args), args.get("before")),
        agents=queries.agent_names(),
        queues=queries.queue_names(),
        agent_choices=queries.agent_choices(),
        queue_choices=queries.queue_choices(),
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
        exists=current_app.view_functions.__contains__,
        words=words,
    )


@blueprint.get("/recordings/<pub>")
@require("recording.listen")
@writes
def recording(pub: str) -> Response:
    """The sound, whole or in part (Range: 206, 416 beyond the end)."""
    found = queries.get_recording(pub)
    path = media.file_of(found)
    media.note_listening(found)
    size = path.stat().st_size
    if not _range_makes_sense(request.headers.get("Range"), size):
        request.environ.pop("HTTP_RANGE", None)
    try:
        answer = send_file(path, mimetype="audio/wav", conditional=True, max_age=0)
    except RequestedRangeNotSatisfiable:
        answer = Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    # Not to be kept by the browser: the permission is asked again every time.
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


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


def _wanted(args: Any) -> queries.Wanted:
    """The filter in the address; what can't be read is left out."""
    begin, end = _moment(args.get("from")), _moment(args.get("to"))
    return queries.Wanted(
        begin=begin,
        end=end + timedelta(minutes=1) if end else None,
        number=args.get("number", "").strip()[:32],
        agent=args.get("agent", "")[:16],
        queue=args.get("queue", "")[:32],
        outcome=args.get("outcome", "")[:32],
    )


def _moment(text: str | None) -> datetime | None:
    """A local time of the form's datetime-local field as UTC."""
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=site_zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
