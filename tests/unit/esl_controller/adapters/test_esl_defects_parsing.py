"""Defects D01 to D09 of stock greenswitch: what it makes of the bytes that arrive."""

from tests.fakes.fake_freeswitch import api_response, packet, plain_event, wait_until


def first_event(esl, data):
    fake = esl.fake()
    connection = esl.connect(fake)
    events = []
    connection.register_handle("*", events.append)
    fake.push(data)
    assert wait_until(lambda: events, 1.2), "the event never arrived"
    return events[0]


def test_d01_an_encoded_newline_in_a_caller_name_forges_no_header(esl):
    name = "Bob%0AUnique-ID%3A%20EVIL%0Avariable_agent%3A%20admin"
    data = plain_event(
        {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "real", "Caller-Caller-ID-Name": name}
    )

    headers = first_event(esl, data).headers

    assert headers["Unique-ID"] == "real"
    assert "variable_agent" not in headers
    assert headers["Caller-Caller-ID-Name"].startswith("Bob\nUnique-ID")


def test_d02_other_line_separators_forge_no_header_either(esl):
    for separator in ("%E2%80%A8", "%C2%85", "%0B", "%0C", "%1C"):
        data = plain_event(
            {"Event-Name": "X", "Unique-ID": "real", "name": f"a{separator}Unique-ID%3A%20EVIL"}
        )
        assert first_event(esl, data).headers["Unique-ID"] == "real"


def test_d03_the_body_of_an_event_is_not_read_as_headers(esl):
    body = b"+OK\nJob-UUID: EVIL\nEvent-Name: CHANNEL_HANGUP\n"

    event = first_event(esl, plain_event({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "1"}, body))

    assert event.headers["Job-UUID"] == "1"
    assert event.data == body.decode()


def test_d04_an_empty_last_header_is_an_empty_header(esl):
    headers = first_event(esl, plain_event({"Event-Name": "X", "A": "1", "b": ""})).headers

    assert headers["A"] == "1"
    assert headers["b"] == ""


def test_d05_the_text_of_a_reply_is_not_decoded(esl):
    text = "+OK x%20y%0AContent-Type: z"
    reply = f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()
    fake = esl.fake(answer=lambda command: reply)
    connection = esl.connect(fake)

    result = esl.outcome(1.2, connection.send, "filter x")

    assert result.headers["Reply-Text"] == text


def test_d06_json_events_arrive_and_the_connection_lives_on(esl):
    data = packet("text/event-json", b'{"Event-Name":"HEARTBEAT","list":["a","b"],"_body":"hi"}')

    event = first_event(esl, data)

    assert event.headers == {"Event-Name": "HEARTBEAT", "list": "ARRAY::a|:b"}
    assert event.data == "hi"


def test_d07_stray_blank_lines_are_nothing(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    fake.push(b"\n\n\n")

    assert esl.within(1.2, connection.send, "api status").data == "+OK status"


def test_d08_a_reply_that_is_not_utf8_is_still_a_reply(esl):
    gbk = "用户忙".encode("gbk")
    fake = esl.fake()
    connection = esl.connect(fake)
    fake.answer = lambda command: api_response(gbk)

    assert esl.within(1.2, connection.send, "api name").data == gbk.decode("utf-8", "replace")


def test_d09_an_impossible_length_ends_the_connection_for_all_to_see(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    fake.push(b"Content-Type: text/event-plain\nContent-Length: abc\n\n")

    assert wait_until(lambda: not connection.connected, 1.2), "a dead connection looks alive"
