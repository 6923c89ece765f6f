"""Lines on disk: in order, bounded, and still there after a restart."""

import pytest

from esl_controller.adapters.spool import Spool


@pytest.fixture
def file(tmp_path):
    """Opens the spool; all are closed at the end."""
    opened = []

    def open_it(**options):
        opened.append(Spool(tmp_path / "s", **options))
        return opened[-1]

    yield open_it
    for spool in opened:
        spool.close()


def drain(spool, count=3):
    found = []
    while spool:
        lines, position = spool.peek(count)
        found += lines
        spool.advance(position)
    return found


def test_it_gives_lines_back_in_order_and_is_empty_then(file, tmp_path):
    spool = file()
    lines = [b"%d" % number for number in range(100)]
    spool.append(lines)
    assert drain(spool) == lines
    assert (tmp_path / "s").stat().st_size == 0


def test_lines_of_any_length_pass(file, tmp_path):
    spool = file()
    lines = [b"x" * 300_000, b"", b"y", b"z" * 100_000]
    spool.append(lines)
    assert drain(spool, 2) == lines


def test_what_was_not_sent_survives_a_restart_and_what_was_sent_does_not(file, tmp_path):
    spool = file()
    spool.append([b"1", b"2", b"3"])
    spool.advance(spool.peek(1)[1])
    spool.close()
    assert drain(file()) == [b"2", b"3"]


def test_beyond_the_limit_lines_are_dropped_and_counted(file, tmp_path):
    spool = file(limit_bytes=10)
    spool.append([b"1234", b"5678", b"9"])
    assert spool.dropped == 1
    assert drain(spool) == [b"1234", b"5678"]


def test_only_the_owner_may_read_it(file, tmp_path):
    file()
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0
