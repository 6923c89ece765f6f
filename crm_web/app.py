"""The composition root of the web process."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import socketio as socketio_server
from flask import Flask, has_request_context
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from crm_web import (
    areas,
    csp,
    database_link,
    errors,
    localtime,
    models,
    redis_link,
    refusals,
    security,
)
from crm_web.areas.auth import sessions
from crm_web.areas.calls import voicemails
from crm_web.extensions import babel, csrf, db, limiter, login, socketio
from crm_web.realtime import sockets
from crm_web.settings import Settings
from crm_web.shared import shell
from crm_web.transaction import TransactionalFlask, prepare_sqlite

log = logging.getLogger("crm_web")
HERE = Path(__file__).parent
# Somebody waits in front of a page; a migration may take its time.
REQUEST_ANSWER_S, LONG_ANSWER_S = 5.0, 900.0
POOL_WAIT_S = 5
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}


def create_app(settings: Settings, *, serve_sockets: bool = False) -> Flask:
    """The app, connected to nothing yet.

    `serve_sockets` is for the web process, which serves browsers' sockets; workers and the command
    line leave it False and only use the database.
    """
    app = TransactionalFlask(
        "crm_web",
        static_folder=str(HERE / "shared" / "static"),
        template_folder=str(HERE / "shared" / "templates"),
    )
    app.config.from_mapping(_flask_config(settings))
    app.extensions["settings"] = settings
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    _bind_database(app, settings, REQUEST_ANSWER_S if serve_sockets else LONG_ANSWER_S)
    redis_link.init_app(app, settings.redis_url)
    csrf.init_app(app)
    login.init_app(app)
    limiter.init_app(app)
    babel.init_app(app, locale_selector=_locale, timezone_selector=lambda: str(settings.time_zone))
    localtime.init_app(app)
    errors.init_app(app)
    refusals.init_app(app)
    security.init_app(app, settings.internal_token)
    sessions.init_app(app, login)
    csp.init_app(app, settings)
    shell.init_app(app, security.can)
    areas.register(app)
    shell.count_at(app, "voicemails.index", voicemails.count_new)
    if serve_sockets:
        _bind_sockets(app, settings)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    redis_url = settings.redis_url
    return {
        "SECRET_KEY": settings.secret_key,
        "SITE_NAME": settings.site_name,
        "SESSION_COOKIE_NAME": "clearline",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "WTF_CSRF_CHECK_DEFAULT": False,  # security's guard calls it, so that /internal is out
        "WTF_CSRF_TIME_LIMIT": None,  # a desk stays open for a whole shift
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": LOCALES["zh"],
        "BABEL_TRANSLATION_DIRECTORIES": str(HERE / "translations"),
        "RATELIMIT_STORAGE_URI": (
            redis_url.replace("unix://", "redis+unix://", 1)
            if redis_url.startswith("unix://")
            else redis_url
        ),
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_KEY_PREFIX": "limit",
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _bind_database(app: Flask, settings: Settings, answer_s: float) -> None:
    url = make_url(settings.database_url)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    lite = url.get_backend_name() == "sqlite"
    if not lite:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            **database_link.engine_options(url, answer_s),
            "pool_size": 10,
            "max_overflow": 5,
            "pool_timeout": POOL_WAIT_S,
        }
    db.init_app(app)
    models.metadata.info.setdefault("bind_key", None)
    with app.app_context():
        if lite:
            prepare_sqlite(db.engine)
        else:
            database_link.bound(db.engine, answer_s)


def _locale() -> str:
    return LOCALES[shell.wanted_language()] if has_request_context() else LOCALES["zh"]


def _bind_sockets(app: Flask, settings: Settings) -> None:
    """Socket.IO over WebSocket only. RedisManager itself: Flask-SocketIO takes no unix:// URL."""
    socketio.init_app(
        app,
        client_manager=socketio_server.RedisManager(
            settings.redis_url,
            redis_options={"socket_connect_timeout": 2},
        ),
        async_mode="gevent",
        transports=["websocket"],
        manage_session=False,
        cookie=None,
        ping_interval=25,
        ping_timeout=20,
    )
    sockets.register(socketio)
