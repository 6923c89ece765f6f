"""The switch alone, with our configuration and nobody on the controller's ports."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.actors import ears
from tests.actors.phone import ANSWER, SipPhone
from tests.live.conftest import secret_of
from tests.live.switch import AUDIO, FreeswitchProcess
from tests.until import until

Make = Callable[..., SipPhone]
SORRY = AUDIO / "8000" / "error.sorry.wav"


def test_it_starts_again_within_three_seconds(switch: FreeswitchProcess) -> None:
    switch.stop()
    assert switch.start() < 3.0
    errors = [line for line in switch.log.splitlines() if "[CRIT]" in line or "[ALERT]" in line]
    assert errors == []


def test_given_no_controller_when_a_citizen_calls_then_it_apologises_and_plays_music(
    switch: FreeswitchProcess, caller: Make
) -> None:
    call = caller().dial("96001")
    assert call.wait_for("up", 3)
    assert call.hears_sound(SORRY, within=10) > 0
    until(lambda: switch.waiting(), 5)
    since = call.now()
    until(lambda: ears.loudness(call.rtp.heard(since)) > 50, 8, what="music")
    call.hang_up()
    until(lambda: not switch.waiting(), 3)
    until(lambda: switch.channels() == 0, 3)


def test_given_no_controller_when_an_agent_is_free_then_they_talk_and_the_end_is_the_end(
    switch: FreeswitchProcess, caller: Make, phone: Make
) -> None:
    agent = phone("1001", policy=ANSWER)
    assert agent.register() == 200
    switch.add_agent("1001")
    call = caller().dial("96001")
    until(lambda: agent.calls, 25, what="the queue rings the agent")
    assert agent.call.wait_for("up")
    # The first scenario of its worker: the others' stacks are starting, and take both cores.
    assert agent.call.hears_tones(ears.CALLER, within=8)
    assert call.hears_tones(ears.AGENT_1, within=8)
    agent.call.hang_up()
    assert call.wait_for("ended", 2)
    assert not switch.waiting()
    switch.api("callcenter_config agent set status 1001@default 'Logged Out'")


def test_given_agents_in_its_database_when_it_restarts_then_they_still_get_calls(
    switch: FreeswitchProcess, caller: Make, phone: Make
) -> None:
    agent = phone("1001", policy=ANSWER)
    assert agent.register() == 200
    switch.add_agent("1001")
    switch.kill()
    switch.start()
    call = caller().dial("96001")
    until(lambda: agent.calls, 25, what="the queue rings the agent")
    assert agent.call.wait_for("up") and call.hears_tones(ears.AGENT_1)
    switch.api("callcenter_config agent set status 1001@default 'Logged Out'")


@pytest.mark.parametrize(
    "number", ["0013800138000", "96001x", "queue_general", "after_socket", "1001"]
)
def test_it_knows_no_number_but_the_hotline(caller: Make, number: str) -> None:
    call = caller().dial(number)
    assert call.wait_for("ended") and call.status == 404


def test_it_refuses_calls_from_anybody_but_the_carriers(
    switch: FreeswitchProcess,
) -> None:
    stranger = SipPhone("13800138000", switch.trunk, address="127.0.0.9")
    call = stranger.dial("96001")
    assert call.wait_for("ended", 3) and call.status == 403
    stranger.close()


def test_it_lets_no_phone_dial_anything(phone: Make) -> None:
    agent = phone("1001")
    assert agent.register() == 200
    for number in ("96001", "1002", "13800138000", "queue_general"):
        call = agent.dial(number)
        assert call.wait_for("ended") and call.status == 404, number


def test_it_tells_a_phone_that_dials_for_help_that_it_cannot(phone: Make) -> None:
    agent = phone("1001")
    assert agent.register() == 200
    call = agent.dial("110")
    assert call.wait_for("up")
    until(lambda: ears.loudness(call.rtp.heard()) > 500, 3)


def test_it_registers_only_with_the_right_secret(switch: FreeswitchProcess, phone: Make) -> None:
    wrong = SipPhone("1001", switch.agents, domain="hotline.clearline", password="guess")
    nobody = SipPhone("1999", switch.agents, domain="hotline.clearline", password=secret_of("1999"))
    assert (wrong.register(), nobody.register()) == (403, 403)
    assert phone("1002").register() == 200
    wrong.close()
    nobody.close()


def test_it_does_not_register_anybody_on_the_trunk(switch: FreeswitchProcess) -> None:
    phone = SipPhone("1001", switch.trunk, domain="hotline.clearline", password=secret_of("1001"))
    assert phone.register() in (403, 404, 405, 501)
    phone.close()


@pytest.mark.parametrize("port", ["trunk", "agents"])
def test_it_runs_no_command_that_comes_as_a_text_message(
    switch: FreeswitchProcess, caller: Make, port: str
) -> None:
    sender = caller()
    server = getattr(switch, port)
    sender.endpoint.server = server
    headers = [("from", "<sip:1001@127.0.0.1>;tag=1"), ("call-id", f"message-{port}")]
    headers += [("to", "<sip:api@127.0.0.1>"), ("cseq", "1 MESSAGE")]
    headers += [("content-type", "text/plain")]
    for target in ("api", "api+global_setvar"):
        uri = f"sip:{target}@{server[0]}:{server[1]}"
        sender.endpoint.request("MESSAGE", uri, headers, "global_setvar robbed=yes").done.wait(5)
    assert switch.api("global_getvar robbed") != "yes"


def test_given_a_caller_whose_line_went_dead_then_it_lets_go(
    switch: FreeswitchProcess, caller: Make
) -> None:
    gone = caller()
    call = gone.dial("96001")
    assert call.wait_for("up")
    gone.close()
    until(lambda: switch.channels() == 0, 10, what="the dead line is dropped")


def test_it_shows_queues_and_phones_only_a_plausible_number(
    switch: FreeswitchProcess, caller: Make
) -> None:
    odd = ("1" * 30, "a%0AUnique-ID:%20x", "1|2|3", "%20OR%201=1--", "%3Cb%3E", "", "%F0%9F%9A%B0")
    plain = ("13800138000", "+8613800138000", "053266668888")
    phone = caller()
    calls = [
        phone.dial("96001", from_user=who, display='"1|2|${system(id)}"') for who in odd + plain
    ]
    assert all(call.wait_for("up", 5) for call in calls)
    rows = until(lambda: (r := switch.waiting()) and len(r) == len(calls) and r, 15)
    shown = sorted(row["cid_number"] for row in rows)
    assert shown == sorted([*plain, *["anonymous"] * len(odd)])
    assert all(row["cid_name"] == row["cid_number"] for row in rows)


def test_it_has_no_default_password(switch: FreeswitchProcess) -> None:
    with socket.create_connection(("127.0.0.1", switch.settings.esl_port), 5) as line:
        line.sendall(b"auth ClueCon\n\n")
        answer = b""
        while b"-ERR" not in answer and b"+OK" not in answer:
            answer += line.recv(1000)
    assert b"-ERR invalid" in answer


def test_it_keeps_secrets_from_other_users(switch: FreeswitchProcess) -> None:
    for path in (switch.folder / "conf", switch.folder / "switch", switch.settings.cdr_dir):
        assert Path(path).stat().st_mode & 0o077 == 0


def test_it_writes_one_record_file_per_leg(switch: FreeswitchProcess, caller: Make) -> None:
    before = len(list(switch.settings.cdr_dir.glob("*.json")))
    call = caller().dial("96001")
    assert call.wait_for("up")
    call.hang_up()
    until(lambda: len(list(switch.settings.cdr_dir.glob("*.json"))) == before + 1, 5)


def test_it_expands_no_command_in_a_value(switch: FreeswitchProcess) -> None:
    assert "off" in switch.api("fsctl api_expansion")
    assert switch.api("global_getvar disable_system_app_commands") == "true"
