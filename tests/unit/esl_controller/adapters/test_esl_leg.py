"""What a flow does to a leg, against a switch that executes applications."""

import pytest

from esl_controller.adapters.esl_leg import EslLeg
from esl_controller.adapters.esl_outbound import OutboundCalls
from esl_controller.adapters.message_files import MessageFiles
from esl_controller.domain.errors import LegGone
from tests.fakes.fake_channel import UUID, FakeChannel
from tests.fakes.fake_freeswitch import wait_until


@pytest.fixture
def call(tmp_path):
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

        server = OutboundCalls("127.0.0.1", 0, handle, files=MessageFiles(str(tmp_path)))
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
        "event json CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE DTMF CHANNEL_HANGUP"
        " CHANNEL_HANGUP_COMPLETE",
    ]
    assert wait_until(lambda: channel.commands[-1] == "exit", 3)


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
    assert wait_until(lambda: channel.commands[-1] == "exit", 3)


KEY = "2026/11/23/3Z317R4TKA9EM9PMMZ0Z7TH9J5-901.wav"


def taken(leg):
    return leg.record(KEY, limit_s=60, silence_s=4, least_ms=1000)


def recorded(ms, key=""):
    headers = {"variable_record_ms": str(ms), "variable_playback_terminator_used": key}
    return {"record": headers}


def test_a_message_is_written_into_a_folder_that_is_there(call, tmp_path):
    ms, channel = call(taken, results=recorded(2800, "#"))

    assert ms == 2800
    assert ("record", f"{tmp_path}/{KEY} 60 200 4") in channel.executed
    assert (tmp_path / KEY).parent.is_dir()


def test_silence_at_the_end_of_a_message_does_not_count_as_said(call, tmp_path):
    def flow(leg):
        (tmp_path / KEY).parent.mkdir(parents=True)
        (tmp_path / KEY).write_bytes(b"silence")
        return taken(leg)

    ms, _channel = call(flow, results=recorded(4500))

    assert ms == 0
    assert not (tmp_path / KEY).exists()


def test_given_a_caller_who_leaves_at_once_then_there_is_no_message_and_the_next_step_tells(
    call, tmp_path
):
    def flow(leg):
        assert taken(leg) == 0
        with pytest.raises(LegGone):
            leg.play(["/p.wav"])
        return "told"

    assert call(flow, hang_up_on=("record",))[0] == "told"


def test_given_a_caller_who_hangs_up_while_speaking_then_the_message_is_kept(call):
    results = {"record": {"variable_record_ms": "3100", "Answer-State": "hangup"}}

    assert call(taken, results=results)[0] == 3100


def test_given_no_place_for_messages_then_it_says_so(call, tmp_path):
    (tmp_path / "2026").write_text("a file where the folder should be")

    def flow(leg):
        with pytest.raises(OSError):
            taken(leg)
        return "said"

    assert call(flow)[0] == "said"
