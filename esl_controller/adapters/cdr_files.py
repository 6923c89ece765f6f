"""FreeSWITCH's own call detail records (mod_json_cdr), to complete what was missed."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any
from uuid import UUID

from esl_controller.ports import CallDetailRecord

log = logging.getLogger(__name__)


class CdrFiles:
    """Reads `<uuid>.cdr.json` in one folder; the switch writes it when the channel is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, uuid: str) -> CallDetailRecord | None:
        """None when there is no file, or one that cannot be read (it is being written)."""
        try:
            file = self.folder / f"{UUID(uuid)}.cdr.json"
            variables = json.loads(file.read_bytes().decode("utf-8", "replace"))["variables"]
            if not isinstance(variables, dict):
                raise ValueError("variables is not an object")
            return CallDetailRecord(
                uuid=uuid,
                started_at=_ms(variables, "start_uepoch"),
                answered_at=_ms(variables, "answer_uepoch"),
                ended_at=_ms(variables, "end_uepoch"),
                hangup_cause=str(variables.get("hangup_cause", "")),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("unreadable CDR of %s: %s", uuid, type(error).__name__)
            return None


def _ms(variables: dict[str, Any], name: str) -> int:
    """Microseconds as text to milliseconds; 0 when it never happened."""
    return int(variables.get(name) or 0) // 1000
