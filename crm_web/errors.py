"""Refusals of the web's areas, and the one place that turns any refusal into HTTP."""

from __future__ import annotations

import logging
from typing import Any

import redis
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc as sql
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from crm_web.extensions import login
from esl_controller.domain.errors import DomainError

log = logging.getLogger("crm_web.errors")


class NotFound(DomainError):
    """There is no such thing, or it is not this user's to see."""

    code = "not_found"


class OutOfReach(NotFound):
    """It is there, but not for who asks: answered as if it were not, and written down."""


class Forbidden(DomainError):
    """The user lacks the permission."""

    code = "forbidden"


class Invalid(DomainError):
    """What was entered can't be used; details["fields"] maps field names to messages."""

    code = "invalid"


class Conflict(DomainError):
    """Somebody changed it in between, or it is already done."""

    code = "conflict"


class Unavailable(DomainError):
    """A part that this needs does not answer."""

    code = "unavailable"


STATUS = {"not_found": 404, "forbidden": 403, "invalid": 422, "conflict": 409, "unavailable": 503}
REFUSED = 409
DOWN = (sql.OperationalError, sql.InterfaceError, sql.TimeoutError, redis.exceptions.RedisError)


def wants_json() -> bool:
    """Whether the asker is a program: the internal API, our scripts, anything sending JSON."""
    if request.path.startswith("/internal/") or request.is_json:
        return True
    accepted = request.accept_mimetypes
    return accepted.accept_json and accepted["application/json"] > accepted["text/html"]


def answer(status: int, code: str, message: str, details: dict[str, Any] | None = None) -> Response:
    """A refusal as JSON, as a line for htmx, or as a page."""
    if wants_json():
        body = {"error": {"code": code, "message": message, "details": details or {}}}
        return make_response(jsonify(body), status)
    if request.headers.get("HX-Request"):
        return make_response(render_template("errors/line.html", message=message), status)
    title, retry = _title(status), status in (409, 429, 500, 503)
    if status in (403, 404, 503):
        page = render_template(f"errors/{status}.html", message=message, with_counts=False)
        return make_response(page, status)
    page = render_template(
        "errors/error.html", code=status, title=title, text=message, retry=retry, with_counts=False
    )
    return make_response(page, status)


def _title(status: int) -> str:
    return {
        400: _("这个请求看不懂"),
        409: _("没有办成"),
        413: _("内容太大"),
        422: _("填写的内容有问题"),
        429: _("试得太快了"),
        500: _("程序出错了"),
    }.get(status, _("没有办成"))


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(sql.IntegrityError, _stale)
    for kind in DOWN:
        app.register_error_handler(kind, _down)
    app.register_error_handler(Exception, _unexpected)


def refused(error: DomainError) -> Response:
    """The answer to a request that our rules refuse."""
    return answer(STATUS.get(error.code, REFUSED), error.code, error.message, error.details)


def _csrf(error: CSRFError) -> Response:
    return answer(400, "csrf", _("页面开得太久了，刷新后再试。"))


def _http(error: HTTPException) -> Response:
    if error.code is None or error.response is not None or error.code < 400:
        return make_response(error.get_response())
    text = _("试得太快了，过一会儿再试。") if error.code == 429 else (error.description or "")
    reply = answer(error.code, (error.name or "error").lower().replace(" ", "_"), text)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "retry-after"):
            reply.headers[name] = value
    return reply


def _stale(error: Exception) -> Response:
    log.info("%s %s: lost a race: %s", request.method, request.path, error)
    return answer(409, "conflict", _("别人刚改过这一条，刷新后再改。"))


def _down(error: Exception) -> Response:
    log.error("%s %s: a part does not answer: %s", request.method, request.path, error)
    if not hasattr(g, "_login_user"):  # loading the user is what failed: do not try again
        g._login_user = login.anonymous_user()
    return answer(503, "unavailable", _("电话不受影响。我们在自动重连，稍后再试。"))


def _unexpected(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    if not hasattr(g, "_login_user"):
        g._login_user = login.anonymous_user()
    return answer(500, "internal", _("已经记下这个错误，请告诉管理员刚才做了什么。"))
