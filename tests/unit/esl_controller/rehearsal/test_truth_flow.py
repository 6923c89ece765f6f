"""Calls under control of an outbound socket compared with recordings of a real FreeSWITCH."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.unit.esl_controller.rehearsal.client import Connection, read_packet
from tests.unit.esl_controller.rehearsal.conftest import AddAgent, Dial
from tests.unit.esl_controller.rehearsal.sounds import tone_file
from tests.unit.esl_controller.rehearsal.switch import Rehearsal
from tests.unit.esl_controller.rehearsal.truth import (
    assert_lanes_true_to,
    assert_order,
    before,
    lanes,
    recorded,
    sent,
    since,
)

SOCKET = "CHANNEL_EXECUTE socket"


def _take(switch: Rehearsal) -> tuple[Connection, dict[str, str]]:
    """Accept the caller's socket and connect as the controller does; the channel's data."""
    call = switch.accept()
    call.sock.sendall(b"connect\n\n")
    headers, _ = read_packet(call.stream)
    call.listen()
    uuid = headers["Unique-ID"]
    assert call.reply("linger 5") == "+OK will linger 5 seconds"
    assert call.reply(f"filter Unique-ID {uuid}").startswith("+OK")
    assert call.reply(
        "event json CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE"
    ) == "+OK event listener enabled json"
    return call, headers


def test_the_socket_begins_with_the_channels_data(switch: Rehearsal, dial: Dial) -> None:
    uuid = dial("13800138001")
    _, headers = _take(switch)
    assert headers["Unique-ID"] == uuid
    assert headers["Content-Type"] == "command/reply"
    assert unquote(headers["Reply-Text"]) == "+OK\n"
    assert headers["Caller-Destination-Number"] == "96001"
    assert headers["Caller-Context"] == "callers"
    assert headers["variable_sip_from_user"] == "13800138001"


def test_a_flow_that_transfers_to_a_queue_sends_what_the_real_switch_sent(
    switch: Rehearsal, esl: Connection, add_agent: AddAgent, dial: Dial, tmp_path: Path
) -> None:
    prompt = tone_file(tmp_path / "p330.wav", 1000)
    add_agent("1001", auto="0.2")
    caller = dial("13800138001")
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    keys = f"7 7 2 6000 # {prompt} silence_stream://10 account_no \\d+ 3000"
    call.reply("sendmsg", "call-command: execute", "execute-app-name: play_and_get_digits",
               f"execute-app-arg: {keys}", "Event-UUID: u2", "event-lock: true")
    esl.until("PLAYBACK_START")
    esl.api(f"rehearsal caller {caller} dtmf 8800123")
    done = call.until("CHANNEL_EXECUTE_COMPLETE", **{"Application-UUID": "u2"})
    assert done["variable_account_no"] == "8800123"
    call.execute("multiset", "^^;account_no=8800123;ivr_trail=main>repair"
                 ";cc_export_vars=account_no,ivr_trail", uuid="u3")
    esl.api(f"rehearsal caller {caller} dtmf #")
    esl.until("DTMF", **{"DTMF-Digit": "#"})
    call.execute("transfer", "queue_repair XML hotline", uuid="u4")
    call.close()
    esl.until("CHANNEL_BRIDGE")
    esl.info("agent-state-change", **{"CC-Agent-State": "In a queue call"})
    esl.api("rehearsal phone 1001 hangup")
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": caller})
    esl.until("CHANNEL_DESTROY", **{"Call-Direction": "outbound"})
    leg = esl.find("CHANNEL_CREATE", **{"Call-Direction": "outbound"})[0]
    assert leg["variable_account_no"] == "8800123"
    assert leg["variable_ivr_trail"] == "main>repair"
    real = since(recorded("flow_then_queue"), SOCKET)
    ours = since(sent(esl.events), SOCKET)
    # The caller's end is compared by complete_life: the dialplan of this recording was another.
    assert_lanes_true_to(real, ours, set(lanes(real)) - {"member1"})
    ends = "CHANNEL_UNBRIDGE"
    assert_lanes_true_to(before(real, ends), before(ours, ends), ["member1"])
    for rows in (real, ours):
        assert_order(rows, ("CHANNEL_PARK", "CHANNEL_ANSWER"),
                     ("CHANNEL_UNPARK", "CHANNEL_EXECUTE_COMPLETE socket"),
                     ("CHANNEL_EXECUTE_COMPLETE transfer", "CHANNEL_UNPARK"),
                     ("member-queue-start", "agent-offering"))


def test_a_controller_that_dies_lets_the_dialplan_go_on(
    switch: Rehearsal, esl: Connection, dial: Dial
) -> None:
    caller = dial("13800138001")
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    call.execute("playback", "silence_stream://100", uuid="u2")
    call.close()
    esl.info("member-queue-start", **{"CC-Member-Session-UUID": caller})
    real = since(recorded("controller_dies"), SOCKET)
    ours = since(sent(esl.events), SOCKET)
    end = [row.what for row in real].index("CHANNEL_EXECUTE_COMPLETE socket")
    assert [row.what for row in ours][:end + 1] == [row.what for row in real][:end + 1]
    assert esl.api(f"uuid_getvar {caller} hotline_fallback") == "true"


@pytest.mark.usefixtures("nobody")
def test_without_a_controller_the_socket_ends_at_once(esl: Connection, dial: Dial) -> None:
    dial("13800138001")
    esl.info("member-queue-start")
    real = [row.what for row in since(recorded("nobody_listening"), SOCKET)]
    ours = [row.what for row in since(sent(esl.events), SOCKET)]
    assert ours[:2] == real[:2] == [SOCKET, "CHANNEL_EXECUTE_COMPLETE socket"]


def test_a_caller_who_hangs_up_in_a_flow_is_told_and_the_socket_lingers(
    switch: Rehearsal, esl: Connection, dial: Dial
) -> None:
    caller = dial()
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    call.reply("sendmsg", "call-command: execute", "execute-app-name: playback",
               "execute-app-arg: silence_stream://60000", "Event-UUID: u2", "event-lock: true")
    esl.until("PLAYBACK_START")
    esl.api(f"rehearsal caller {caller} hangup")
    done = call.until("CHANNEL_EXECUTE_COMPLETE", **{"Application-UUID": "u2"})
    assert (done["Answer-State"], done["Application-Response"]) == ("hangup", "PLAYBACK ERROR")
    call.until("CHANNEL_HANGUP_COMPLETE")
    assert call.notices[0][0]["Content-Disposition"] == "linger"
    assert esl.find("CHANNEL_DESTROY") == []
    call.close()
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": caller})


def test_a_missing_prompt_is_said_in_the_response(switch: Rehearsal, dial: Dial) -> None:
    dial()
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    done = call.execute("playback", "/nowhere/at-all.wav", uuid="u2")
    assert done["Application-Response"] == "FILE NOT FOUND"


def test_prompts_are_found_in_the_folder_of_their_rate_and_last_as_long_as_they_are(
    switch: Rehearsal, esl: Connection, dial: Dial, tmp_path: Path
) -> None:
    tone_file(tmp_path / "8000" / "a.wav", 150)
    tone_file(tmp_path / "8000" / "b.wav", 150)
    dial()
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    both = f"file_string://{tmp_path}/a.wav!{tmp_path}/b.wav"
    done = call.execute("playback", both, uuid="u2")
    assert done["Application-Response"] == "FILE PLAYED"
    assert 290 <= int(done["variable_playback_ms"]) < 600


def test_a_terminator_stops_a_prompt_and_other_keys_do_not(
    switch: Rehearsal, esl: Connection, dial: Dial
) -> None:
    caller = dial()
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    call.execute("multiset", "^^;playback_terminators=1", uuid="u2")
    call.reply("sendmsg", "call-command: execute", "execute-app-name: playback",
               "execute-app-arg: silence_stream://60000", "Event-UUID: u3", "event-lock: true")
    esl.until("PLAYBACK_START")
    esl.api(f"rehearsal caller {caller} dtmf 21")
    done = call.until("CHANNEL_EXECUTE_COMPLETE", **{"Application-UUID": "u3"})
    assert done["variable_playback_terminator_used"] == "1"


def test_nothing_keyed_in_time_leaves_no_digits(switch: Rehearsal, dial: Dial) -> None:
    dial()
    call, _ = _take(switch)
    call.execute("answer", uuid="u1")
    argument = "1 1 1 200 # silence_stream://10 silence_stream://10 picked [0-9] 200"
    done = call.execute("play_and_get_digits", argument, uuid="u2")
    assert done["variable_read_result"] == "timeout"
    assert "variable_picked" not in done
