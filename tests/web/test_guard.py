from __future__ import annotations

import pytest

from crm_web import permissions
from crm_web.areas.org.models import User
from crm_web.security import access_of, require
from tests.web.conftest import TOKEN


def test_it_demands_a_declared_permission_of_every_route(app):
    bare = sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if access_of(app, rule.endpoint) is None
        }
    )
    assert bare == [], "add @require, @signed_in, @public or @internal to these views"


def test_it_opens_only_these_routes_to_everybody(app):
    open_ones = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if access_of(app, rule.endpoint).kind == "public" and not rule.endpoint.endswith("static")
    }
    assert open_ones == {"auth.login", "auth.sign_in", "system.healthz"}


def test_it_keeps_the_internal_routes_under_their_own_path(app):
    for rule in app.url_map.iter_rules():
        inside = access_of(app, rule.endpoint).kind == "internal"
        assert inside == rule.rule.startswith("/internal/"), rule.rule


def test_it_knows_every_permission_that_it_is_asked_for():
    with pytest.raises(ValueError, match="no such permission"):
        require("ticket.veiw")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], f"{TOKEN} ", "Bearer", "😀"])
def test_given_a_wrong_service_token_the_internal_api_refuses(app, service, token):
    rules = [r for r in app.url_map.iter_rules() if access_of(app, r.endpoint).kind == "internal"]
    assert rules, "the internal API is gone"
    for rule in rules:
        method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        path = rule.rule.replace("<account_no>", "1")
        assert service(method, path, token=token.encode().decode("latin-1")).status_code == 403


def test_given_nobody_signed_in_every_page_leads_to_the_login(app, anonymous):
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access.kind in ("permission", "signed_in") and "GET" in rule.methods:
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {name: "1" for name in rule.arguments}, force_external=False
            )
            answer = anonymous.get(path)
            assert answer.status_code in (302, 401), rule.rule
            if answer.status_code == 302:
                assert answer.location.startswith("/login"), rule.rule


def test_given_nobody_signed_in_no_form_is_taken(app, anonymous):
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        if access.kind in ("permission", "signed_in") and "POST" in rule.methods:
            path = app.url_map.bind("localhost").build(
                rule.endpoint, {name: "1" for name in rule.arguments}, method="POST"
            )
            assert anonymous.post(path).status_code in (302, 401), rule.rule


def test_it_sends_the_security_headers(anonymous):
    headers = anonymous.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "'unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_it_hides_the_cookie_from_scripts_and_other_sites(anonymous):
    cookie = anonymous.get("/login", csrf=False).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_given_an_unknown_page_it_answers_404_as_page_and_as_json(anonymous):
    assert anonymous.get("/nothing-here").status_code == 404
    answer = anonymous.get("/nothing-here", headers={"Accept": "application/json"})
    assert answer.json["error"]["code"] == "not_found"


def test_given_a_user_who_must_change_the_password_only_that_page_opens(client_as, db, cast):
    db.session.get(User, cast["dana"].id).must_change = True
    browser = client_as("dana")
    assert browser.get("/org/users").location == "/account/password"
    assert browser.get("/account/password").status_code == 200


def test_it_ships_the_roles_of_the_matrix():
    grants = {(g.role, g.permission): g.scope for g in permissions.GRANTS}
    assert grants["agent", "recording.listen"] == "own"
    assert grants["shift_supervisor", "ticket.void"] == "all"
    assert ("administrator", "customer.view") not in grants
    assert "recording.download" in permissions.NEEDS_REASON
    assert permissions.widest("own", "unit") == "unit"
    assert permissions.widest(None, "tickets") == "tickets"
