"""Signing in and out, the own password, the own sessions."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from crm_web.areas.auth import services, sessions
from crm_web.errors import Forbidden, Invalid
from crm_web.extensions import limiter
from crm_web.security import can, me, public, signed_in
from crm_web.shared import shell
from crm_web.transaction import commits_refusals

bp = Blueprint("auth", __name__, template_folder="templates")
blueprints = (bp,)

PER_ADDRESS = "60/minute;600/hour"  # a whole call centre may sit behind one address
PER_NAME = "10/minute;40/hour"


def _name_tried() -> str:
    return f"login:{request.form.get('login_name', '').strip().lower()[:64]}"


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The first place of the rail that the user may open."""
    target = shell.build_shell(can, "").home
    if target == url_for("auth.home"):
        raise Forbidden(_("你的账号还没有任何权限，请管理员开通。"))
    return redirect(target)


@bp.get("/login")
@public
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("auth.home"))
    return render_template("auth/login.html", error="", login_name="")


@bp.post("/login")
@public
@limiter.limit(PER_ADDRESS)
@limiter.limit(PER_NAME, key_func=_name_tried)
@commits_refusals
def sign_in() -> ResponseReturnValue:
    name = request.form.get("login_name", "")
    outcome = services.sign_in(
        name,
        request.form.get("password", ""),
        request.remote_addr or "",
        request.user_agent.string,
    )
    principal = sessions.find_principal(outcome.token) if outcome.token else None
    if principal is None:
        page = render_template("auth/login.html", error=outcome.message, login_name=name[:64])
        return page, 401
    session.clear()  # a new session gets a new CSRF token
    login_user(principal)
    return redirect(_safe_target(request.args.get("next")))


def _safe_target(target: str | None) -> str:
    """`target` when it is a path on this site, else the home page."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc and "\\" not in target:
            return target.rstrip("?")
    return url_for("auth.home")


@bp.post("/logout")
@signed_in
def logout() -> ResponseReturnValue:
    services.sign_out(me())
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"))


@bp.get("/account/password")
@signed_in
def password() -> ResponseReturnValue:
    return render_template("auth/password.html", fields={})


@bp.post("/account/password")
@signed_in
@limiter.limit("10/minute")
def change_password() -> ResponseReturnValue:
    form = request.form
    try:
        services.change_password(
            me(), form.get("old", ""), form.get("new", ""), form.get("again", "")
        )
    except Invalid as error:
        return render_template("auth/password.html", fields=error.details["fields"]), 422
    flash(_("密码已改，其他地方的登录已退出"), "ok")
    return redirect(url_for("auth.home"))


@bp.get("/account/sessions")
@signed_in
def open_sessions() -> ResponseReturnValue:
    user = me()
    return render_template(
        "auth/sessions.html", sessions=services.open_sessions(user), here=user.session_id
    )


@bp.post("/account/sessions/<pub>/end")
@signed_in
def end_session(pub: str) -> ResponseReturnValue:
    services.end_session(me(), pub)
    flash(_("已退出那次登录"), "ok")
    return redirect(url_for("auth.open_sessions"))
