"""The stand-in as a stage for the scenarios that are recorded on a real FreeSWITCH."""

from __future__ import annotations

from pathlib import Path

from tests.unit.esl_controller.rehearsal.client import Connection
from tests.until import until


class RehearsalStage:
    """Plays tests/transcripts/scenarios*.py on the stand-in; see transcripts/stage.py."""

    def __init__(self, esl: Connection, folder: Path) -> None:
        self._esl, self._folder = esl, folder
        self._callers: list[str] = []

    def api(self, text: str) -> str:
        if text.startswith("bgapi "):
            return self._esl.reply(text)
        return self._esl.api(text)

    def rings_in(self, number: str = "13800138002") -> str:
        answer = self._esl.api(f"rehearsal call {number} 96001")
        assert answer.startswith("+OK "), answer
        self._callers.append(answer.split()[1])
        return self._callers[-1]

    def caller_hangs_up(self) -> None:
        self._esl.api(f"rehearsal caller {self._callers[-1]} hangup")

    def caller_keys(self, digits: str) -> None:
        self._esl.api(f"rehearsal caller {self._callers[-1]} dtmf {digits}")

    def answers(self, extension: str) -> None:
        until(lambda: self._phone(extension, "status") == "ringing", what=f"{extension} rings")
        self._phone(extension, "answer")

    def rejects(self, extension: str) -> None:
        until(lambda: self._phone(extension, "status") == "ringing", what=f"{extension} rings")
        self._phone(extension, "reject")

    def hangs_up(self, extension: str) -> None:
        self._phone(extension, "hangup")

    def wait(self, event: str, count: int = 1, **headers: str) -> dict[str, str]:
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}

        def found() -> list[dict[str, str]]:
            rows = self._esl.find(event, **wanted)
            return rows if len(rows) >= count else []

        return until(found, 10, what=f"{count} {event} {wanted}")[-1]

    def count(self, event: str) -> int:
        return len(self._esl.find(event))

    def file(self, name: str) -> str:
        return str(self._folder / name)

    def phone_of(self, extension: str) -> str:
        return f"sofia/agents/{extension}%hotline.test"

    def outside(self) -> str:
        return "sofia/trunk/13800000001@carrier"

    def _phone(self, extension: str, what: str) -> str:
        return self._esl.api(f"rehearsal phone {extension} {what}").strip()
