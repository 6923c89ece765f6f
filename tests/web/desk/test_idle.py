"""The middle of the desk while there is no call: what was taken today, and what was not."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm_web.areas.calls.models import AgentOffer, QueueVisit, TalkSegment
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


@pytest.fixture
def called(db, cast):
    """`called(direction, talked=…, …)`: a contact of Alice's today."""

    def make(direction: str, talked: bool = True, **values):
        contact = factories.contact(
            direction=direction, last_agent_id=cast["alice"].agent_id, **values
        )
        if talked:
            db.session.add(
                TalkSegment(
                    contact_id=contact.id,
                    seq=1,
                    agent_id=cast["alice"].agent_id,
                    role="primary" if direction == "inbound" else "outbound",
                    started_at=utc_now(),
                    talk_ms=65_000,
                )
            )
        db.session.commit()
        return contact

    return make


def test_given_nobody_answered_then_the_call_is_there_to_be_dialled_again(client_as, called):
    number = factories.phone()
    lost = called("outbound", talked=False, outcome="not_reached", phone_id=number.id)
    page = client_as("alice").get("/desk/idle").text
    assert "呼出 136****0427，没有接通" in page and "i-phone-outgoing" in page
    assert f'data-dial-caller="{lost.pub}"' in page
    assert "没有接通" not in client_as("charlie").get("/desk/idle").text


def test_a_call_that_was_placed_is_not_shown_as_one_that_came(client_as, called):
    called("outbound")
    page = client_as("alice").get("/desk/idle").text
    assert "呼出 136****0427" in page and "01:05" in page and "i-phone-incoming" not in page


def test_given_no_number_is_on_file_then_nobody_can_be_called_back(client_as, called, offers):
    called("inbound", number_mask="未知号码")
    offers("no_answer")
    page = client_as("alice").get("/desk/idle").text
    assert "未知号码" in page and "今天没接成的" in page
    assert "data-dial-caller" not in page


def test_a_talk_between_colleagues_names_the_colleague_and_calls_the_agent(client_as, called):
    called("internal", number_mask="1005")
    called("internal", number_mask="1***")
    page = client_as("alice").get("/desk/idle").text
    assert "坐席 1005 郭涛" in page and 'data-dial-agent="1005"' in page
    assert "内部通话" in page and page.count("data-dial-agent") == 1
    assert "data-dial-caller" not in page
