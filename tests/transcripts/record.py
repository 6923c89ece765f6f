"""Record the scenarios on a real FreeSWITCH and rewrite the extracts beside this file.

    python -m tests.transcripts.record [scenario …]

Afterwards run the stand-in's tests: a red one tells what this version of FreeSWITCH does
differently. The version goes into `version.json` and into the README's list.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from tests.actors.phone import RING, Policy, SipPhone
from tests.live.conftest import DOMAIN, ha1, secret_of
from tests.live.esl import Esl
from tests.live.ports import free_port
from tests.live.switch import FreeswitchProcess, settings_in
from tests.transcripts.extract import HERE, KEPT, SUBCLASSES, USED, portable
from tests.transcripts.scenarios import SCENARIOS
from tests.until import until

QUEUE = "repair"
EXTENSIONS = ("1001", "1002")


class RealStage:
    """FreeSWITCH alone with a caller and two phones on SIP."""

    def __init__(self, process: FreeswitchProcess, folder: Path) -> None:
        self.process, self.folder = process, folder
        self.events: list[dict[str, str]] = []
        self._listener, self._commands = process.esl(), process.esl()
        self._listener.command("event json ALL")
        self._commands.command("event json BACKGROUND_JOB")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._caller = SipPhone("13800138002", process.trunk, tone_hz=500)
        self._carrier = SipPhone(
            "carrier", process.trunk, tone_hz=1300, port=free_port(), policy=Policy(after=0.2)
        )
        self._phones = {number: self._phone(number) for number in EXTENSIONS}

    def close(self) -> None:
        for one in (self._caller, self._carrier, *self._phones.values()):
            for call in one.calls:
                call.hang_up()
            one.close()
        until(lambda: self.process.channels() == 0, 10, what="an empty switch")
        self._listener.close()
        self._commands.close()
        self._reader.join(5)

    def api(self, text: str) -> str:
        if text.startswith("bgapi "):
            return self._commands.command(text)
        return self._commands.api(text)

    def rings_in(self, number: str = "13800138002") -> str:
        before = sum(is_caller(one) for one in list(self.events))
        self._caller.dial("96001", from_user=number)
        return self.wait("CHANNEL_CREATE", before + 1, Call_Direction="inbound")["Unique-ID"]

    def caller_hangs_up(self) -> None:
        self._caller.call.hang_up()

    def answers(self, extension: str) -> None:
        self._phones[extension].wait_for_call(10)
        self._phones[extension].call.answer()

    def rejects(self, extension: str) -> None:
        self._phones[extension].wait_for_call(10)
        self._phones[extension].call.reject()

    def hangs_up(self, extension: str) -> None:
        self._phones[extension].call.hang_up()

    def wait(self, event: str, count: int = 1, **headers: str) -> dict[str, str]:
        wanted = {name.replace("_", "-"): value for name, value in headers.items()}

        def found() -> list[dict[str, str]]:
            rows = [one for one in list(self.events) if one["Event-Name"] == event
                    and all(one.get(name) == value for name, value in wanted.items())]
            return rows if len(rows) >= count else []

        return until(found, 20, what=f"{event} {wanted}")[-1]

    def count(self, event: str) -> int:
        return sum(one["Event-Name"] == event for one in list(self.events))

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def caller_keys(self, digits: str) -> None:
        self._caller.call.key(digits)

    def outside(self) -> str:
        return f"sofia/trunk/13800000001@127.0.0.1:{self._carrier.endpoint.port}"

    def phone_of(self, extension: str) -> str:
        return f"sofia/agents/{extension}%{DOMAIN}"

    def _phone(self, number: str) -> SipPhone:
        phone = SipPhone(number, self.process.agents, domain=DOMAIN, password=secret_of(number),
                         tone_hz=700 + int(number), policy=RING)
        assert phone.register() == 200, f"{number} cannot register"
        return phone

    def _read(self) -> None:
        try:
            while True:
                headers, body = self._listener.frame()
                if headers.get("Content-Type") == "text/event-json":
                    self.events.append(json.loads(body))
        except (OSError, ValueError):
            return  # closed


def is_caller(event: dict[str, Any]) -> bool:
    return event["Event-Name"] == "CHANNEL_CREATE" and event["Call-Direction"] == "inbound"


def rows_of(events: list[dict[str, Any]]) -> list[dict[str, object]]:
    """The kept events with their used headers; legs are named in the order of appearing."""
    legs: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    for event in events:
        name, uuid = event["Event-Name"], event.get("Unique-ID", "")
        if name not in KEPT or event.get("Event-Subclass", SUBCLASSES[0]) not in SUBCLASSES:
            continue
        if uuid and uuid not in legs:
            side = "agent" if event.get("Call-Direction") == "outbound" else "member"
            legs[uuid] = f"{side}{1 + sum(one.startswith(side) for one in legs.values())}"
        used = {key: portable(value) for key, value in event.items() if USED.fullmatch(key)}
        rows.append({"event": name, "leg": legs.get(uuid, ""), "headers": used})
    return rows


def record(name: str, folder: Path) -> None:
    """Play one scenario on a fresh FreeSWITCH and write its extract."""
    snapshot = {
        "queues": [{"code": QUEUE, "strategy": "longest_idle"}],
        "agents": [{"extension": one, "media": "sip", "ha1": ha1(one)} for one in EXTENSIONS],
    }
    process = FreeswitchProcess(folder, settings_in(folder, fallback_queue=QUEUE), snapshot)
    process.start()
    try:
        process.add_agent("1001", QUEUE)
        process.add_agent("1002", QUEUE, status="On Break")
        stage = RealStage(process, folder)
        try:
            SCENARIOS[name](stage)
            rows = rows_of(list(stage.events))
        finally:
            stage.close()
        version = _version(process.esl())
    finally:
        process.stop()
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    file = HERE / "version.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    text = json.dumps({**known, name: version}, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {len(rows)} events of FreeSWITCH {version}", flush=True)


def _version(esl: Esl) -> str:
    try:
        return esl.api("version short")
    finally:
        esl.close()


def main() -> int:
    wanted = sys.argv[1:] or list(SCENARIOS)
    unknown = [name for name in wanted if name not in SCENARIOS]
    if unknown:
        print(f"no such scenario: {', '.join(unknown)}", file=sys.stderr)
        return 2
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="clearline-record-") as folder:
            record(name, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
