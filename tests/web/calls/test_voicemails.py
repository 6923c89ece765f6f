"""留言: who sees which messages, and what is done about them."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import event, select, text

from crm_web.areas.audit.models import AuditLog
from crm_web.areas.calls.models import Contact, Recording
from crm_web.areas.calls.voicemail_models import Voicemail
from crm_web.areas.customers.models import Phone
from crm_web.areas.org.models import Queue, QueueMember
from crm_web.columns import utc_now
from esl_controller.contract import keys

KEY = "2026/11/23/message-901.wav"


@pytest.fixture
def message(db, cast, web_settings):
    """For the group general, in which Charlie does not serve any more."""
    now = utc_now()
    queue = db.session.scalars(select(Queue).where(Queue.code == "general")).one()
    for member in db.session.scalars(select(QueueMember)):
        if member.agent_id == cast["charlie"].agent_id:
            db.session.delete(member)
    phone = Phone(e164="+8613800000021", last4="0021", tail8="00000021", kind="mobile",
                  first_seen_at=now, last_seen_at=now)  # fmt: skip
    db.session.add(phone)
    db.session.flush()
    contact = Contact(started_at=now, local_date=now.date(), phone_id=phone.id,
                      number_mask="138 **** 0021")  # fmt: skip
    db.session.add(contact)
    db.session.flush()
    sound = Recording(contact_id=contact.id, n=901, storage_key=KEY, kind="voicemail",
                      started_at=now, ms=3000, status="complete")  # fmt: skip
    db.session.add(sound)
    db.session.flush()
    row = Voicemail(left_at=now, ms=3000, contact_id=contact.id, recording_id=sound.id,
                    queue_id=queue.id)  # fmt: skip
    db.session.add(row)
    db.session.commit()
    path = web_settings.recordings_dir / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"RIFF of a message")
    path.with_name(path.name + ".peaks.json").write_text('{"ms": 3000, "peaks": [[0.5]]}')
    return row.pub


def row(db, pub):
    db.session.expire_all()
    return db.session.scalars(select(Voicemail).where(Voicemail.pub == pub)).one()


def commands(live_redis):
    return [json.loads(fields["e"]) for _id, fields in live_redis.xrange(keys.COMMANDS)]


def test_it_lists_the_messages_of_the_own_group(client_as, message):
    text = client_as("alice").get("/voicemails/").text
    assert "138 **** 0021" in text and "1 条还没有人处理" in text
    assert "13800000021" not in text
    assert message not in client_as("alice").get("/voicemails/?status=closed").text
    assert message not in client_as("alice").get("/voicemails/?mine=1").text


def test_it_hides_them_from_another_group_and_shows_all_to_the_supervisor(client_as, message):
    assert message not in client_as("charlie").get("/voicemails/").text
    for path in ("", "/sound", "/peaks"):
        assert client_as("charlie").get(f"/voicemails/{message}{path}").status_code == 404
    for path in ("", "/ticket"):
        assert client_as("charlie").post(f"/voicemails/{message}{path}").status_code == 404
    assert message in client_as("bob").get("/voicemails/").text


@pytest.mark.parametrize("path", ["", "1", "1/sound", "1/peaks"])
def test_it_is_not_for_the_administrator(client_as, path):
    assert client_as("dana").get(f"/voicemails/{path}").status_code == 403


def test_it_plays_a_message_and_writes_that_down(client_as, message, db):
    answer = client_as("alice").get(f"/voicemails/{message}/sound")
    assert (answer.status_code, answer.data) == (200, b"RIFF of a message")
    answer.close()
    assert client_as("alice").get(f"/voicemails/{message}/peaks").json["ms"] == 3000
    actions = db.session.scalars(select(AuditLog.action)).all()
    assert actions.count("recording.listen") == 1
    assert "data-recording" in client_as("alice").get(f"/voicemails/{message}").text


def test_it_is_claimed_once(client_as, message, db, cast):
    form = {"action": "claim", "ver": "1"}
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 302
    found = row(db, message)
    assert (found.status, found.claimed_by_id) == ("claimed", cast["alice"].id)
    assert client_as("bob").post(f"/voicemails/{message}", data=form).status_code == 409
    again = {"action": "claim", "ver": str(found.ver)}
    assert client_as("bob").post(f"/voicemails/{message}", data=again).status_code == 409


def test_it_is_closed_with_a_note(client_as, message, db):
    form = {"action": "close", "ver": "1", "note": " 已答复 "}
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 302
    assert (row(db, message).status, row(db, message).note) == ("closed", "已答复")


@pytest.mark.parametrize("action", ["call_back", "close", "claim"])
def test_given_it_is_closed_then_only_its_note_may_change(
    client_as, message, live_redis, db, action
):
    view = {"agent_no": "1001", "allowed": ["ready", "dial"]}
    live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps(view))
    alice, page = client_as("alice"), f"/voicemails/{message}"
    alice.post(page, data={"action": "close", "ver": "1"})
    again = {"action": action, "ver": str(row(db, message).ver)}
    assert alice.post(page, data=again).status_code == 409
    assert commands(live_redis) == [] and row(db, message).status == "closed"
    noted = {"action": "note", "ver": str(row(db, message).ver), "note": "已答复"}
    assert alice.post(page, data=noted).status_code == 302
    assert (row(db, message).status, row(db, message).note) == ("closed", "已答复")


@pytest.mark.parametrize("form", [{"action": "burn", "ver": "1"}, {"ver": "1"}])
def test_it_refuses_what_is_no_action(client_as, message, form, db):
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 422
    assert row(db, message).status == "new"


def test_it_calls_back_the_number_that_only_the_server_knows(client_as, message, live_redis, db):
    view = {"agent_no": "1001", "allowed": ["ready", "dial"]}
    live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps(view))
    form = {"action": "call_back", "ver": "1"}
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 302
    (command,) = commands(live_redis)
    assert (command["type"], command["agent_no"]) == ("dial", "1001")
    assert command["body"]["value"] == "+8613800000021"
    assert row(db, message).status == "claimed", "nobody has answered yet"
    form = {"action": "reached", "ver": str(row(db, message).ver)}
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 302
    assert row(db, message).status == "called_back"


def test_given_no_phone_at_the_desk_then_nobody_is_called(client_as, message, live_redis, db):
    form = {"action": "call_back", "ver": "1"}
    assert client_as("alice").post(f"/voicemails/{message}", data=form).status_code == 409
    assert commands(live_redis) == [] and row(db, message).status == "new"


def test_given_an_unknown_kind_then_no_ticket_is_written(client_as, message, db):
    form = {"kind": "no_such_kind", "text": "水管漏水"}
    answer = client_as("alice").post(f"/voicemails/{message}/ticket", data=form)
    assert answer.status_code in (404, 409, 422)
    assert row(db, message).ticket_id is None


def counted(page):
    found = re.search(r'data-waiting-at="voicemails.index"[^>]*>.*?</span></span>', page.text)
    return found.group(0) if found else None


def test_the_rail_tells_how_many_are_new_for_the_own_groups(client_as, message):
    told = counted(client_as("alice").get("/tickets/"))
    assert ">1<" in told and "1 条新留言" in told and "hidden" not in told.split(">")[0]
    assert " hidden" in counted(client_as("charlie").get("/tickets/")).split(">")[0]
    assert ">1<" in counted(client_as("bob").get("/tickets/"))
    assert counted(client_as("dana").get("/audit")) is None


def test_the_desk_and_the_floor_hear_of_it_while_they_stay_open(client_as, message):
    for login, page, number in (
        ("alice", "/desk/snapshot", 1), ("charlie", "/desk/snapshot", 0),
        ("bob", "/supervisor/snapshot", 1),
    ):  # fmt: skip
        assert client_as(login).get(page).json["waiting"] == {"voicemails.index": number}
    assert client_as("dana").get("/supervisor/snapshot").json["waiting"] == {}


def test_the_rail_shows_no_more_than_99(client_as, message, db):
    first = row(db, message)
    for n in range(902, 1002):
        sound = Recording(contact_id=first.contact_id, n=n, storage_key=f"x-{n}.wav",
                          kind="voicemail", started_at=first.left_at)  # fmt: skip
        db.session.add(sound)
        db.session.flush()
        db.session.add(Voicemail(left_at=first.left_at, contact_id=first.contact_id,
                                 recording_id=sound.id, queue_id=first.queue_id))  # fmt: skip
    db.session.commit()
    assert ">99+<" in counted(client_as("alice").get("/tickets/"))
    assert "101 条还没有人处理" in client_as("alice").get("/voicemails/").text


def test_a_refusal_counts_nothing_and_a_page_counts_with_one_query(client_as, message, db):
    browser, asked = client_as("alice"), []

    def note(_connection, _cursor, statement, *_rest):
        if "FROM voicemail" in statement and "count(" in statement:
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert counted(browser.get("/audit")) is None and asked == []
        browser.get("/tickets/")
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 1
    plan = db.session.execute(
        text("EXPLAIN QUERY PLAN SELECT id FROM voicemail WHERE status = 'new' AND "
             "(agent_id = 1 OR queue_id IN (1, 2)) LIMIT 100")
    ).all()  # fmt: skip
    assert all("SCAN voicemail" not in str(step) for step in plan)
