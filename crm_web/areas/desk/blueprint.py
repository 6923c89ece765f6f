"""The desk's blueprint, and what its routes share: limits by person, and reading what was sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from crm_web.areas.desk import labels

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
bp.add_app_template_filter(labels.show_ms, "ms_time")

COMMANDS_LIMIT = "200/minute"
WRITES_LIMIT = "60/minute"
DRAFTS_LIMIT = "120/minute"


def user_key() -> str:
    return f"desk:{getattr(current_user, 'pub', request.remote_addr)}"


def sent_data() -> dict[str, Any]:
    """The request's JSON object, {} for anything else."""
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def text_of(data: dict[str, Any], name: str, limit: int = 255) -> str:
    value = data.get(name)
    return value.strip()[:limit] if isinstance(value, str) else ""
