"""A third party on the line: consult, transfer, conference, listening. Compared with recordings."""

from __future__ import annotations

import pytest

from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.conftest import AddAgent, Dial
from tests.unit.esl_controller.rehearsal.truth import (
    assert_lanes_true_to,
    recorded,
    sent,
    since,
)
from tests.until import until

pytestmark = pytest.mark.usefixtures("nobody")

Talk = tuple[str, str]
ROOM = "c0123456789abcdefghjkmnpqr0"
MUSIC = "local_stream://moh"
PLACED = "{origination_caller_id_number=1001,ignore_early_media=true,originate_timeout=10}"
LEGS = ("member1", "agent1", "agent2")
ENTERS = "CHANNEL_EXECUTE callcenter"


@pytest.fixture
def talk(esl: Connection, add_agent: AddAgent, dial: Dial) -> Talk:
    """Caller and agent 1001 in conversation; the phone of 1002 answers by itself."""
    add_agent("1001", auto="0.1")
    add_agent("1002", auto="0.1", status="On Break")
    caller = dial("13800138002")
    bridge = esl.until("CHANNEL_BRIDGE")
    esl.info("agent-state-change", **{"CC-Agent-State": "In a queue call"})
    return caller, bridge["Bridge-B-Unique-ID"]


def bridge(esl: Connection, first: str, second: str) -> None:
    asked = len(esl.find("CHANNEL_BRIDGE"))
    assert esl.api(f"uuid_bridge {first} {second}") == f"+OK {second}\n"
    until(lambda: len(esl.find("CHANNEL_BRIDGE")) > asked, what="the bridge")
    made = esl.find("CHANNEL_BRIDGE")[-1]
    assert (made["Bridge-A-Unique-ID"], made["Bridge-B-Unique-ID"]) == (first, second)


def consult(esl: Connection, talk: Talk) -> str:
    """The caller hears music, the agent talks to 1002; gives 1002's leg."""
    caller, agent = talk
    assert esl.api(f"uuid_transfer {caller} -both 'endless_playback:{MUSIC}' inline") == "+OK\n"
    for leg in talk:
        esl.until("CHANNEL_EXECUTE", **{"Unique-ID": leg, "Application": "endless_playback"})
    answer = esl.api(f"originate {PLACED}user/1002@hotline.test &park()")
    assert answer.startswith("+OK ")
    leg = answer.split()[1]
    bridge(esl, agent, leg)
    return leg


def assert_true(esl: Connection, scenario: str, *legs: str) -> None:
    ours, real = since(sent(esl.events), ENTERS), since(recorded(scenario), ENTERS)
    assert_lanes_true_to(real, ours, legs or LEGS)


def test_a_consultation_is_completed_as_on_the_real_switch(esl: Connection, talk: Talk) -> None:
    caller, agent = talk
    esl.api(f"uuid_setvar {agent} hangup_after_bridge false")
    third = consult(esl, talk)
    bridge(esl, caller, third)
    esl.info("agent-state-change", **{"CC-Agent-State": "Waiting", "CC-Agent": "1001@default"})
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": agent})
    until(lambda: esl.find("CHANNEL_EXECUTE", **{"Unique-ID": third})[2:], what="its bridges")
    assert_true(esl, "consult_completed", *LEGS, "agent 1001@default", "visit of member1")


def test_a_consultation_that_the_third_ends_brings_the_caller_back(
    esl: Connection, talk: Talk
) -> None:
    caller, agent = talk
    for leg in talk:
        values = "park_after_bridge=true;hangup_after_bridge=false"
        assert esl.api(f"uuid_setvar_multi {leg} {values}") == "+OK\n"
    third = consult(esl, talk)
    esl.api("rehearsal phone 1002 hangup")
    esl.until("CHANNEL_PARK", **{"Unique-ID": agent})
    bridge(esl, caller, agent)
    esl.api("rehearsal phone 1001 hangup")
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": agent})
    esl.until("CHANNEL_PARK", **{"Unique-ID": caller})
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": third})
    assert_true(esl, "consult_cancelled")


def test_a_conference_is_as_on_the_real_switch(esl: Connection, talk: Talk) -> None:
    caller, agent = talk
    esl.api(f"uuid_setvar {agent} hangup_after_bridge false")
    assert esl.api(f"uuid_transfer {caller} -both conf_{ROOM} XML hotline") == "+OK\n"
    for leg in talk:
        esl.until("CUSTOM", **{"Unique-ID": leg, "Action": "add-member"})
    answer = esl.api(f"originate {PLACED}user/1002@hotline.test conf_{ROOM} XML hotline")
    third = answer.split()[1]
    esl.until("CUSTOM", **{"Unique-ID": third, "Action": "add-member"})
    listed = esl.api(f"conference {ROOM} list").splitlines()
    assert listed[0].split(";")[2:5] == [third, "Outbound Call", "1002"]
    assert {line.split(";")[2] for line in listed} == {caller, agent, third}
    esl.api("rehearsal phone 1001 hangup")
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": agent})
    assert len(esl.api(f"conference {ROOM} list").splitlines()) == 2
    esl.info("bridge-agent-end")
    assert esl.api(f"conference {ROOM} kick all").count("+OK kicked") == 2
    for leg in (caller, third):
        esl.until("CHANNEL_DESTROY", **{"Unique-ID": leg})
    esl.until("CUSTOM", **{"Action": "conference-destroy"})
    assert esl.api(f"conference {ROOM} list") == f"-ERR Conference {ROOM} not found\n"
    assert_true(esl, "conference", *LEGS, "")


