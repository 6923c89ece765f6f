"""Settings of the rehearsal switch, read once from the environment."""
from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PROMPTS = Path(__file__).resolve().parents[2] / "ivr_scripts" / "prompts" / "audio"


class SettingsInvalid(Exception):
    """A variable is missing or unusable; the message names it."""


@dataclass(frozen=True)
class Settings:
    """How one rehearsal switch runs.

    `tick_ms` is the grain in which events are handed to ESL clients (a real switch polls every
    20 ms; 0 sends at once). `dispatch_s` is the pause of the queue dispatcher. `state_file` keeps
    agents, tiers and registrations over a restart, as FreeSWITCH's own database does; None keeps
    nothing. `numbers_file` is a JSON list of telephone numbers for the demonstration callers; it
    is read for each call, so it may be written later. `cdr_dir` takes the call detail records; None
    writes none.
    """

    password: str
    host: str = "127.0.0.1"
    port: int = 8021
    outbound_host: str = "127.0.0.1"
    outbound_port: int = 8084
    hotline_numbers: tuple[str, ...] = ("96001",)
    sip_domain: str = "hotline.clearline"
    state_file: Path | None = None
    numbers_file: Path | None = None
    cdr_dir: Path | None = None
    fallback_queue: str = "general"
    fallback_prompt: str = "silence_stream://500"
    demo_per_minute: float = 0.0
    tick_ms: int = 0
    dispatch_s: float = 0.1
    heartbeat_s: float = 20.0

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raises SettingsInvalid naming the variable at fault."""
        env = os.environ if env is None else env
        home = Path(env.get("CLEARLINE_HOME") or "var")
        numbers = tuple(n for n in env.get("HOTLINE_NUMBER", "96001").split(",") if n)
        if not numbers:
            raise SettingsInvalid("HOTLINE_NUMBER is empty")
        numbers_file = env.get("REHEARSAL_NUMBERS_FILE")
        return cls(
            password=_secret(env, "ESL_PASSWORD"),
            host=env.get("ESL_HOST") or "127.0.0.1",
            port=_port(env, "ESL_PORT", 8021),
            outbound_host=env.get("ESL_OUTBOUND_HOST") or "127.0.0.1",
            outbound_port=_port(env, "ESL_OUTBOUND_PORT", 8084),
            hotline_numbers=numbers,
            sip_domain=env.get("SIP_DOMAIN") or "hotline.clearline",
            state_file=home / "rehearsal" / "switch.json",
            numbers_file=Path(numbers_file or home / "rehearsal" / "numbers.json"),
            cdr_dir=Path(env.get("CDR_DIR") or home / "cdr"),
            fallback_queue=env.get("FALLBACK_QUEUE") or "general",
            fallback_prompt=env.get("REHEARSAL_FALLBACK_PROMPT")
            or str(_PROMPTS / "error.sorry.wav"),
            demo_per_minute=_number(env, "REHEARSAL_DEMO_RATE", 0, 0, 60),
            tick_ms=_number(env, "REHEARSAL_TICK_MS", 20, 0, 1000),
        )


def _secret(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    file = env.get(f"{name}_FILE")
    if not value and file:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsInvalid(f"{name}_FILE cannot be read: {error}") from error
    if not value:
        raise SettingsInvalid(f"{name} is not set")
    if any(c in value for c in "\r\n"):
        raise SettingsInvalid(f"{name} must be one line")
    return value


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    return _number(env, name, default, 1, 65535)


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdigit() or not least <= int(text) <= most:
        raise SettingsInvalid(f"{name} must be a number from {least} to {most}")
    return int(text)
