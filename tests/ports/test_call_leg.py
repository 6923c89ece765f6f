"""CallLeg: the twin's caller and a caller behind an outbound socket behave alike to a flow."""

import pytest

from esl_controller.adapters.esl_outbound import OutboundCalls
from esl_controller.adapters.memory import MemoryLeg
from esl_controller.adapters.message_files import MessageFiles
from esl_controller.domain.errors import LegGone
from tests.fakes.fake_channel import FakeChannel
from tests.fakes.fake_freeswitch import wait_until


class ThroughTheTwin:
    """Runs a flow on the twin."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, flow, keyed="", gone=False, says_ms=3000):
        keys = [keyed] if keyed else []
        try:
            return flow(MemoryLeg(keys=keys, leaves_at=0 if gone else None, says_ms=says_ms))
        except LegGone as error:
            return error

    def close(self):
        return None


class ThroughTheSocket:
    """Runs a flow on a leg that a switch connects to us."""

    def __init__(self, folder):
        self.folder = folder
        self.opened = []

    def run(self, flow, keyed="", gone=False, says_ms=3000):
        outcome = []

        def handle(leg):
            try:
                outcome.append(flow(leg))
            except LegGone as error:
                outcome.append(error)

        server = OutboundCalls("127.0.0.1", 0, handle, files=MessageFiles(str(self.folder)))
        server.start()
        channel = FakeChannel(server.port)
        self.opened += [server.stop, channel.greenlet.kill, channel.sock.close]
        channel.results = {
            "play_and_get_digits": {"variable_clearline_digits": keyed},
            "playback": {"variable_playback_terminator_used": keyed[:1]},
            "record": {
                "variable_playback_terminator_used": "#",
                "variable_record_ms": str(says_ms),
            },
        }
        applications = ("answer", "playback", "play_and_get_digits", "transfer", "multiset")
        channel.hang_up_on = applications if gone else ()
        assert wait_until(lambda: outcome, 3)
        return outcome[0]

    def close(self):
        for close in self.opened:
            close()


@pytest.fixture(params=[ThroughTheTwin, ThroughTheSocket])
def caller(request, tmp_path):
    caller = request.param(tmp_path)
    yield caller
    caller.close()


def collect(leg):
    return leg.collect(["/p.wav"], min_digits=1, max_digits=7, timeout_s=5, digit_timeout_s=2)


def test_what_is_keyed_is_collected(caller):
    assert caller.run(collect, keyed="8800123") == "8800123"


KEY = "2026/11/23/3Z317R4TKA9EM9PMMZ0Z7TH9J5-901.wav"


def record(leg):
    return leg.record(KEY, limit_s=60, silence_s=4, least_ms=1000)


def test_a_message_has_its_length(caller):
    assert caller.run(record, says_ms=2500) == 2500


def test_a_message_that_is_too_short_is_none(caller):
    assert caller.run(record, says_ms=999) == 0


def test_a_message_does_not_leave_its_folder(caller):
    def flow(leg):
        with pytest.raises(Exception, match="climb"):
            leg.record("../x.wav", limit_s=60, silence_s=4, least_ms=1000)
        return "refused"

    assert caller.run(flow) == "refused"


def test_nothing_keyed_is_an_empty_text(caller):
    assert caller.run(collect) == ""


def test_a_key_stops_a_prompt_only_when_it_may(caller):
    assert caller.run(lambda leg: leg.play(["/p.wav"], terminators="12"), keyed="2") == "2"
    assert caller.run(lambda leg: leg.play(["/p.wav"]), keyed="2") == ""


def test_the_contact_follows_from_the_channel(caller):
    assert caller.run(lambda leg: (leg.uuid, leg.contact_id)) == (
        "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645",
        "3Z317R4TKA9EM9PMMZ0Z7TH9J5",
    )


@pytest.mark.parametrize(
    "step",
    [
        lambda leg: leg.answer(),
        lambda leg: leg.play(["/p.wav"]),
        collect,
        lambda leg: leg.enter_queue("general"),
    ],
)
def test_every_step_tells_that_the_caller_is_gone(caller, step):
    assert isinstance(caller.run(step, gone=True), LegGone)


def test_hanging_up_twice_is_no_error(caller):
    assert caller.run(lambda leg: (leg.hang_up(), leg.hang_up(), "done")[2]) == "done"


def test_a_queue_code_that_is_no_word_is_refused(caller):
    def flow(leg):
        with pytest.raises(Exception, match="not a word"):
            leg.enter_queue("general XML hotline\n")
        return "refused"

    assert caller.run(flow) == "refused"
