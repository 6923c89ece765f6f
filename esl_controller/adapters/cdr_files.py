"""FreeSWITCH's own call detail records (mod_json_cdr), to complete what was missed."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from esl_controller.domain.missed import CallerRecord
from esl_controller.ports import CallDetailRecord

log = logging.getLogger(__name__)

SUFFIX = ".cdr.json"
CALLERS_CONTEXT = "callers"
#: Of a longer absence the newest ones: beyond that the switch's own files are the record.
MOST_AT_ONCE = 2_000
# The file is written when the channel has ended; its time may be read a little early.
_CLOCK_S = 2.0


class CdrFiles:
    """Reads `<uuid>.cdr.json` in one folder; the switch writes it when the channel is gone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, uuid: str) -> CallDetailRecord | None:
        """None when there is no file, or one that cannot be read (it is being written)."""
        found = self._read(uuid)
        if found is None:
            return None
        variables = found["variables"]
        try:
            return CallDetailRecord(
                uuid=uuid,
                started_at=_ms(variables, "start_uepoch"),
                answered_at=_ms(variables, "answer_uepoch"),
                ended_at=_ms(variables, "end_uepoch"),
                hangup_cause=str(variables.get("hangup_cause", "")),
            )
        except ValueError as error:
            log.warning("unreadable CDR of %s: %s", uuid, error)
            return None

    def callers_since(self, since: int) -> list[CallerRecord]:
        """Callers' channels that ended at `since` (ms) or later, oldest first; the newest
        MOST_AT_ONCE when there are more."""
        found = []
        for uuid in self._written_since(since / 1000 - _CLOCK_S)[-MOST_AT_ONCE:]:
            raw = self._read(uuid)
            record = _caller(uuid, raw) if raw else None
            if record and record.ended_at >= since:
                found.append(record)
        return sorted(found, key=lambda record: record.ended_at)

    def _written_since(self, since_s: float) -> list[str]:
        """Channel uuids by the time of their file."""
        written = []
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if entry.name.endswith(SUFFIX) and entry.stat().st_mtime >= since_s:
                        written.append((entry.stat().st_mtime, entry.name.removesuffix(SUFFIX)))
        except OSError as error:
            log.warning("the folder of CDRs cannot be read: %s", error)
        return [uuid for _, uuid in sorted(written)]

    def _read(self, uuid: str) -> dict[str, Any] | None:
        try:
            file = self.folder / f"{UUID(uuid)}{SUFFIX}"
            found: dict[str, Any] = json.loads(file.read_bytes().decode("utf-8", "replace"))
            if not isinstance(found["variables"], dict):
                raise ValueError("variables is not an object")
            return found
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("unreadable CDR of %s: %s", uuid, type(error).__name__)
            return None


def _caller(uuid: str, raw: dict[str, Any]) -> CallerRecord | None:
    """None for a channel that was no caller's, and for a file of another shape."""
    variables = raw["variables"]
    try:
        first = raw["callflow"][-1]["caller_profile"]
        if first.get("context") != CALLERS_CONTEXT or variables.get("direction") != "inbound":
            return None
        ended_at = _ms(variables, "end_uepoch")
        served = variables.get("cc_cause") == "answered"
        return CallerRecord(
            uuid=uuid,
            caller_number=str(first.get("caller_id_number", "")),
            called_number=str(first.get("destination_number", "")),
            started_at=_ms(variables, "start_uepoch"),
            ended_at=ended_at,
            hangup_cause=str(variables.get("hangup_cause", "")),
            by_remote=str(variables.get("sip_hangup_disposition", "")).startswith("recv_"),
            queue=str(variables.get("cc_queue", "")).partition("@")[0],
            joined_at=_seconds(variables, "cc_queue_joined_epoch"),
            agent_no=str(variables.get("cc_agent", "")).partition("@")[0] if served else "",
            agent_leg=str(variables.get("cc_agent_uuid", "")) if served else "",
            talk_at=_seconds(variables, "cc_queue_answered_epoch") if served else 0,
            talk_ended_at=min(_seconds(variables, "cc_queue_terminated_epoch"), ended_at),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        log.warning("CDR of %s has another shape: %s", uuid, error)
        return None


def _ms(variables: dict[str, Any], name: str) -> int:
    """Microseconds as text to milliseconds; 0 when it never happened."""
    return int(variables.get(name) or 0) // 1000


def _seconds(variables: dict[str, Any], name: str) -> int:
    """Whole seconds as text to milliseconds; 0 when it never happened."""
    return int(variables.get(name) or 0) * 1000
