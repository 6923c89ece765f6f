"""Turn older ESL transcripts of a real FreeSWITCH into the small extracts beside this file.

    python tests/transcripts/extract.py FOLDER_OF_TRANSCRIPTS

A transcript has a timeline (part 1, one line per event) and the raw plain events in the same
order (part 2), where headers that did not change since the channel's previous event are folded.
`record.py` records the scenarios of `scenarios.py` afresh; here are the extracts that it has not
taken over yet. An extract is a JSON list of `{"event", "leg", "headers"}` with only the headers
that we use.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from urllib.parse import unquote

HERE = Path(__file__).parent
SCENARIOS = {
    "abandoned_while_ringing": "02b-abandoned-while-agent-rings.txt",
    "no_answer_next_agent": "03-agent-no-answer-next-agent.txt",
    "reject_next_agent": "04-agent-reject-next-agent.txt",
    "hold": "07b-controller-hold-recipes.txt",
    "killed_by_controller": "10-forced-hangup.txt",
    "flow_then_queue": "16h-ivr-transfer-to-queue-extension.txt",
    "controller_dies": "20-controller-dies-mid-ivr-dest95598.txt",
    "nobody_listening": "20b-no-controller-listening.txt",
}
KEPT = {
    "CHANNEL_CREATE", "CHANNEL_PROGRESS", "CHANNEL_ANSWER", "CHANNEL_CALLSTATE",
    "CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE",
    "CHANNEL_PARK", "CHANNEL_UNPARK", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY", "DTMF", "PLAYBACK_START", "PLAYBACK_STOP", "RECORD_START", "RECORD_STOP",
    "MEDIA_BUG_START", "MEDIA_BUG_STOP", "CUSTOM",
}
SUBCLASSES = ("callcenter::info", "conference::maintenance")
USED = re.compile(
    r"Event-Subclass|Answer-State|Call-Direction|Channel-Call-State|Original-Channel-Call-State"
    r"|Channel-Read-Codec-Name|Hangup-Cause|Bridge-[AB]-Unique-ID|CC-[A-Za-z-]+|Application.*"
    r"|Caller-(Context|Caller-ID-Number|Destination-Number)"
    r"|Caller-Channel-(Created|Answered|Progress)-Time"
    r"|Action|Member-ID|Conference-(Name|Size|Unique-ID)"
    r"|DTMF-Digit|Playback-(File-Path|Status)|Record-(File-Path|Completion-Cause)"
    r"|variable_(cc_(side|agent|queue|member_session_uuid|cause|cancel_reason)|record_ms"
    r"|record_file_size|sip_hangup_disposition|sip_term_status|sip_invite_failure_status"
    r"|hangup_cause|billsec|duration)"
)
# Where the sounds lay on the machine that was recorded: nobody else has that folder.
_PLACE = re.compile(r"/\S*(/prompts|clearline-record-\w+)/")
_LINE = re.compile(r"^ *[0-9.]+ ([0-9a-f]{8}|-{8}) ([A-Z_]+) +(.*)")
_LATE = {"Application-Response": "CHANNEL_EXECUTE_COMPLETE", "Playback-Status": "PLAYBACK_STOP"}
# Headers that belong to events and not to the channel, and the events that have them.
_OWN = {
    "Application": r"CHANNEL_EXECUTE(_COMPLETE)?", "DTMF-": "DTMF", "Playback-": "PLAYBACK_.*",
    "Record-": "RECORD_.*", "Bridge-": "CHANNEL_(UN)?BRIDGE", "Original-": "CHANNEL_CALLSTATE",
    "Event-Subclass": "CUSTOM", "Action": "CUSTOM", "Member-ID": "CUSTOM",
    "Conference-": "CUSTOM",
}


def portable(value: str) -> str:
    """A header's value without the folders of the machine that it was recorded on."""
    return _PLACE.sub("", value)


def timeline(text: str) -> list[tuple[str, str, str]]:
    """(first eight signs of the uuid or dashes, event name, details) of part 1."""
    found = (_LINE.match(line) for line in text.splitlines())
    return [match.groups() for match in found if match]  # type: ignore[misc]


def blocks(text: str) -> list[dict[str, str]]:
    """Headers that each raw event of part 2 shows, decoded."""
    out = []
    for block in re.split(r"\n--- ", text)[1:]:
        lines = (line.partition(": ") for line in block.split("\n")[1:])
        out.append({name: unquote(value) for name, mid, value in lines if mid and name})
    return out


def extract(path: Path) -> list[dict[str, object]]:
    """The events of a transcript that we use, with their used headers unfolded."""
    head, _, tail = path.read_text(encoding="utf-8").partition("# part 2")
    known: dict[str, dict[str, str]] = {}
    legs: dict[str, str] = {}
    rows: list[dict[str, object]] = []
    for (short, event, details), shown in zip(timeline(head), blocks(tail)):
        if shown.get("Event-Name", event) != event:
            raise ValueError(f"{path.name}: {event} against {shown['Event-Name']}")
        headers = known.setdefault(short, {})
        headers.update(shown)
        if event not in KEPT or (event == "CUSTOM" and not details.startswith(SUBCLASSES)):
            continue
        if event.startswith("CHANNEL_EXECUTE") and details.startswith("log "):
            continue
        if short not in legs and short.strip("-"):
            side = "agent" if headers.get("Call-Direction") == "outbound" else "member"
            legs[short] = f"{side}{1 + sum(name.startswith(side) for name in legs.values())}"
        used = {name: portable(value) for name, value in headers.items()
                if USED.fullmatch(name) and _belongs(name, event, details)}
        rows.append({"event": event, "leg": legs.get(short, ""), "headers": used})
    return rows


def _belongs(header: str, event: str, details: str) -> bool:
    """Whether a remembered header is one of this event (the folding keeps all values seen)."""
    if header.startswith("CC-"):
        return f"{header}=" in details
    if header.startswith(("Action", "Member-ID", "Conference-")):
        return details.startswith("conference::")
    if header in _LATE:
        return event == _LATE[header]
    if header == "Application-Data" and re.match(r"\S+  ", details):
        return False
    if header == "Application-UUID" and details.startswith("uuid_bridge"):
        return False
    if header.startswith("variable_") and event in ("CHANNEL_CALLSTATE", "DTMF"):
        return False
    for prefix, events in _OWN.items():
        if header.startswith(prefix):
            return re.fullmatch(events, event) is not None
    return True


def main() -> None:
    folder = Path(sys.argv[1])
    for scenario, name in SCENARIOS.items():
        rows = extract(folder / name)
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (HERE / f"{scenario}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        print(scenario, len(rows))


if __name__ == "__main__":
    main()
