"""The desk's blueprint, and the limits by person that its routes share."""

from __future__ import annotations

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
