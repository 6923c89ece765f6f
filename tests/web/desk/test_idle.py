"""The middle of the desk while there is no call: what was taken today, and what was not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm_web.areas.calls.models import AgentOffer, QueueVisit
from crm_web.areas.org.models import Queue
from crm_web.columns import utc_now
from tests import factories


@pytest.fixture
def offers(db, cast):
    """`offers(result, …)`: so many calls rang at Alice and ended like this."""

    def ring(*results: str) -> None:
        queue = db.session.scalars(select(Queue)).one()
        for result in results:
            contact = factories.contact(number_mask="136 **** 0427")
            visit = QueueVisit(
                contact_id=contact.id, seq=1, queue_id=queue.id, entered_at=utc_now()
            )
            db.session.add(visit)
            db.session.flush()
            db.session.add(
                AgentOffer(
                    queue_visit_id=visit.id,
                    seq=1,
                    agent_id=cast["alice"].agent_id,
                    offered_at=utc_now(),
                    ring_ms=20_000,
                    result=result,
                )
            )
        db.session.commit()

    return ring


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("no_answer", "没有接"),
        ("rejected", "拒接"),
        ("unreachable", "话机不通"),
        ("caller_left", "用户先挂断"),
    ],
)
def test_it_says_why_a_call_was_not_answered(client_as, offers, result, said):
    offers(result)
    for path in ("/desk", "/desk/idle"):
        page = client_as("alice").get(path).text
        assert "今天没接成的" in page and f"136 **** 0427</a> {said}" in page
        assert "响铃 00:20" in page
    assert "今天没接成的" not in client_as("charlie").get("/desk/idle").text


def test_it_lists_neither_what_was_answered_nor_what_still_rings(client_as, offers):
    offers("answered", "")
    assert "今天没接成的" not in client_as("alice").get("/desk/idle").text


def test_it_is_a_fragment_for_agents(client_as):
    assert "<html" not in client_as("alice").get("/desk/idle").text
    assert client_as("dana").get("/desk/idle").status_code == 403
