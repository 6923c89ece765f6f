"""CdrSource: FreeSWITCH's own record of each leg, for calls that ended while we were away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from esl_controller.adapters import fs_syntax
from esl_controller.ports import CallDetailRecord

MAX_FILE_BYTES = 4 * 1024 * 1024


class CdrFiles:
    """mod_json_cdr writes `<uuid>.cdr.json` (`a_<uuid>…` with its prefix) at the end of a leg."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, uuid: str) -> CallDetailRecord | None:
        """None when there is no file yet, or one that cannot be read."""
        safe = fs_syntax.uuid(uuid)
        for name in (f"{safe}.cdr.json", f"a_{safe}.cdr.json"):
            file = self._folder / name
            try:
                if file.stat().st_size > MAX_FILE_BYTES:
                    return None
                data = file.read_bytes()
            except OSError:
                continue
            return _read(safe, data)
        return None


def _read(uuid: str, data: bytes) -> CallDetailRecord | None:
    try:
        variables: dict[str, Any] = orjson.loads(data.decode("utf-8", "replace"))["variables"]
        return CallDetailRecord(
            uuid=uuid,
            started_at=int(variables.get("start_uepoch") or 0) // 1000,
            answered_at=int(variables.get("answer_uepoch") or 0) // 1000,
            ended_at=int(variables.get("end_uepoch") or 0) // 1000,
            hangup_cause=str(variables.get("hangup_cause") or ""),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
