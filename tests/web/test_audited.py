from __future__ import annotations

import pytest

from crm_web.security import access_of
from tests.web.audited import AUDITED, EITHER, ELSEWHERE, complaint


def changing(app) -> set[str]:
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.methods - {"GET", "HEAD", "OPTIONS"}
    }


def test_it_knows_of_every_changing_route_where_its_trace_is(app):
    listed = AUDITED | set(ELSEWHERE) | set(EITHER)
    assert changing(app) - listed == set(), "put these into a list of tests/web/audited.py"
    assert listed - changing(app) == set(), "these routes are gone"


def test_it_lists_each_route_once():
    assert not AUDITED & set(ELSEWHERE) and not AUDITED & set(EITHER)


def test_it_changes_nothing_by_get_but_the_note_of_a_visit(app):
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        assert access is not None
        if "GET" in rule.methods and rule.endpoint in AUDITED | set(ELSEWHERE):
            raise AssertionError(f"{rule.endpoint} takes GET and changes something")


@pytest.mark.parametrize(
    ("endpoint", "tables", "well"),
    [
        ("org.edit_user", {"user", "audit_log"}, True),
        ("org.edit_user", {"user"}, False),
        ("org.edit_user", set(), True),
        ("customers.unmask", set(), False),
        ("customers.unmask", {"audit_log"}, True),
        ("desk.command", set(), True),
        ("desk.command", {"contact"}, False),
        ("customers.import_file", set(), True),
        ("customers.import_file", {"premise"}, False),
        ("customers.import_file", {"premise", "audit_log"}, True),
    ],
)
def test_it_complains_of_a_change_without_a_trace(endpoint, tables, well):
    assert (complaint(endpoint, tables) == "") is well
