"""Simulated callers and agents' phones."""

from __future__ import annotations

import pytest

from esl_controller.rehearsal.phones import dialled
from esl_controller.rehearsal.scripts import Key, ScriptInvalid, parse
from tests.unit.esl_controller.rehearsal.client import Connection, read_packet
from tests.unit.esl_controller.rehearsal.conftest import AddAgent, Dial
from tests.unit.esl_controller.rehearsal.switch import Rehearsal


@pytest.mark.parametrize("contact, found", [
    ("[leg_timeout=20,media_timeout=10000]sofia/agents/1001%hotline.test", ("1001", 20)),
    ("[leg_timeout=4]user/1002@hotline.test", ("1002", 4)),
    ("{originate_timeout=9}${sofia_contact(*/1003@hotline.test)}", ("1003", 9)),
    ("", ("", 60)),
])
def test_it_reads_whom_a_contact_rings_and_how_long(contact: str, found: object) -> None:
    assert dialled(contact) == found


def test_a_script_can_be_given_as_json() -> None:
    script = parse('{"keys": ["1", {"digits": "0", "on": "prompt:menu"}], "patience_s": 9}')
    assert script.keys == (Key("1"), Key("0", on="prompt:menu"))
    assert script.patience_s == 9


@pytest.mark.parametrize("text", ["nobody", "{", '{"digit": 1}', '{"keys": [{"on": "x"}]}'])
def test_a_script_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ScriptInvalid):
        parse(text)


def test_a_scripted_caller_keys_when_asked_and_hangs_up_without_patience(
    switch: Rehearsal, esl: Connection, dial: Dial
) -> None:
    caller = dial(script='{"keys":[{"digits":"42","after_s":0.1}],"patience_s":2}')
    call = switch.accept()
    call.sock.sendall(b"connect\n\n")
    read_packet(call.stream)
    call.listen()
    call.reply("event json CHANNEL_EXECUTE_COMPLETE")
    call.execute("answer", uuid="u1")
    argument = "1 2 1 3000 # silence_stream://10 silence_stream://10 picked [0-9]+ 1000"
    assert call.execute("play_and_get_digits", argument, uuid="u2")["variable_picked"] == "42"
    over = esl.until("CHANNEL_HANGUP", **{"Unique-ID": caller})
    assert over["variable_sip_hangup_disposition"] == "recv_bye"


@pytest.mark.usefixtures("nobody")
def test_an_unregistered_phone_is_not_rung(
    esl: Connection, add_agent: AddAgent, dial: Dial
) -> None:
    add_agent("1001")
    esl.api("rehearsal unregister 1001")
    dial()
    failed = esl.info("bridge-agent-fail")
    assert failed["CC-Hangup-Cause"] == "USER_NOT_REGISTERED"
    assert esl.find("CHANNEL_CREATE", **{"Call-Direction": "outbound"}) == []


@pytest.mark.usefixtures("nobody")
def test_an_agent_taken_off_duty_stops_ringing(
    esl: Connection, add_agent: AddAgent, dial: Dial
) -> None:
    add_agent("1001")
    dial()
    esl.until("CHANNEL_CALLSTATE", **{
        "Call-Direction": "outbound", "Channel-Call-State": "RINGING"})
    assert esl.api("rehearsal phone 1001 status") == "ringing\n"
    esl.api("callcenter_config agent set status 1001@default 'On Break'")
    assert esl.info("bridge-agent-fail")["CC-Hangup-Cause"] == "ORIGINATOR_CANCEL"


@pytest.mark.usefixtures("nobody")
def test_the_agent_idle_for_longest_is_rung_first(
    esl: Connection, add_agent: AddAgent, dial: Dial
) -> None:
    add_agent("1001", auto="0.1")
    add_agent("1002", auto="0.1")
    first = dial()
    esl.info("agent-state-change", **{"CC-Agent-State": "In a queue call"})
    esl.api(f"rehearsal caller {first} hangup")
    esl.until("CHANNEL_DESTROY", **{"Unique-ID": first})
    second = dial("13800138001")
    talk = esl.info("bridge-agent-start", **{"CC-Member-Session-UUID": second})
    assert talk["CC-Agent"] == "1002@default"


@pytest.mark.usefixtures("nobody")
def test_a_number_that_is_no_number_reaches_agents_as_anonymous(
    esl: Connection, dial: Dial
) -> None:
    dial("a%7Cb%0Ac")
    joined = esl.info("member-queue-start")
    assert (joined["CC-Member-CID-Name"], joined["CC-Member-CID-Number"]) == (
        "anonymous", "anonymous")


def test_only_the_hotline_can_be_dialled(esl: Connection, dial: Dial) -> None:
    caller = dial(called="110")
    over = esl.until("CHANNEL_HANGUP_COMPLETE", **{"Unique-ID": caller})
    assert over["Hangup-Cause"] == "UNALLOCATED_NUMBER"


def test_the_demonstration_can_be_switched_on_and_off(esl: Connection) -> None:
    assert esl.api("rehearsal demo on 60") == "+OK on 60\n"
    esl.until("CHANNEL_CREATE", 30, **{"Call-Direction": "inbound"})
    assert esl.api("rehearsal demo off") == "+OK off 60\n"


@pytest.mark.usefixtures("nobody")
def test_a_phone_that_vanishes_is_given_up_when_its_leg_was_silent_for_long_enough(
    esl: Connection, add_agent: AddAgent
) -> None:
    add_agent("1001", auto="0")
    leg = "66666666-6666-4666-8666-666666666666"
    placed = f"{{origination_uuid={leg},media_timeout=300}}sofia/agents/1001%hotline.test"
    assert esl.api(f"originate {placed} &park()").startswith("+OK")
    assert esl.api("rehearsal phone 1001 vanish") == "+OK\n"
    assert esl.api("rehearsal phone 1001 status") == "unregistered\n"
    over = esl.until("CHANNEL_HANGUP_COMPLETE", **{"Unique-ID": leg})
    assert (over["Hangup-Cause"], over["variable_sip_hangup_disposition"]) == (
        "MEDIA_TIMEOUT",
        "send_bye",
    )
    assert esl.find("CUSTOM", **{"Event-Subclass": "sofia::unregister"}) == []


@pytest.mark.usefixtures("nobody")
def test_a_phone_that_vanishes_is_told_when_it_does_not_answer_the_pings(
    esl: Connection, add_agent: AddAgent
) -> None:
    add_agent("1001")
    esl.api("rehearsal phone 1001 vanish")
    told = esl.until("CUSTOM", **{"Event-Subclass": "sofia::sip_user_state"})
    assert (told["from-user"], told["Ping-Status"]) == ("1001", "UNREACHABLE")
