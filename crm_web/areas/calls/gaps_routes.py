"""The page of the gaps between recordings and call records."""

from __future__ import annotations

from flask import Blueprint, render_template

from crm_web.areas.calls import gaps, queries, words
from crm_web.extensions import db
from crm_web.security import require

blueprint = Blueprint(
    "recording_gaps", __name__, url_prefix="/org/recording-gaps", template_folder="templates"
)


@blueprint.get("/")
@require("audit.view")
def index() -> str:
    """What the nightly comparison found and is still so."""
    found = gaps.open_gaps(db.session())
    return render_template(
        "calls/gaps.html",
        gaps=found,
        contacts=queries.pubs_of({gap.contact_id for gap in found if gap.contact_id}),
        words=words,
    )
