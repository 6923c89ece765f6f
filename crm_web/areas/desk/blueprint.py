"""The desk's blueprint, and what its routes share: limits by person, and reading what was sent."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from crm_web.areas.desk import labels
from crm_web.json_input import sent_data, text_of

__all__ = ["bp", "sent_data", "text_of", "user_key"]

bp = Blueprint("desk", __name__, url_prefix="/desk", template_folder="templates")
bp.add_app_template_filter(labels.show_ms, "ms_time")

COMMANDS_LIMIT = "200/minute"
WRITES_LIMIT = "60/minute"
DRAFTS_LIMIT = "120/minute"


def user_key() -> str:
    return f"desk:{getattr(current_user, 'pub', request.remote_addr)}"
