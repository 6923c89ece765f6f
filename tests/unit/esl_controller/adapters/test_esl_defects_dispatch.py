"""Defects D21 and D25 to D28: who is told of an event, and what one bad handler spoils."""

import functools

import gevent

from tests.fakes.fake_freeswitch import plain_event, wait_until


def test_d21_a_slow_handler_delays_nobody_else_and_its_queue_is_bounded(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    if not esl.stock:
        connection.lane_size = 100
    others, open_end = [], gevent.event.Event()
    connection.register_handle("SLOW", lambda event: open_end.wait())
    connection.register_handle("OTHER", others.append)

    fake.push(plain_event({"Event-Name": "SLOW"}) * 1000)
    fake.push(plain_event({"Event-Name": "OTHER"}))

    assert wait_until(lambda: others, 1.2), "one slow handler stalls all events"
    assert connection.dropped == 1000 - 1 - 100
    open_end.set()


def test_d25_a_failing_partial_does_not_end_the_delivery_of_events(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    later = []
    connection.register_handle("X", functools.partial(lambda number, event: number / 0, 1))
    connection.register_handle("Y", later.append)

    fake.push(plain_event({"Event-Name": "X"}))
    fake.push(plain_event({"Event-Name": "Y"}))

    assert wait_until(lambda: later, 1.2), "no event after the failure"


def test_d26_a_handler_that_takes_itself_away_hides_nothing_from_the_next(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    told = []

    def once(event):
        told.append("once")
        connection.unregister_handle("X", once)

    connection.register_handle("X", once)
    connection.register_handle("X", lambda event: told.append("always"))

    fake.push(plain_event({"Event-Name": "X"}))

    assert wait_until(lambda: told == ["once", "always"], 0.5), told


def test_d27_star_sees_everything_and_custom_sees_every_custom_event(esl):
    fake = esl.fake()
    connection = esl.connect(fake)
    star, custom = [], []
    connection.register_handle("X", lambda event: None)
    connection.register_handle("CUSTOM", custom.append)
    connection.register_handle("*", lambda event: star.append(event.headers["Event-Name"]))

    fake.push(plain_event({"Event-Name": "X"}))
    fake.push(plain_event({"Event-Name": "CUSTOM", "Event-Subclass": "sofia%3A%3Aregister"}))

    assert wait_until(lambda: star == ["X", "CUSTOM"] and len(custom) == 1, 0.5), (star, custom)


def test_d28_a_failing_handler_writes_no_passwords_and_numbers_into_the_log(esl, caplog):
    fake = esl.fake()
    connection = esl.connect(fake)
    connection.register_handle("X", lambda event: 1 / 0)

    fake.push(
        plain_event(
            {
                "Event-Name": "X",
                "Unique-ID": "channel-1",
                "variable_sip_auth_password": "s3cret",
                "Caller-Caller-ID-Number": "13800138000",
            }
        )
    )

    assert wait_until(lambda: "ZeroDivisionError" in caplog.text)
    assert "s3cret" not in caplog.text
    assert "13800138000" not in caplog.text
    assert "channel-1" in caplog.text
