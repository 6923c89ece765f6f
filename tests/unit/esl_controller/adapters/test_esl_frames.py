"""Framing without a socket: bytes in any portions give the same frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esl_controller.adapters import esl_frames
from esl_controller.adapters.esl_frames import (
    EslEvent,
    FrameReader,
    LineBreakRefused,
    ProtocolError,
    command_bytes,
    parse_headers,
)

STREAM = (
    b"Content-Type: auth/request\n\n"
    b"\n\r\n"
    b"Content-Length: 7\nContent-Type: text/event-json\n\n{\n\n  1}"
    b"Content-Type: command/reply\r\nReply-Text: +OK\r\n\r\n"
    b"Content-Length: 0\nContent-Type: text/disconnect-notice\n\n"
)
WHOLE = [
    ({"Content-Type": "auth/request"}, b""),
    ({"Content-Length": "7", "Content-Type": "text/event-json"}, b"{\n\n  1}"),
    ({"Content-Type": "command/reply", "Reply-Text": "+OK"}, b""),
    ({"Content-Length": "0", "Content-Type": "text/disconnect-notice"}, b""),
]


@given(st.lists(st.integers(1, 40), min_size=1))
def test_portions_do_not_matter(sizes):
    reader, frames, rest = FrameReader(), [], STREAM
    for size in sizes * len(STREAM):
        frames += reader.feed(rest[:size])
        rest = rest[size:]
    assert [tuple(frame) for frame in frames] == WHOLE
    assert not reader.in_mid_frame


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "٣", "99999999999", str(1 << 30)])
def test_an_impossible_length_is_refused(length):
    with pytest.raises(ProtocolError):
        list(FrameReader().feed(f"Content-Length: {length}\n\n".encode()))


def test_a_header_block_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(esl_frames, "MAX_HEAD_BYTES", 100)
    with pytest.raises(ProtocolError):
        list(FrameReader().feed(b"x" * 101))


@given(st.dictionaries(st.text(alphabet="abcXYZ-_", min_size=1), st.text()))
def test_no_value_can_forge_another_header(headers):
    from urllib.parse import quote

    block = "\n".join(f"{name}: {quote(value, safe='')}" for name, value in headers.items())
    assert parse_headers(block.encode(), percent_encoded=True) == headers


def test_a_json_event_with_a_broken_character_is_repaired():
    content = b'{"Event-Name":"X","variable_name":"' + "用户".encode("gbk") + b'"}'
    assert EslEvent.from_json(content).headers["Event-Name"] == "X"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'"text"', b"\xff"])
def test_json_that_is_no_event_is_refused(content):
    with pytest.raises(ProtocolError):
        EslEvent.from_json(content)


def test_json_values_that_are_no_text_read_as_in_the_plain_format():
    event = EslEvent.from_json(b'{"a":["1","2"],"b":3,"c":null,"_body":"text"}')
    assert event.headers == {"a": "ARRAY::1|:2", "b": "3", "c": ""}
    assert event.data == "text"


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\0b", "", "a\n\nb"])
def test_a_line_break_is_refused_in_commands_and_header_lines(text):
    with pytest.raises(LineBreakRefused):
        command_bytes(text)
    if text:
        with pytest.raises(LineBreakRefused):
            command_bytes("sendmsg", {"execute-app-arg": text})
