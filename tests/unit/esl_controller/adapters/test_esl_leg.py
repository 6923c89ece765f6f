"""What a flow does to a leg, against a switch that executes applications."""

import pytest

from esl_controller.adapters.esl_leg import EslLeg
from esl_controller.adapters.esl_outbound import OutboundCalls
from esl_controller.domain.errors import LegGone
from tests.fakes.fake_channel import UUID, FakeChannel
from tests.fakes.fake_freeswitch import wait_until


@pytest.fixture
def call():
    """Returns run(flow, **channel settings) -> (what the flow returned or raised, channel)."""
    channels, servers = [], []

    def run(flow, hang_up_on=(), results=None):
        outcome = []

        def handle(leg):
            try:
                outcome.append(flow(leg))
            except Exception as error:
                outcome.append(error)
                raise

        server = OutboundCalls("127.0.0.1", 0, handle)
        server.start()
        servers.append(server)
        channel = FakeChannel(server.port)
        channel.hang_up_on, channel.results = hang_up_on, results or {}
        channels.append(channel)
        assert wait_until(lambda: outcome and server.calls == 0, 3)
        return outcome[0], channel

    yield run
    for server in servers:
        server.stop()
    for channel in channels:
        channel.greenlet.kill()
        channel.sock.close()


def test_a_leg_knows_its_caller_and_no_header_is_forged(call):
    leg, channel = call(lambda leg: leg)

    assert isinstance(leg, EslLeg)
    assert (leg.uuid, leg.caller_number, leg.called_number) == (UUID, "+8613800138000", "96001")
    assert leg.variables["sip_from_display"] == "a\nUnique-ID: EVIL"
    assert channel.commands[:4] == [
        "connect",
        "linger 5",
        f"filter Unique-ID {UUID}",
        "event json CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE",
    ]
    assert channel.commands[-1] == "exit"


def test_it_plays_several_files_as_one_and_returns_the_key_that_stopped_them(call):
    results = {"playback": {"variable_playback_terminator_used": "2"}}

    key, channel = call(lambda leg: leg.play(["/a.wav", "/b.wav"], terminators="12"), (), results)

    assert key == "2"
    assert ("playback", "file_string:///a.wav!/b.wav") in channel.executed
    assert channel.executed[0] == (
        "multiset",
        "^^;playback_terminators=12;playback_terminator_used=",
    )


def test_keys_do_not_stop_what_must_be_heard(call):
    results = {"playback": {"variable_playback_terminator_used": "2"}}

    key, channel = call(lambda leg: leg.play(["/a.wav"]), (), results)

    assert key == ""
    assert "playback_terminators=none" in channel.executed[0][1]


def test_it_reports_a_prompt_that_is_missing(call):
    results = {"playback": {"Application-Response": "FILE NOT FOUND"}}

    missing, _ = call(lambda leg: (leg.play(["/no.wav"]), leg.missing)[1], (), results)

    assert missing == ["/no.wav"]


def ask(leg):
    return leg.collect(
        ["/p.wav"], min_digits=1, max_digits=7, timeout_s=5, digit_timeout_s=2
    )


def test_it_collects_digits_after_removing_an_older_result(call):
    results = {"play_and_get_digits": {"variable_clearline_digits": "8800123"}}

    digits, channel = call(ask, (), results)

    assert digits == "8800123"
    assert channel.executed == [
        ("unset", "clearline_digits"),
        (
            "play_and_get_digits",
            "1 7 1 5000 # /p.wav silence_stream://10 clearline_digits ^[0-9*#A-D]*$ 2000",
        ),
    ]


def test_nothing_keyed_is_an_empty_answer_and_a_loose_hash_is_flushed(call):
    answers, channel = call(lambda leg: (ask(leg), ask(leg)))

    assert answers == ("", "")
    assert [name for name, _ in channel.executed] == [
        "unset",
        "play_and_get_digits",
        "flush_dtmf",
        "unset",
        "play_and_get_digits",
    ]


def test_more_digits_than_asked_for_are_no_answer(call):
    results = {"play_and_get_digits": {"variable_clearline_digits": "1" * 500}}

    digits, _ = call(ask, (), results)

    assert digits == ""


STEPS = {
    "answer": lambda leg: leg.answer(),
    "playback": lambda leg: leg.play(["/a.wav"]),
    "play_and_get_digits": ask,
    "transfer": lambda leg: leg.enter_queue("general"),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_caller_who_hangs_up_ends_every_step(call, name):
    gone, channel = call(STEPS[name], hang_up_on=(name,))

    assert isinstance(gone, LegGone)
    assert wait_until(lambda: channel.ended)


def test_hanging_up_on_a_caller_who_is_gone_is_no_error(call):
    def flow(leg):
        leg.hang_up()
        leg.hang_up()
        return "ended"

    outcome, _ = call(flow)

    assert outcome == "ended"


def test_it_hands_over_to_a_queue_before_the_socket_closes(call):
    _, channel = call(
        lambda leg: (leg.set_variables({"note": "a;b"}), leg.enter_queue("general"))
    )

    assert channel.executed == [
        ("multiset", "^^|note=a;b"),
        ("transfer", "queue_general XML hotline"),
    ]
    assert channel.commands[-1] == "exit"
