"""What a controller does during a talk: record, hold, kill. Compared with recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.conftest import AddAgent, Dial
from tests.unit.esl_controller.rehearsal.sounds import levels
from tests.unit.esl_controller.rehearsal.truth import lanes, recorded, sent, since
from tests.until import until

pytestmark = pytest.mark.usefixtures("nobody")

Talk = tuple[str, str]


@pytest.fixture
def talk(esl: Connection, add_agent: AddAgent, dial: Dial) -> Talk:
    """Caller and agent leg in conversation."""
    add_agent("1001", auto="0.1")
    caller = dial("13800138002")
    bridge = esl.until("CHANNEL_BRIDGE")
    esl.info("agent-state-change", **{"CC-Agent-State": "In a queue call"})
    return caller, bridge["Bridge-B-Unique-ID"]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def test_a_recording_has_both_voices_and_silence_where_it_is_masked(
    esl: Connection, talk: Talk, tmp_path: Path
) -> None:
    caller, _ = talk
    path = tmp_path / "2026" / "11" / "a.wav"
    assert esl.api(f"uuid_setvar {caller} RECORD_STEREO true") == "+OK\n"
    for action, after in (("start", 1), ("mask", 2), ("unmask", 3)):
        assert esl.api(f"uuid_record {caller} {action} {path}") == "+OK Success\n"
        until(lambda: _size(path) > after * 32000 - 16000, 10)
    assert esl.api(f"uuid_record {caller} start {path}") == "+OK Success\n"
    assert esl.api(f"uuid_record {caller} stop {path}") == "+OK Success\n"
    assert esl.api(f"uuid_record {caller} stop {path}") == "-ERR Cannot stop record session!\n"
    stop = esl.until("RECORD_STOP")
    seconds, peaks = levels(str(path))
    assert stop["Record-File-Path"] == str(path)
    assert abs(int(stop["variable_record_ms"]) - seconds * 1000) < 2
    assert int(stop["variable_record_file_size"]) == path.stat().st_size
    assert min(peaks[0]) > 1000
    assert (0, 0) in peaks
    assert min(peaks[-2]) > 1000
    real, ours = recorded("recording"), sent(esl.events)
    for what in ("RECORD_START", "RECORD_STOP"):
        row = next(one for one in real if one.what == what)
        own = [one for one in ours if one.what == what]
        assert len(own) == 1
        assert {name for name in row.headers if name not in own[0].headers} == set()


def test_a_caller_on_hold_hears_music_until_the_break(esl: Connection, talk: Talk) -> None:
    caller, _ = talk
    esl.events.clear()
    assert esl.api(f"uuid_broadcast {caller} local_stream://moh aleg") == "+OK Message sent\n"
    esl.until("PLAYBACK_START", **{"Unique-ID": caller})
    assert esl.api(f"uuid_break {caller}") == "+OK\n"
    done = esl.until("CHANNEL_EXECUTE_COMPLETE", **{"Unique-ID": caller})
    stop = esl.until("PLAYBACK_STOP")
    assert (stop["Playback-Status"], done["Application-Response"]) == ("break", "FILE PLAYED")
    names = [event["Event-Name"] for event in esl.events if event["Event-Name"] != "API"]
    assert names == ["CHANNEL_EXECUTE", "PLAYBACK_START", "PLAYBACK_STOP",
                     "CHANNEL_EXECUTE_COMPLETE"]
    assert '"row_count":1' in esl.api("show bridged_calls as json")


def test_an_agent_who_hangs_up_leaves_a_held_caller_on_music_until_that_is_broken_off(
    esl: Connection, talk: Talk
) -> None:
    caller, _ = talk
    esl.api(f"uuid_broadcast {caller} local_stream://moh aleg")
    esl.until("CHANNEL_EXECUTE", **{"Application": "playback", "Unique-ID": caller,
                                    "Application-Data": "local_stream://moh"})
    esl.api("rehearsal phone 1001 hangup")
    esl.until("CHANNEL_HANGUP_COMPLETE", **{"Call-Direction": "outbound"})
    assert esl.api(f"uuid_getvar {caller} current_application") == "playback"
    assert esl.api(f"uuid_break {caller}") == "+OK\n"
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": caller})


def test_a_killed_member_takes_the_agent_along(esl: Connection, talk: Talk) -> None:
    caller, _ = talk
    assert esl.api(f"uuid_kill {caller} USER_BUSY") == "+OK\n"
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": caller})
    esl.until("CHANNEL_DESTROY", **{"Call-Direction": "outbound"})
    assert esl.api(f"uuid_kill {caller}") == "-ERR No such channel!\n"
    rows = recorded("killed_by_controller")
    second = next(place for place, row in enumerate(rows) if row.leg == "member2")
    real = lanes(since(rows[second:], "CHANNEL_HANGUP"))
    ours = lanes(since(sent(esl.events), "CHANNEL_HANGUP"))
    pairs = (("member1", "member2"), ("agent1", "agent2"))
    for own, theirs in pairs:
        assert [row.what for row in ours[own]] == [row.what for row in real[theirs]]
    hung = esl.find("CHANNEL_HANGUP_COMPLETE", **{"Unique-ID": caller})[0]
    assert hung["Hangup-Cause"] == hung["variable_hangup_cause"] == "USER_BUSY"


def test_a_killed_agent_leg_ends_as_the_real_one_did(esl: Connection, talk: Talk) -> None:
    caller, agent = talk
    esl.api(f"uuid_kill {agent} NORMAL_CLEARING")
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": agent})
    rows = recorded("killed_by_controller")
    real = lanes(since(rows, "CHANNEL_HANGUP"))["agent1"]
    ours = lanes(since(sent(esl.events), "CHANNEL_HANGUP"))["agent1"]
    assert [row.what for row in ours] == [row.what for row in real]
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": caller})


def test_a_recording_that_nobody_stops_ends_with_the_call(
    esl: Connection, talk: Talk, tmp_path: Path
) -> None:
    caller, _ = talk
    path = tmp_path / "b.wav"
    esl.api(f"uuid_setvar {caller} RECORD_STEREO true")
    esl.api(f"uuid_record {caller} start {path}")
    esl.api(f"rehearsal caller {caller} hangup")
    stop = esl.until("RECORD_STOP")
    assert stop["Unique-ID"] == caller
    assert levels(str(path))[0] * 1000 == pytest.approx(int(stop["variable_record_ms"]), abs=2)


def test_a_waiting_member_can_be_moved_to_another_queue(
    esl: Connection, dial: Dial
) -> None:
    caller = dial()
    esl.info("member-queue-start")
    assert esl.api(f"uuid_transfer {caller} queue_billing XML hotline") == "+OK\n"
    esl.info("member-queue-start", **{"CC-Queue": "billing@default"})
    left = esl.info("member-queue-end", **{"CC-Queue": "repair@default"})
    assert left["CC-Cancel-Reason"] == "BREAK_OUT"
    assert left["Answer-State"] == "answered"
    assert "Hangup-Cause" not in left
