"""What the workers read from the environment; refused at once, by name, when it can't be right."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_web import recording_store

MOST_DAYS = 3650


class BadSetting(Exception):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Places and addresses of one worker process."""

    home: Path
    database_url: str
    redis_url: str
    recordings_dir: Path
    recordings_archive_dir: Path | None
    prompts_dir: Path
    cdr_dir: Path
    cdr_kept: timedelta
    reports_dir: Path
    prompt_engine: str
    voice_home: Path | None
    time_zone: ZoneInfo
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
            database_url=_secret(env, "DATABASE_URL") or f"sqlite:///{home / 'clearline.db'}",
            redis_url=_redis_url(
                _secret(env, "REDIS_URL") or f"unix://{home / 'redis' / 'redis.sock'}"
            ),
            recordings_dir=recordings,
            recordings_archive_dir=_archive(env, recordings),
            prompts_dir=Path(env.get("PROMPTS_DIR") or home / "prompts").absolute(),
            cdr_dir=Path(env.get("CDR_DIR") or home / "cdr").absolute(),
            cdr_kept=timedelta(days=_days(env, "CDR_KEEP_DAYS", 90)),
            reports_dir=home / "reports",
            prompt_engine=_one_of(env, "PROMPT_ENGINE", ("auto", "kokoro", "espeak")),
            voice_home=Path(env["VOICE_HOME"]).absolute() if env.get("VOICE_HOME") else None,
            time_zone=_zone(env.get("SITE_TIME_ZONE") or "Asia/Shanghai"),
            monitor_visible=_one_of(env, "MONITOR_VISIBLE", ("1", "0")) == "1",
        )


def _archive(env: Mapping[str, str], recordings: Path) -> Path | None:
    value = env.get("RECORDINGS_ARCHIVE_DIR", "").strip()
    if not value:
        return None
    if why := recording_store.refusal(value, recordings):
        raise BadSetting(f"RECORDINGS_ARCHIVE_DIR: {why}")
    return Path(value)


def _secret(env: Mapping[str, str], name: str) -> str:
    """The value of NAME, or the text of the file that NAME_FILE names; "" when neither is set."""
    file = env.get(f"{name}_FILE")
    if not file:
        return env.get(name, "").strip()
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSetting(f"{name}_FILE: cannot read {file}: {error.strerror}") from error


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """The first choice is the default."""
    value = env.get(name) or choices[0]
    if value not in choices:
        raise BadSetting(f"{name}: expected {' or '.join(choices)}, found {value!r}")
    return value


def _days(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "").strip() or str(default)
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= MOST_DAYS:
        raise BadSetting(f"{name}: expected 1 to {MOST_DAYS} days, found {value!r}")
    return int(value)


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("REDIS_URL: must begin with redis://, rediss:// or unix://")
    return value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadSetting(f"SITE_TIME_ZONE: no such time zone: {name}") from error
