"""What the web process reads from the environment, once; wrong values stop the start by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from crm_web import recording_store
from esl_controller.domain import numbers

MIN_SECRET = 16
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}


class BadSetting(Exception):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Places, addresses and secrets of the web process. Secrets stay out of its repr."""

    home: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    internal_token: str = field(repr=False)
    host: str
    port: int
    recordings_dir: Path
    recordings_archive_dir: Path | None
    reports_dir: Path
    flows_dir: Path
    sip_domain: str
    agents_port: int
    phone_ws_url: str
    hotline_number: str
    switch: str
    industry: str
    controller_url: str
    time_zone: ZoneInfo
    site_name: str
    area_code: str
    secure_cookies: bool
    proxies: int
    monitor_visible: bool

    @property
    def recordings(self) -> recording_store.Store:
        """Where recordings are looked for."""
        return recording_store.Store(self.recordings_dir, self.recordings_archive_dir)

    @staticmethod
    def from_env(env: Mapping[str, str] | None = None) -> Settings:
        """Settings from `env` (default: the process environment); raises BadSetting."""
        env = os.environ if env is None else env
        home = Path(env.get("CLEARLINE_HOME") or "var").absolute()
        recordings = Path(env.get("RECORDINGS_DIR") or home / "recordings").absolute()
        return Settings(
            home=home,
            database_url=_database_url(
                _text(env, "DATABASE_URL") or f"sqlite:///{home / 'clearline.db'}"
            ),
            redis_url=_redis_url(
                _text(env, "REDIS_URL") or f"unix://{home / 'redis' / 'redis.sock'}"
            ),
            secret_key=_secret(env, "SECRET_KEY"),
            internal_token=_secret(env, "INTERNAL_TOKEN"),
            host=env.get("HOST") or "127.0.0.1",
            port=_number(env, "PORT", 8000, 1, 65535),
            recordings_dir=recordings,
            recordings_archive_dir=_archive(env, recordings),
            reports_dir=home / "reports",
            flows_dir=Path(__file__).resolve().parent.parent / "ivr_scripts" / "flows",
            sip_domain=env.get("SIP_DOMAIN") or "hotline.clearline",
            agents_port=_number(env, "AGENTS_PORT", 5060, 1, 65535),
            phone_ws_url=_web_socket(env, "PHONE_WS_URL", "ws://127.0.0.1:5066"),
            hotline_number=env.get("HOTLINE_NUMBER") or "96001",
            switch=_one_of(env, "SWITCH", ("freeswitch", "rehearsal")),
            industry=_one_of(env, "INDUSTRY", ("water",)),
            controller_url=(
                f"http://{env.get('XML_HOST') or '127.0.0.1'}"
                f":{_number(env, 'XML_PORT', 8083, 1, 65535)}"
            ),
            time_zone=_zone(env.get("SITE_TIME_ZONE") or "Asia/Shanghai"),
            site_name=env.get("SITE_NAME", "").strip(),
            area_code=_area_code(env.get("AREA_CODE", "").strip()),
            secure_cookies=_one_of(env, "SECURE_COOKIES", ("0", "1")) == "1",
            proxies=_number(env, "TRUSTED_PROXIES", 0, 0, 5),
            monitor_visible=_one_of(env, "MONITOR_VISIBLE", ("1", "0")) == "1",
        )


def _archive(env: Mapping[str, str], recordings: Path) -> Path | None:
    value = env.get("RECORDINGS_ARCHIVE_DIR", "").strip()
    if not value:
        return None
    if why := recording_store.refusal(value, recordings):
        raise BadSetting(f"RECORDINGS_ARCHIVE_DIR: {why}")
    return Path(value)


def _text(env: Mapping[str, str], name: str) -> str:
    """The value of NAME, or the text of the file that NAME_FILE names; "" when neither is set."""
    file = env.get(f"{name}_FILE")
    if not file:
        return env.get(name, "").strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE: cannot read {file}: {error.strerror}") from error


def _secret(env: Mapping[str, str], name: str) -> str:
    value = _text(env, name)
    if not value:
        raise BadSetting(
            f"{name} is not set. There is no default: make one, for example with "
            f"`python -c 'import secrets; print(secrets.token_urlsafe(32))'`"
        )
    if len(value) < MIN_SECRET:
        raise BadSetting(f"{name}: at least {MIN_SECRET} characters")
    return value


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = env.get(name) or str(default)
    if not value.isdecimal() or not low <= int(value) <= high:
        raise BadSetting(f"{name}: expected a whole number from {low} to {high}, found {value!r}")
    return int(value)


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    value = env.get(name) or choices[0]
    if value not in choices:
        raise BadSetting(f"{name}: expected {' or '.join(choices)}, found {value!r}")
    return value


def _web_socket(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name) or default
    # It is written into the content policy, where a space or semicolon would open a hole.
    if not value.startswith(("ws://", "wss://")) or set(value) & set(" ;,'\"\r\n"):
        raise BadSetting(f"{name}: expected a ws:// or wss:// address, found {value!r}")
    return value


def _database_url(value: str) -> str:
    """The URL with the driver that is installed written into it."""
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise BadSetting("DATABASE_URL: not a database address") from error
    if url.drivername in DRIVERS:
        url = url.set(drivername=DRIVERS[url.drivername])
    if url.drivername.startswith("mysql"):
        url = url.update_query_dict({"charset": "utf8mb4"})
    if url.get_backend_name() not in ("sqlite", "postgresql", "mysql", "mariadb"):
        raise BadSetting("DATABASE_URL: expected sqlite, postgresql or mysql")
    return url.render_as_string(hide_password=False)


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("REDIS_URL: must begin with redis://, rediss:// or unix://")
    return value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSetting(f"SITE_TIME_ZONE: no such time zone: {name}") from error


def _area_code(value: str) -> str:
    found = numbers.area_code_of(value)
    if value and found is None:
        raise BadSetting(f"AREA_CODE: an area code is needed, not {value!r}")
    return found or ""
