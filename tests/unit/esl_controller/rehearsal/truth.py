"""Compare what the rehearsal sent with an extract of what a real FreeSWITCH sent.

Two threads of a real switch may finish in either order, so events are compared lane by lane (one
lane for each leg, one for each agent and queue of mod_callcenter): within a lane the order is
exact. What holds between lanes is stated by each test as pairs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SUBCLASSES = ("callcenter::info", "conference::maintenance")
FOLDER = Path(__file__).resolve().parents[3] / "transcripts"

# Applications that the recorded dialplan and the shipped one do not share; what they play.
_OTHER_APPS = {
    "set", "unset", "multiset", "playback", "hangup", "set_profile_var", "ring_ready", "log",
}
# Headers whose values mean the same on both switches; of the others only presence is compared.
_SAME = re.compile(
    r"Event-Subclass|Answer-State|Call-Direction|Channel-Call-State|Original-Channel-Call-State"
    r"|Hangup-Cause|CC-(Action|Cause|Cancel-Reason|Hangup-Cause|Agent-State|Agent-Status|Agent"
    r"|Agent-Bridged|Agent-Type|Agent-System|Count|Selection|Queue)|Application-Response"
    r"|Playback-Status|Record-Completion-Cause|variable_(hangup_cause|cc_side|cc_agent|cc_queue"
    r"|cc_cause|cc_cancel_reason|sip_hangup_disposition|sip_invite_failure_status)"
)


@dataclass(frozen=True)
class Row:
    """One event: its lane's sort, what it is, and its headers that we use."""

    leg: str
    what: str
    headers: dict[str, str]

    @property
    def lane(self) -> str:
        if self.what.startswith("members-count"):
            return "members-count"
        if self.headers.get("CC-Action") in ("member-queue-start", "member-queue-end"):
            return "visit of " + self.leg
        if "CC-Action" in self.headers:
            return "agent " + self.headers.get("CC-Agent", "")
        return self.leg


def recorded(scenario: str) -> list[Row]:
    """The real switch's events of a scenario."""
    data = json.loads((FOLDER / f"{scenario}.json").read_text(encoding="utf-8"))
    return _tidy(Row(one["leg"], _what(one["event"], one["headers"]), one["headers"])
                 for one in data)


def sent(events: list[dict[str, str]]) -> list[Row]:
    """The rehearsal's events, legs named as in the extracts."""
    legs: dict[str, str] = {}
    rows = []
    for event in list(events):
        if event.get("Event-Subclass", SUBCLASSES[0]) not in SUBCLASSES:
            continue
        uuid = event.get("Unique-ID", "")
        if uuid and uuid not in legs:
            side = "agent" if event["Call-Direction"] == "outbound" else "member"
            legs[uuid] = f"{side}{1 + sum(name.startswith(side) for name in legs.values())}"
        rows.append(Row(legs.get(uuid, ""), _what(event["Event-Name"], event), event))
    return _tidy(rows)


def _what(name: str, headers: dict[str, str]) -> str:
    if name == "CUSTOM" and "CC-Action" not in headers:
        return f"conference {headers['Action']}"
    if name == "CUSTOM":
        state = headers.get("CC-Agent-State") or headers.get("CC-Agent-Status") or ""
        return f"{headers['CC-Action']} {state}".strip()
    if name.startswith("CHANNEL_EXECUTE"):
        return f"{name} {headers['Application']}"
    if name == "CHANNEL_CALLSTATE":
        return f"{name} {headers['Original-Channel-Call-State']}-{headers['Channel-Call-State']}"
    return name


_NAMES = re.compile(
    r"CHANNEL_(CREATE|PROGRESS|ANSWER|CALLSTATE|EXECUTE|BRIDGE|UNBRIDGE|PARK|UNPARK|HANGUP|DESTROY)"
    r"|conference (conference-create|add-member|del-member|kick-member|conference-destroy)"
    r"|MEDIA_BUG|DTMF|PLAYBACK|RECORD|agent-|bridge-|member")


def _tidy(rows: Iterable[Row]) -> list[Row]:
    """Leave out what only one of the two dialplans does, and the setting up of agents."""
    kept, member_joined, callcenter_began = [], False, False
    for row in rows:
        app = row.headers.get("Application", "") if row.what.startswith("CHANNEL_EXEC") else ""
        sound = row.headers.get("Playback-File-Path", "") if "PLAYBACK" in row.what else ""
        callcenter_began = callcenter_began or row.what == "member-queue-start"
        if not _NAMES.match(row.what) or app in _OTHER_APPS:
            continue
        if row.what == "CHANNEL_PROGRESS" and row.leg.startswith("member"):
            continue
        if sound and not sound.startswith("local_stream"):
            continue
        if row.what.startswith(("agent-add", "agent-contact", "agent-status", "agent-state")):
            member_joined = member_joined or callcenter_began
            if not member_joined:
                continue
        kept.append(row)
    return kept


def lanes(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.lane, []).append(row)
    return found


def since(rows: list[Row], what: str) -> list[Row]:
    """From the first event of that sort on; agents' and queues' events before it are dropped."""
    for place, row in enumerate(rows):
        if row.what == what:
            return rows[place:]
    raise AssertionError(f"no {what} in {[row.what for row in rows]}")


def before(rows: list[Row], what: str) -> list[Row]:
    """Up to the first event of that sort."""
    return rows[: [row.what for row in rows].index(what)]


def assert_true_to(real: list[Row], ours: list[Row]) -> None:
    """Same lanes, same order within each, our headers a superset, same meaning of values."""
    assert_lanes_true_to(real, ours, tuple(lanes(real)))
    assert set(lanes(ours)) == set(lanes(real))


def assert_lanes_true_to(real: list[Row], ours: list[Row], names: Iterable[str]) -> None:
    """As `assert_true_to`, for the named lanes only."""
    real_lanes, our_lanes = lanes(real), lanes(ours)
    for lane in names:
        rows, mine = real_lanes[lane], our_lanes.get(lane, [])
        said, wanted = [row.what for row in mine], [row.what for row in rows]
        assert said == wanted, f"lane {lane}: {said} instead of {wanted}"
        for row, own in zip(rows, mine):
            _assert_headers(row, own)


def _assert_headers(real: Row, ours: Row) -> None:
    missing = {name for name in real.headers if name not in ours.headers} - _excused(real)
    assert not missing, f"{real.leg} {real.what} lacks {sorted(missing)}"
    for name, value in real.headers.items():
        if _SAME.fullmatch(name) and name in ours.headers and not _goes_on(real, name):
            assert ours.headers[name] == value, f"{real.leg} {real.what} {name}"


def _goes_on(real: Row, header: str) -> bool:
    """After a talk the recorded dialplan goes on where the shipped one hangs up, and the module
    tells of the end some ticks earlier or later than the legs do."""
    return row_is_end(real) and header in ("Answer-State", "Channel-Call-State", "Hangup-Cause")


def row_is_end(row: Row) -> bool:
    return row.headers.get("CC-Cause") == "Terminated" or row.what == "bridge-agent-end"


def _excused(real: Row) -> set[str]:
    """Folded transcripts remember a header after the channel has dropped it."""
    return {"Application-Data", "CC-Member-DNIS"} if real.leg else set()


def assert_order(rows: list[Row], *pairs: tuple[str, str]) -> None:
    """In `rows`, the first `a` comes before the first `b`, for every pair."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row.what, place)
        first.setdefault(f"{row.leg} {row.what}".strip(), place)
    for before, after in pairs:
        assert first[before] < first[after], f"{before} before {after}"
