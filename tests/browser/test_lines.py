"""A live line ends with the right or the session that it was opened with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Cookies, SignIn
from tests.browser.stage import Site, Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SLOW_MS = 20_000  # lines are looked at every ten seconds


@pytest.fixture
def database(site: Site) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site.home / "clearline.db", isolation_level=None)
    yield connection
    connection.close()


def test_given_the_right_is_withdrawn_then_the_board_is_closed_and_says_so(
    sign_in: SignIn, site: Site, stage: Stage, database: sqlite3.Connection
):
    stage.ready()
    page = sign_in("2002")
    page.goto(f"{site.url}/supervisor")
    expect(page.locator(".agent")).to_have_count(1)
    roles = dict(database.execute("SELECT code, id FROM role").fetchall())
    mine = "user_id = (SELECT id FROM user WHERE login_name = '2002')"
    page.route("**/supervisor/snapshot", lambda route: route.abort())  # only the line may tell
    had = database.execute(f"SELECT role_id FROM user_role WHERE {mine}").fetchall()
    database.execute(f"UPDATE user_role SET role_id = {roles['agent']} WHERE {mine}")
    try:
        expect(page.locator("main")).to_contain_text("没有这项权限", timeout=SLOW_MS)
    finally:
        database.execute(f"UPDATE user_role SET role_id = {had[0][0]} WHERE {mine}")


def test_given_the_session_is_ended_elsewhere_then_the_desk_hears_nothing_more(
    sign_in: SignIn, site: Site, stage: Stage, cookies: Cookies, database: sqlite3.Connection
):
    stage.ready()
    page = sign_in("1001")
    page.goto(f"{site.url}/desk")
    expect(page.locator("#state-pill")).to_contain_text("示闲")
    page.route("**/desk/snapshot", lambda route: route.abort())
    cookies.pop("1001")
    mine = "user_id = (SELECT id FROM user WHERE login_name = '1001')"
    database.execute(f"UPDATE login_session SET ended_at = seen_at WHERE {mine}")
    page.wait_for_url("**/login**", timeout=SLOW_MS)
