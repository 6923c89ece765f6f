"""The flows that the controller gets: those that ship, and the site's own.

A document of the site with the code of a shipped flow takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crm_web.areas.org.models import Setting
from crm_web.extensions import db
from ivr_scripts import flows

PREFIX = "flow."  # of the settings that hold the documents


def documents() -> dict[str, Mapping[str, Any]]:
    """Code → document of every flow, in the order of the codes."""
    found: dict[str, Mapping[str, Any]] = {
        code: flows.shipped_flow(code) for code in flows.shipped_codes()
    }
    own = select(Setting).where(Setting.key.startswith(PREFIX, autoescape=True))
    for setting in db.session.scalars(own):
        found[setting.key.removeprefix(PREFIX)] = setting.value
    return dict(sorted(found.items()))


def titles() -> dict[str, str]:
    """Code → the name that people know a flow by."""
    return {code: str(document["title"]) for code, document in documents().items()}
