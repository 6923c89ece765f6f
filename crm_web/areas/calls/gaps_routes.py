"""The page of the gaps between recordings and call records."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from crm_web.areas.calls import gaps, queries, words
from crm_web.paging import page_number, paginate
from crm_web.security import require

blueprint = Blueprint(
    "recording_gaps", __name__, url_prefix="/org/recording-gaps", template_folder="templates"
)


@blueprint.get("/")
@require("audit.view")
def index() -> str:
    """What the nightly comparison found and is still so."""
    found = paginate(gaps.open_gaps(), page_number(request.args.get("page")))
    return render_template(
        "calls/gaps.html",
        found=found,
        contacts=queries.pubs_of({gap.contact_id for gap in found.items if gap.contact_id}),
        words=words,
    )
