"""Stop, kill and start again: what is gone, what stays, and what clients are told."""

from __future__ import annotations

import signal

import pytest

from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.conftest import AddAgent, Dial
from tests.unit.esl_controller.rehearsal.switch import Rehearsal

pytestmark = pytest.mark.usefixtures("nobody")


def test_a_killed_switch_keeps_agents_tiers_and_registrations_and_repairs_states(
    switch: Rehearsal, esl: Connection, add_agent: AddAgent, dial: Dial
) -> None:
    add_agent("1001", auto="0.1")
    add_agent("1002", status="On Break")
    dial("13800130001")
    esl.info("agent-state-change", **{"CC-Agent-State": "In a queue call"})
    waiting = dial("13800130002")
    esl.info("member-queue-start", **{"CC-Member-Session-UUID": waiting})
    esl.api("callcenter_config agent set state 1002@default Waiting")  # writes the tables
    core = esl.api("global_getvar core_uuid")
    assert switch.end(signal.SIGKILL) == -signal.SIGKILL
    assert esl.closed.wait(5)
    assert esl.notices == []
    switch.begin()
    again = switch.client()
    assert again.api("global_getvar core_uuid") != core
    rows = again.api("callcenter_config agent list").split("\n")[1:3]
    fields = [row.split("|") for row in rows]
    assert [(one[0], one[2], one[5], one[6]) for one in fields] == [
        ("1001@default", "", "Available", "Waiting"), ("1002@default", "", "On Break", "Waiting")]
    tiers = again.api("callcenter_config tier list").split("\n")[1:3]
    assert all(row.split("|")[2] == "Ready" for row in tiers)
    members = again.api("callcenter_config queue list members repair@default").split("\n")[1:3]
    assert [(row.split("|")[3], row.split("|")[15]) for row in members] == [
        ("", "Abandoned"), ("", "Abandoned")]
    assert again.api("show channels count") == "\n0 total.\n"
    assert again.api("show registrations count") == "\n2 total.\n"


def test_a_clean_stop_says_goodbye_to_everybody(
    switch: Rehearsal, esl: Connection, add_agent: AddAgent, dial: Dial
) -> None:
    add_agent("1001", auto="0.1")
    caller = dial()
    esl.until("CHANNEL_BRIDGE")
    assert switch.end(signal.SIGTERM) == 0
    assert esl.closed.wait(5)
    over = esl.find("CHANNEL_HANGUP_COMPLETE", **{"Unique-ID": caller})
    assert [event["Hangup-Cause"] for event in over] == ["SYSTEM_SHUTDOWN"]
    headers, body = esl.notices[-1]
    assert headers["Content-Type"] == "text/disconnect-notice"
    assert body.startswith(b"Disconnected, goodbye.\n")
