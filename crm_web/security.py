"""Who is asking, and may they: one guard before every view, and a marker on each.

Each view carries exactly one of `@require("ticket.view")`, `@signed_in`, `@public`, `@internal`.
A view without a marker answers 500 and fails a test: nothing is open by forgetting.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, UserMixin, current_user
from sqlalchemy import ColumnElement, Select, false, select

from crm_web.areas.org.models import Agent, OrgUnit, User
from crm_web.errors import Forbidden, Invalid, wants_json
from crm_web.extensions import csrf
from crm_web.permissions import NEEDS_REASON, PERMISSIONS
from esl_controller.domain.errors import DomainError

# All that a user may do before he has changed the password that somebody else gave him.
WITH_OLD_PASSWORD = ("auth.password", "auth.change_password", "auth.logout")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a view demands. kind: permission, signed_in, public, internal."""

    kind: str
    permission: str = ""


@dataclass(frozen=True, eq=False)
class Principal(UserMixin):
    """The signed-in user of this request, read once; `permissions` maps a name to its scope."""

    id: int
    pub: str
    login: str
    name: str
    unit_id: int
    unit_path: str
    session_id: int
    session_token: str = field(repr=False)
    seen_at: datetime
    agent_id: int | None = None
    agent_no: str | None = None
    locale: str = ""
    must_change: bool = False
    permissions: Mapping[str, str] = field(default_factory=dict)

    def get_id(self) -> str:
        """What the cookie carries: the session's token, so that ending the session ends it."""
        return self.session_token

    def can(self, permission: str) -> bool:
        """Whether any of the user's roles gives `permission`, however far it reaches."""
        return permission in self.permissions

    def scope(self, permission: str) -> str | None:
        """own, group, unit, all, tickets; None without the permission."""
        return self.permissions.get(permission)


class Nobody(AnonymousUserMixin):
    """Somebody who has not signed in."""

    name = ""
    login = ""
    locale = ""

    def can(self, _permission: str) -> bool:
        return False


def require(permission: str) -> Callable[[View], View]:
    """The view needs `permission`; how far it reaches is for the query (see `within`)."""
    if permission not in PERMISSIONS:
        raise ValueError(f"no such permission: {permission}")
    return _mark(Access("permission", permission))


def signed_in(view: View) -> View:
    """Any signed-in user may: his own password, his own sessions."""
    return _mark(Access("signed_in"))(view)


def public(view: View) -> View:
    """Anybody may, without signing in."""
    return _mark(Access("public"))(view)


def internal(view: View) -> View:
    """Only the controller may, with the service token; no cookie, no CSRF token."""
    return _mark(Access("internal"))(view)


def _mark(access: Access) -> Callable[[View], View]:
    def marked(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return marked


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The marker of an endpoint; static files are public."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access("public")
    view = app.view_functions.get(endpoint)
    found: Access | None = getattr(view, "access", None)
    return found


def me() -> Principal:
    """The signed-in user; only in views that demand one."""
    user = current_user._get_current_object()
    if not isinstance(user, Principal):
        raise Forbidden(_("先登录。"))
    return user


def can(permission: str) -> bool:
    """Whether the present user has `permission`; for templates and the rail."""
    return bool(current_user.is_authenticated and current_user.can(permission))


def demand(permission: str) -> None:
    """Raise Forbidden unless the present user has `permission` (a second one inside a view)."""
    if not can(permission):
        raise Forbidden(_("你的账号没有这项权限"), permission=permission)


def reason_for(permission: str, text: str | None) -> str:
    """The reason given for an act that needs one; Invalid when it is missing or too short."""
    reason = (text or "").strip()[:255]
    if permission in NEEDS_REASON and len(reason) < 4:
        raise Invalid(_("请写原因，至少 4 个字"), fields={"reason": _("请写原因，至少 4 个字")})
    return reason


def within(
    statement: Select[Any],
    permission: str,
    *,
    own: ColumnElement[bool] | None = None,
    unit: Any = None,
    agent: Any = None,
) -> Select[Any]:
    """Narrow `statement` to what the present user's scope of `permission` reaches.

    `own`: the condition that makes a row the user's own; `unit`: its column of an org_unit id;
    `agent`: its column of an agent id (own and group). A scope that the caller gave no column for
    reaches nothing: forgetting one hides rows, it never shows them.
    """
    user = me()
    scope = user.scope(permission)
    if scope == "all":
        return statement
    mine = own
    if agent is not None and user.agent_id is not None:
        mine = agent == user.agent_id if own is None else own | (agent == user.agent_id)
    if scope in ("own", "tickets"):
        return statement.where(mine if mine is not None else false())
    if scope in ("group", "unit"):
        reach = mine if mine is not None else false()
        if unit is not None:
            reach = reach | unit.in_(_units_below(user))
        elif agent is not None:
            reach = reach | agent.in_(_agents_below(user))
        return statement.where(reach)
    return statement.where(false())


def _units_below(user: Principal) -> Select[Any]:
    return select(OrgUnit.id).where(OrgUnit.path.startswith(user.unit_path, autoescape=True))


def _agents_below(user: Principal) -> Select[Any]:
    return (
        select(Agent.id)
        .join(User, User.id == Agent.user_id)
        .where(User.unit_id.in_(_units_below(user)))
    )


class ViewNotMarked(DomainError):
    """A programming error: the view says nothing about who may use it."""

    code = "not_marked"


def init_app(app: Flask, internal_token: str) -> None:
    """Install the guard. Templates get `can(permission)` and `me`."""
    expected = f"Bearer {internal_token}".encode()
    app.jinja_env.globals["can"] = can

    @app.before_request
    def _guard() -> Response | Any | None:
        if request.routing_exception is not None:
            return None
        access = access_of(current_app, request.endpoint or "")
        if access is None:
            raise ViewNotMarked(f"{request.endpoint} declares no permission")
        if access.kind == "internal":
            given = request.headers.get("Authorization", "").encode()
            if not hmac.compare_digest(given, expected):
                raise Forbidden("the service token is missing or wrong")
            return None
        csrf.protect()
        if access.kind == "public":
            return None
        return _check_user(access)


def _check_user(access: Access) -> Any | None:
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if current_user.must_change and request.endpoint not in WITH_OLD_PASSWORD:
        return redirect(url_for("auth.password"))
    if access.kind == "permission":
        demand(access.permission)
    return None


def _ask_to_sign_in() -> Any:
    target = url_for("auth.login", next=request.full_path if request.method == "GET" else None)
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": target})
    if wants_json():
        body = {"error": {"code": "signed_out", "message": _("先登录。"), "details": {}}}
        return current_app.json.response(body), 401
    return redirect(target)
