"""The settings of one machine: folders, ports, and secrets made at the first run.

Everything becomes environment variables, which is how each program takes its settings. What is
already in the environment wins. Secrets lie in `$CLEARLINE_HOME/secrets`, readable by the owner
only, and are handed over by file name (`NAME_FILE`), so no process list shows them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from docker.onebox.freeswitch_conf import find_freeswitch

SECRETS = ("SECRET_KEY", "INTERNAL_TOKEN", "ESL_PASSWORD", "XML_PASSWORD")
ROOT = Path(__file__).resolve().parents[2]

DEFAULTS = {
    "PORT": "8000",
    "HOST": "127.0.0.1",
    "ESL_HOST": "127.0.0.1",
    "ESL_PORT": "8021",
    "ESL_OUTBOUND_HOST": "127.0.0.1",
    "ESL_OUTBOUND_PORT": "8084",
    "XML_HOST": "127.0.0.1",
    "XML_PORT": "8083",
    "SIP_IP": "127.0.0.1",
    "RTP_IP": "127.0.0.1",
    "TRUNK_PORT": "5080",
    "AGENTS_PORT": "5060",
    "WS_PORT": "5066",
    "WSS_PORT": "7443",
    "RTP_START": "20000",
    "RTP_END": "24000",
    "SIP_DOMAIN": "hotline.clearline",
    "HOTLINE_NUMBER": "96001",
    "FALLBACK_QUEUE": "general",
    "CARRIERS": "127.0.0.1/32",
    "TRUNK_GATEWAY": "",
    "AREA_CODE": "",
    "INDUSTRY": "water",
    "DEMO_CALLS_PER_MINUTE": "2",
    "TZ": "Asia/Shanghai",
}


class SettingRefused(ValueError):
    """A setting that cannot be used; the message names the variable."""


def prepare(environ: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of every program; makes the data folder and missing secrets.

    Raises SettingRefused for a bad value.
    """
    home = Path(environ.get("CLEARLINE_HOME") or ROOT / "var").resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = {**DEFAULTS, **environ, "CLEARLINE_HOME": str(home)}
    _check_ports(values)
    values["SWITCH"] = _switch(values)
    if values["SWITCH"] == "rehearsal":
        values.update(_rehearsal(values, home))
    values.setdefault("REDIS_URL", f"unix://{_socket_folder(home)}/redis.sock")
    values.setdefault("DATABASE_URL", f"sqlite:///{home}/clearline.db")
    values.setdefault("CRM_URL", f"http://127.0.0.1:{values['PORT']}")
    values.setdefault("PHONE_WS_URL", f"ws://127.0.0.1:{values['WS_PORT']}")
    values.setdefault("RECORDINGS_DIR", str(home / "recordings"))
    values.setdefault("PROMPTS_DIR", str(home / "prompts"))
    values.setdefault("CDR_DIR", str(home / "cdr"))
    for folder in ("RECORDINGS_DIR", "PROMPTS_DIR", "CDR_DIR"):
        Path(values[folder]).mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "logs").mkdir(exist_ok=True, mode=0o700)
    for name in SECRETS:
        if name not in values and f"{name}_FILE" not in values:
            values[f"{name}_FILE"] = str(_secret_file(home, name))
    values["PYTHONUNBUFFERED"] = "1"
    return values


def secret(values: Mapping[str, str], name: str) -> str:
    """A secret's value, for what cannot read a file (FreeSWITCH's configuration)."""
    return values.get(name) or Path(values[f"{name}_FILE"]).read_text().strip()


def _switch(values: Mapping[str, str]) -> str:
    wanted = values.get("SWITCH", "").strip().lower()
    if wanted not in ("", "freeswitch", "rehearsal"):
        raise SettingRefused(f"SWITCH: freeswitch or rehearsal, not {wanted!r}")
    found = find_freeswitch(values)
    if wanted == "freeswitch" and found is None:
        raise SettingRefused("SWITCH=freeswitch, but no FreeSWITCH is found; set FREESWITCH_HOME")
    return wanted or ("freeswitch" if found else "rehearsal")


def _rehearsal(values: Mapping[str, str], home: Path) -> dict[str, str]:
    """What the stand-in needs besides: who rings in how often, a carrier that it plays,
    and where the demonstration city lies."""
    rate = values["DEMO_CALLS_PER_MINUTE"]
    if not rate.isdigit() or int(rate) > 60:
        raise SettingRefused(f"DEMO_CALLS_PER_MINUTE: 0 to 60, not {rate!r}")
    return {
        "REHEARSAL_DEMO_RATE": values.get("REHEARSAL_DEMO_RATE") or rate,
        "REHEARSAL_NUMBERS_FILE": values.get("REHEARSAL_NUMBERS_FILE")
        or str(home / "rehearsal" / "numbers.json"),
        "TRUNK_GATEWAY": values["TRUNK_GATEWAY"] or "carrier.rehearsal",
        "AREA_CODE": values["AREA_CODE"] or "532",
    }


def _check_ports(values: Mapping[str, str]) -> None:
    for name in (name for name in DEFAULTS if name.endswith("PORT") or name.startswith("RTP_")):
        if name == "RTP_IP":
            continue
        value = values[name]
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise SettingRefused(f"{name}: a port number is needed, not {value!r}")


def _socket_folder(home: Path) -> Path:
    """A folder only its owner can enter; a UNIX socket's path may have at most 107 bytes."""
    folder = home / "redis"
    if len(str(folder)) > 90:
        folder = Path(f"/tmp/clearline-{os.getuid()}-{secrets.token_hex(4)}")
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def _secret_file(home: Path, name: str) -> Path:
    folder = home / "secrets"
    folder.mkdir(exist_ok=True, mode=0o700)
    file = folder / name.lower()
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(32))
    return file
