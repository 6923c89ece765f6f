"""The page of the gaps between recordings and call records."""

from __future__ import annotations

import pytest

from crm_web.areas.calls.models import RecordingGap
from crm_web.columns import utc_now
from crm_web.transaction import unit_of_work
from tests import factories

PAGE = "/org/recording-gaps/"


def test_it_lists_what_is_open(client_as, db):
    with unit_of_work():
        contact = factories.contact()
        pub = contact.pub
        for subject, closed in (("2026/11/23/a-1.wav", None), ("2026/11/23/b-1.wav", utc_now())):
            db.session.add(
                RecordingGap(
                    kind="row_without_file",
                    subject=subject,
                    found_at=utc_now(),
                    closed_at=closed,
                    contact_id=contact.id,
                )
            )
    text = client_as("eve").get(PAGE).text
    assert "a-1.wav" in text and "b-1.wav" not in text
    assert f"/calls/{pub}" in text


def test_given_more_than_a_page_then_there_is_a_way_to_the_rest(client_as, db):
    with unit_of_work():
        for n in range(51):
            gap = RecordingGap(kind="file_without_row", subject=f"x-{n}.wav", found_at=utc_now())
            db.session.add(gap)
    eve = client_as("eve")
    assert "x-50.wav" in eve.get(PAGE).text and "x-0.wav" not in eve.get(PAGE).text
    assert "x-0.wav" in eve.get(f"{PAGE}?page=2").text


def test_it_says_when_all_is_well(client_as):
    assert "全部对上了" in client_as("dana").get(PAGE).text


@pytest.mark.parametrize("login", ["alice", "bob"])
def test_it_is_for_those_who_may_read_the_log_only(client_as, login):
    assert client_as(login).get(PAGE).status_code == 403