def test_a_supervisor_listens_switches_and_takes_over_as_on_the_real_switch(
    esl: Connection, talk: Talk
) -> None:
    caller, agent = talk
    assert esl.api("rehearsal phone 2001 register") == "+OK\n"
    variables = ("{origination_caller_id_number=monitor,eavesdrop_enable_dtmf=true,"
                 "sip_h_X-Clearline-Auto-Answer=1}")
    answer = esl.api(f"originate {variables}user/2001@hotline.test &eavesdrop({agent})")
    listener = answer.split()[1]
    esl.until("MEDIA_BUG_START", **{"Unique-ID": agent})
    for place, key in enumerate("21303"):
        answer = esl.api(f"uuid_recv_dtmf {listener} {key}")
        assert answer == f"+OK {listener} received DTMF {key}.\n"
        until(lambda: len(esl.find("DTMF")) == place + 1, what="the key")
    bridge(esl, listener, caller)
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": agent})
    esl.until("CHANNEL_EXECUTE", **{"Unique-ID": caller, "Application-Data": listener})
    assert_true(esl, "listening", *LEGS, "agent 1001@default", "visit of member1")


def test_a_listener_is_let_go_when_the_agent_hangs_up(esl: Connection, talk: Talk) -> None:
    _, agent = talk
    answer = esl.api(f"originate {PLACED}user/1002@hotline.test &eavesdrop({agent})")
    esl.until("MEDIA_BUG_START", **{"Unique-ID": agent})
    esl.api("rehearsal phone 1001 hangup")
    over = esl.until("CHANNEL_HANGUP_COMPLETE", **{"Unique-ID": answer.split()[1]})
    assert over["Hangup-Cause"] == "NORMAL_CLEARING"


def test_hold_recipes_tell_the_same_events(esl: Connection, talk: Talk) -> None:
    caller, agent = talk
    for leg, side in ((caller, "aleg"), (agent, "bleg")):
        esl.events.clear()
        esl.api(f"uuid_broadcast {leg} {MUSIC} {side}")
        esl.until("PLAYBACK_START", **{"Unique-ID": caller})
        esl.api(f"uuid_break {caller}")
        esl.until("PLAYBACK_STOP", **{"Unique-ID": caller})
    esl.api(f"uuid_setvar {agent} park_after_bridge true")
    esl.api(f"uuid_transfer {caller} 'endless_playback:{MUSIC}' inline")
    esl.until("CHANNEL_PARK", **{"Unique-ID": agent})
    esl.until("CHANNEL_EXECUTE", **{"Unique-ID": caller, "Application": "endless_playback"})
    bridge(esl, caller, agent)
    esl.api(f"uuid_audio {agent} start read mute 1")
    esl.api(f"uuid_audio {agent} start read mute 0")
    esl.api(f"uuid_audio {agent} stop")
    esl.until("MEDIA_BUG_STOP", **{"Unique-ID": agent})
    # between the two the recording tries uuid_displace and uuid_hold, which we do not use
    ours, real = sent(esl.events), recorded("hold")
    for leg, what in (("member1", "CHANNEL_UNBRIDGE"), ("agent1", "CHANNEL_PARK")):
        rows = [row for row in ours if row.lane == leg]
        theirs = [row for row in real if row.lane == leg]
        assert_lanes_true_to(since(theirs, what), since(rows, what), (leg,))


@pytest.mark.parametrize("number, answer", [
    ("+8613800000486", "-ERR USER_BUSY\n"),
    ("+8613800000603", "-ERR CALL_REJECTED\n"),
    ("+8613800000404", "-ERR UNALLOCATED_NUMBER\n"),
    ("+8613800000480", "-ERR NO_ANSWER\n"),
])
def test_parties_outside_refuse_as_their_number_says(
    esl: Connection, number: str, answer: str
) -> None:
    assert esl.api(f"originate {{originate_timeout=1}}sofia/trunk/{number}@carrier &park()") == (
        answer)
    assert esl.find("CHANNEL_HANGUP")[0]["Hangup-Cause"] == answer.split()[1]


def test_a_party_outside_answers_and_keeps_the_uuid_it_was_given(esl: Connection) -> None:
    uuid = esl.api("create_uuid")
    text = f"originate {{origination_uuid={uuid}}}sofia/trunk/13800000001@carrier:5080 &park()"
    assert esl.api(text) == f"+OK {uuid}\n"
    esl.until("CHANNEL_PARK", **{"Unique-ID": uuid})
    assert esl.api(f"uuid_kill {uuid}") == "+OK\n"
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": uuid})


def test_it_does_not_ring_phones_that_are_absent_or_busy(esl: Connection, talk: Talk) -> None:
    assert esl.api("originate user/1003@hotline.test &park()") == "-ERR USER_NOT_REGISTERED\n"
    assert esl.api("originate sofia/agents/1001%hotline.test &park()") == "-ERR USER_BUSY\n"
    assert esl.api("originate nowhere/1 &park()") == "-ERR DESTINATION_OUT_OF_ORDER\n"


def test_a_background_originate_tells_its_end_with_its_job(esl: Connection) -> None:
    text = "bgapi originate {originate_timeout=1}sofia/trunk/10486@carrier &park()"
    assert esl.reply(text, "Job-UUID: job-1") == "+OK Job-UUID: job-1"
    done = esl.until("BACKGROUND_JOB", **{"Job-UUID": "job-1"})
    assert done["_body"] == "-ERR USER_BUSY\n"
