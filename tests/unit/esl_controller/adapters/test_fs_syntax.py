"""No text from outside becomes more than a text for the switch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esl_controller.adapters import fs_syntax
from esl_controller.adapters.fs_syntax import UnsafeText
from esl_controller.domain.snapshot import AgentConfig

UUID = "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645"

HOSTILE = [
    "",
    " ",
    "a b",
    "a\nb",
    "a\r\n\r\napi system x",
    "${system rm}",
    "$${password}",
    "a'b",
    'a"b',
    "a,b",
    "a|b",
    "a;b",
    "a\0b",
    "a\\b",
    "[leg_timeout=1]user/1",
    "{a=b}user/1",
    "1001@default",
    "x" * 1000,
    "电话",
]
BUILDERS = [
    fs_syntax.word,
    fs_syntax.uuid,
    fs_syntax.cause,
    fs_syntax.digits,
    fs_syntax.agent_name,
    fs_syntax.queue_name,
    fs_syntax.queue_transfer,
    fs_syntax.status,
    fs_syntax.path,
    fs_syntax.sound,
    fs_syntax.host,
    fs_syntax.variable,
    lambda text: fs_syntax.recording_path("/rec", text + "\n"),
    lambda text: fs_syntax.sounds(["/ok.wav", text]),
    lambda text: fs_syntax.agent_contact(
        AgentConfig("1001", "林晓", text, "webrtc", 45, "0" * 32), "hotline.example", 20
    ),
    lambda text: fs_syntax.agent_contact(
        AgentConfig("1001", "林晓", "1001", "webrtc", 45, "0" * 32), text, 20
    ),
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("build", BUILDERS)
def test_hostile_text_is_refused(build, text):
    with pytest.raises(UnsafeText):
        build(text)


@pytest.mark.parametrize("text", ["a|b", "a'b", "a\nb", "${x}", "", "a\\", 'a"'])
def test_hostile_words_are_refused_in_callcenter_commands(text):
    with pytest.raises(UnsafeText):
        fs_syntax.callcenter("agent", "set", "status", text)


def test_a_status_with_a_blank_is_one_word():
    command = fs_syntax.callcenter("agent", "set", "status", "1001@default", "On Break")
    assert command == "callcenter_config agent set status 1001@default 'On Break'"


@pytest.mark.parametrize("path", ["/a/../../etc/passwd", "..", "/a/..", "relative.wav"])
def test_a_path_does_not_climb(path):
    with pytest.raises(UnsafeText):
        fs_syntax.path(path)
    with pytest.raises(UnsafeText):
        fs_syntax.recording_path("/rec", "/" + path)


def test_several_files_play_as_one_without_gaps():
    assert fs_syntax.sounds(["/a.wav"]) == "/a.wav"
    assert fs_syntax.sounds(["/a.wav", "/b.wav"]) == "file_string:///a.wav!/b.wav"
    with pytest.raises(UnsafeText):
        fs_syntax.sounds([])


@given(st.dictionaries(st.sampled_from(["a", "b", "flow_result"]), st.text(), min_size=1))
def test_values_can_neither_expand_nor_add_assignments(variables):
    text = fs_syntax.assignments(variables)

    separator, pairs = text[2], text[3:]
    assert text[:2] == "^^"
    assert "$" not in pairs
    assert pairs.isprintable()
    names = [pair.partition("=")[0] for pair in pairs.split(separator)]
    assert names == list(variables)


def test_a_value_keeps_what_people_write():
    value = "阳光小区 3-2-501, 漏水; 急|!~"
    text = fs_syntax.assignments({"note": value})
    assert text[3:] == "note=" + value.replace(text[2], " ")


def test_an_agent_is_dialled_by_registration_without_expansion():
    agent = AgentConfig("1001", "林晓", "1001", "webrtc", 45, "0" * 32)
    contact = fs_syntax.agent_contact(agent, "hotline.example", 20)
    assert contact == (
        "[leg_timeout=20,media_timeout=10000]sofia/agents/1001%hotline.example"
    )


def test_digits_are_collected_in_one_try_with_our_own_pattern():
    argument = fs_syntax.play_and_get_digits(
        "/p.wav",
        "result",
        min_digits=1,
        max_digits=7,
        timeout_s=0.2,
        digit_timeout_s=3,
        end_keys="#",
    )
    assert argument == "1 7 1 1000 # /p.wav silence_stream://10 result ^[0-9*#A-D]*$ 3000"


@pytest.mark.parametrize("low, high", [(-1, 3), (4, 3), (0, 0), (1, 129)])
def test_impossible_numbers_of_digits_are_refused(low, high):
    with pytest.raises(UnsafeText):
        fs_syntax.play_and_get_digits(
            "/p.wav",
            "result",
            min_digits=low,
            max_digits=high,
            timeout_s=5,
            digit_timeout_s=3,
            end_keys="#",
        )


def test_an_empty_list_of_the_switch_is_no_rows():
    assert fs_syntax.rows("+OK\n") == []
    text = "name|status\n1001@default|On Break\nbroken|row|here\n+OK\n"
    assert fs_syntax.rows(text) == [{"name": "1001@default", "status": "On Break"}]
