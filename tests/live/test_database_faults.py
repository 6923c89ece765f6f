"""The database hangs, dies or drops everybody in the middle of a call. Telephony goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.database import PostgresServer
from tests.live.scene import Scene
from tests.until import until

CHEN = "19900000002"
#: So long may a button wait before it says that the database is away (see the README).
BUTTON_S = 8.0


@pytest.fixture()
def database(scene: Scene) -> Iterator[PostgresServer]:
    """The stack's own server; whatever was done to it, it serves again afterwards."""
    if scene.stack.database is None:
        pytest.skip("PostgreSQL is not installed, and SQLite has no server that could fail")
    yield scene.stack.database
    scene.stack.database.mend()


def _pids(scene: Scene) -> dict[str, int | None]:
    running = scene.stack.supervisor.running.items()
    return {name: process.pid if process.poll() is None else None for name, process in running}


def _works_again(scene: Scene, desk, action: str) -> None:  # type: ignore[no-untyped-def]
    until(lambda: desk.tries(action) == 202, 15, 0.5, what=f"the button {action} works again")


def _talk_went_well(scene: Scene, caller) -> None:  # type: ignore[no-untyped-def]
    """The record was written later, complete."""
    contact = scene.stack.contact(caller.contact_id, within=30)
    assert contact["outcome"] == "answered" and contact["talk_ms"] > 0
    assert len(scene.stack.of_contact("queue_visit", contact)) == 1
    assert len(scene.stack.of_contact("talk_segment", contact)) == 1
    roles = {leg["role"] for leg in scene.stack.of_contact("call_leg", contact)}
    assert roles == {"customer", "agent"}
    scene.tidy()


def _refused(desk, action: str) -> float:  # type: ignore[no-untyped-def]
    """The button says that it cannot now; returns how long that took."""
    began = time.monotonic()
    assert desk.tries(action) == 503
    return time.monotonic() - began


def test_given_a_database_that_hangs_when_a_citizen_calls_then_only_enquiries_are_unavailable(
    scene: Scene, database: PostgresServer
) -> None:
    desk, phone = scene.agent("1004")
    before = _pids(scene)
    database.freeze()
    caller = scene.caller(CHEN)
    caller.dials()
    caller.is_answered()
    caller.hears("greeting.water", "menu.main", within=20)
    caller.presses("1")
    caller.hears("account.enter", within=20)
    caller.presses("10000000#")
    caller.hears("bill.unavailable", within=20)
    caller.presses("0")
    phone.rings(within=20)
    desk.offered()
    phone.answers()
    desk.call_is("talking")
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    database.thaw()
    _works_again(scene, desk, "finish_wrap_up")
    desk.shows("ready")
    assert _pids(scene) == before
    _talk_went_well(scene, caller)


def test_given_a_database_that_hangs_in_a_talk_then_no_button_waits_for_long_and_news_still_come(
    scene: Scene, database: PostgresServer
) -> None:
    desk, phone, caller = scene.talk()
    before = _pids(scene)
    database.freeze()
    waited: list[float] = []
    impatient = [
        threading.Thread(target=lambda: waited.append(_refused(desk, "hold"))) for _ in range(18)
    ]
    for one in impatient:
        one.start()
    page = f"http://127.0.0.1:{scene.stack.values['PORT']}/static/js/http.js"
    assert requests.get(page, timeout=1).ok, "the web process stands still"
    for one in impatient:
        one.join(2 * BUTTON_S)
    assert len(waited) == len(impatient), "a button got no answer, or another one than 503"
    assert max(waited) < BUTTON_S
    assert _refused(desk, "hold") < BUTTON_S
    caller.hears_only(phone)
    phone.hears_only(caller)
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    database.thaw()
    _works_again(scene, desk, "finish_wrap_up")
    assert _pids(scene) == before
    _talk_went_well(scene, caller)


def test_given_a_killed_database_in_a_talk_then_people_talk_on_and_it_is_used_again_when_back(
    scene: Scene, database: PostgresServer
) -> None:
    desk, phone, caller = scene.talk()
    before = _pids(scene)
    database.kill()
    assert _refused(desk, "hold") < 2.0, "a dead server is noticed at once"
    caller.hears_only(phone)
    phone.hears_only(caller)
    database.start()
    _works_again(scene, desk, "hold")
    desk.call_is("held")
    desk.does("resume")
    desk.call_is("talking")
    database.kill()
    phone.hangs_up()
    caller.is_over()
    desk.shows("wrap_up")
    database.start()
    _works_again(scene, desk, "finish_wrap_up")
    assert _pids(scene) == before
    _talk_went_well(scene, caller)


def test_given_every_database_connection_is_cut_then_the_next_button_works_all_the_same(
    scene: Scene, database: PostgresServer
) -> None:
    desk, phone, caller = scene.talk()
    before = _pids(scene)
    for action, state in (("hold", "held"), ("resume", "talking")):
        database.cut_all()
        desk.does(action)
        desk.call_is(state)
    caller.hears_only(phone)
    phone.hears_only(caller)
    database.cut_all()
    phone.hangs_up()
    caller.is_over()
    database.cut_all()
    desk.shows("wrap_up")
    desk.does("finish_wrap_up")
    desk.shows("ready")
    assert _pids(scene) == before
    _talk_went_well(scene, caller)
