"""The controller's settings, read once from the environment. A bad value refuses to start."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from esl_controller.domain import numbers


class SettingRefused(ValueError):
    """The message names the variable, never a secret's value."""


@dataclass(frozen=True)
class Settings:
    """`home` keeps the snapshot and the event spool."""

    home: Path
    node: str
    redis_url: str
    crm_url: str
    esl_host: str
    esl_port: int
    outbound_host: str
    outbound_port: int
    xml_host: str
    xml_port: int
    sip_domain: str
    recordings_dir: Path
    prompts_dir: Path
    cdr_dir: Path
    carrier: str
    barred_prefixes: tuple[str, ...]
    area_code: str
    time_zone: ZoneInfo
    esl_password: str = field(repr=False)
    xml_password: str = field(repr=False)
    internal_token: str = field(repr=False)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        env = os.environ if environ is None else environ
        home = Path(env.get("CLEARLINE_HOME", "var")).resolve()
        return cls(
            home=home,
            node=env.get("NODE", socket.gethostname()),
            redis_url=env.get("REDIS_URL", f"unix://{home}/redis/redis.sock"),
            crm_url=env.get("CRM_URL", "http://127.0.0.1:8000").rstrip("/"),
            esl_host=env.get("ESL_HOST", "127.0.0.1"),
            esl_port=_port(env, "ESL_PORT", 8021),
            outbound_host=env.get("ESL_OUTBOUND_HOST", "127.0.0.1"),
            outbound_port=_port(env, "ESL_OUTBOUND_PORT", 8084),
            xml_host=env.get("XML_HOST", "127.0.0.1"),
            xml_port=_port(env, "XML_PORT", 8083),
            sip_domain=env.get("SIP_DOMAIN", "hotline.clearline"),
            recordings_dir=Path(env.get("RECORDINGS_DIR", home / "recordings")).resolve(),
            prompts_dir=Path(env.get("PROMPTS_DIR", home / "prompts")).resolve(),
            cdr_dir=Path(env.get("CDR_DIR", home / "cdr")).resolve(),
            carrier=_carrier(env),
            barred_prefixes=_prefixes(env),
            area_code=_area_code(env),
            time_zone=_zone(env),
            esl_password=_secret(env, "ESL_PASSWORD"),
            xml_password=_secret(env, "XML_PASSWORD"),
            internal_token=_secret(env, "INTERNAL_TOKEN"),
        )


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SettingRefused(f"{name}: a port number is needed, not {value!r}")
    return int(value)


def _carrier(env: Mapping[str, str]) -> str:
    """Where outside numbers are sent: host or host:port; '' when calls only come in."""
    value = env.get("TRUNK_GATEWAY", "").strip()
    if value and not re.fullmatch(r"[0-9A-Za-z.-]{1,253}(:[0-9]{1,5})?", value):
        raise SettingRefused(f"TRUNK_GATEWAY: host or host:port is needed, not {value!r}")
    return value


def _prefixes(env: Mapping[str, str]) -> tuple[str, ...]:
    """Beginnings of numbers that no desk may call; none unless the site says so: which are dear
    is the carrier's tariff, and a caller with a fire must be passed on to 119."""
    value = env.get("BARRED_PREFIXES", "").replace(" ", "")
    if value and not re.fullmatch(r"[0-9]{1,20}(,[0-9]{1,20})*", value):
        raise SettingRefused(f"BARRED_PREFIXES: digits and commas are needed, not {value!r}")
    return tuple(value.split(",")) if value else ()


def _area_code(env: Mapping[str, str]) -> str:
    """The town's, by which local numbers are completed; '' leaves them unreadable."""
    value = env.get("AREA_CODE", "").strip()
    found = numbers.area_code_of(value)
    if value and found is None:
        raise SettingRefused(f"AREA_CODE: an area code is needed, not {value!r}")
    return found or ""


def _zone(env: Mapping[str, str]) -> ZoneInfo:
    """The site's, by whose days recordings are put into folders."""
    name = env.get("SITE_TIME_ZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingRefused(f"SITE_TIME_ZONE: no such time zone: {name}") from error


def _secret(env: Mapping[str, str], name: str) -> str:
    """From NAME or from the file NAME_FILE; there is no default for a secret."""
    if env.get(name):
        return env[name]
    file = env.get(f"{name}_FILE")
    if not file:
        raise SettingRefused(f"{name} or {name}_FILE must be set")
    try:
        value = Path(file).read_text().strip()
    except OSError as error:
        raise SettingRefused(f"{name}_FILE: cannot read {file}: {error.strerror}") from None
    if not value:
        raise SettingRefused(f"{name}_FILE: {file} is empty")
    return value
