"""Make a runnable FreeSWITCH configuration: our files plus this machine's settings.

Pure but for the target folder: no environment, no network, no process is started here.
"""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from esl_controller.adapters import fs_syntax
from esl_controller.adapters.callcenter import queue_params
from esl_controller.domain.snapshot import QueueConfig

SOURCE = Path(__file__).resolve().parents[2] / "freeswitch_conf"

# Heard while waiting when no music file is shipped: a soft double note every five seconds.
NO_MUSIC = "tone_stream://v=-20;%(200,120,523);%(200,4500,659);loops=-1"

FALLBACK_PROMPT = "error.sorry"


class SettingRefused(ValueError):
    """A setting that FreeSWITCH would misread; the message names it, never a secret's value."""


@dataclass(frozen=True)
class FreeswitchSettings:
    """Where and how one FreeSWITCH runs. Folders are absolute; secrets have no default.

    `prompts_dir` and `music_dir` have a folder for each sample rate.
    """

    esl_password: str
    xml_password: str
    prompts_dir: Path
    music_dir: Path
    cdr_dir: Path
    certs_dir: Path
    domain: str = "hotline.clearline"
    hotline_numbers: tuple[str, ...] = ("96001",)
    fallback_queue: str = "general"
    carriers: tuple[str, ...] = ("127.0.0.1/32",)
    sip_ip: str = "127.0.0.1"
    rtp_ip: str = "127.0.0.1"
    trunk_port: int = 5080
    agents_port: int = 5060
    ws_port: int = 5066
    wss_port: int = 7443
    rtp_start: int = 20000
    rtp_end: int = 24000
    esl_host: str = "127.0.0.1"
    esl_port: int = 8021
    controller_host: str = "127.0.0.1"
    controller_port: int = 8084
    xml_url: str = "http://127.0.0.1:8083/fs/xml"
    caller_media_timeout_ms: int = 30_000
    switch_name: str = "clearline"
    log_level: str = "notice"


def render(
    settings: FreeswitchSettings, target: Path, snapshot: Mapping[str, Any] | None = None
) -> Path:
    """Write the configuration folder `target` (replaced if it exists) and return it.

    `snapshot` is the telephony snapshot, if there is one: its queues and agents are the fallback
    while the controller does not answer. Raises SettingRefused before anything is written.
    """
    variables = _variables(settings)
    snapshot = snapshot or {}
    rendered = {
        "carriers.xml": _carriers(settings.carriers),
        "queues.xml": _queues(settings.fallback_queue, snapshot.get("queues", ())),
        "directory.xml": _directory(settings.domain, snapshot.get("agents", ())),
    }
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("README.md"))
    target.chmod(0o700)
    (target / "rendered").mkdir(mode=0o700)
    _write(target / "vars.xml", _variables_xml(variables))
    for name, lines in rendered.items():
        _write(target / "rendered" / name, lines)
    return target


def command(binary: Path, conf: Path, run_dir: Path, settings: FreeswitchSettings) -> list[str]:
    """The command line of a foreground FreeSWITCH; makes the folders it writes to.

    `run_dir` keeps its databases, log and pid; it must survive restarts, for mod_callcenter's
    agents and the registrations live there.
    """
    folders = {name: run_dir / name for name in ("log", "db", "run", "temp", "storage", "cache")}
    for folder in (run_dir, *folders.values(), settings.certs_dir, settings.cdr_dir):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = [str(binary), "-nonat", "-nc", "-nf", "-conf", str(conf)]
    for name, folder in folders.items():
        line += [f"-{name}", str(folder)]
    line += ["-certs", str(settings.certs_dir)]
    # These would otherwise point into the prefix, which a plain user cannot write.
    for name in ("recordings", "sounds", "scripts", "htdocs", "grammar"):
        line += [f"-{name}", str(run_dir)]
    return line


def find_freeswitch(environ: Mapping[str, str] | None = None) -> Path | None:
    """FREESWITCH_HOME, then PATH, then the usual prefixes; None when it is not installed."""
    environ = os.environ if environ is None else environ
    home = environ.get("FREESWITCH_HOME")
    if home:
        candidates = [Path(home) / "bin" / "freeswitch", Path(home) / "freeswitch"]
        return next((path for path in candidates if os.access(path, os.X_OK)), None)
    found = shutil.which("freeswitch", path=environ.get("PATH"))
    if found:
        return Path(found)
    usual = (Path("/usr/local/freeswitch/bin/freeswitch"), Path("/usr/bin/freeswitch"))
    return next((path for path in usual if os.access(path, os.X_OK)), None)


def _variables(settings: FreeswitchSettings) -> dict[str, str]:
    music = settings.music_dir / "8000"
    for number in settings.hotline_numbers:
        if not re.fullmatch(r"\+?[0-9]{2,20}", number):
            raise SettingRefused(f"hotline_numbers: {number!r} is not a telephone number")
    if not settings.hotline_numbers:
        raise SettingRefused("hotline_numbers: at least one is needed")
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", settings.fallback_queue):
        raise SettingRefused(f"fallback_queue: {settings.fallback_queue!r} is not a queue code")
    for name in ("esl_password", "xml_password"):
        if len(getattr(settings, name)) < 16:
            raise SettingRefused(f"{name}: needs at least 16 characters")
    numbers = "|".join(re.escape(number) for number in settings.hotline_numbers)
    variables = {
        # An application that runs a shell command has no use here, only abuse.
        "disable_system_app_commands": "true",
        "domain": settings.domain,
        "hotline_numbers": f"^({numbers})$",
        "fallback_queue": settings.fallback_queue,
        "fallback_prompt": FALLBACK_PROMPT,
        "controller_address": f"{settings.controller_host}:{settings.controller_port}",
        "music_dir": str(music),
        "hold_music": "local_stream://moh" if any(music.glob("*.wav")) else NO_MUSIC,
    }
    for name in (
        "esl_host esl_port esl_password xml_url xml_password sip_ip rtp_ip trunk_port agents_port "
        "ws_port wss_port rtp_start rtp_end prompts_dir cdr_dir certs_dir switch_name "
        "log_level caller_media_timeout_ms"
    ).split():
        variables[name] = str(getattr(settings, name))
    for name, value in variables.items():
        # The preprocessor knows no quoting: these would end the value or start another one.
        if re.search(r'["<>&\n\r]|\$\$?\{', value):
            raise SettingRefused(f"{name}: has a character that FreeSWITCH cannot take")
    return variables


def _variables_xml(variables: Mapping[str, str]) -> list[str]:
    sets = [f'  <X-PRE-PROCESS cmd="set" data="{n}={v}"/>' for n, v in variables.items()]
    return ["<include>", *sets, "</include>"]


def _carriers(carriers: Iterable[str]) -> list[str]:
    try:
        networks = [ipaddress.ip_network(carrier, strict=False) for carrier in carriers]
    except ValueError as error:
        raise SettingRefused(f"carriers: {error}") from None
    return [f'<node type="allow" cidr="{network}"/>' for network in networks]


def _queues(fallback: str, queues: Iterable[Mapping[str, Any]]) -> list[str]:
    codes = {str(queue["code"]): str(queue.get("strategy", "")) for queue in queues}
    # The dialplan's last resort must exist even before anybody published a snapshot.
    codes.setdefault(fallback, "")
    lines = []
    for code, strategy in codes.items():
        queue = QueueConfig(code, code, strategy, 20, 0, 20, 5, "moh", ())
        params = {**queue_params(queue), "moh-sound": "$${hold_music}"}
        lines.append(f'<queue name="{fs_syntax.queue_name(code)}">')
        lines += [f'  <param name="{key}" value="{value}"/>' for key, value in params.items()]
        lines.append("</queue>")
    return lines


def _directory(domain: str, agents: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = [f"<domain name={quoteattr(domain)}>", "  <users>"]
    for agent in agents:
        # A browser's phone has a password of its own for each session, which only Redis knows.
        if agent.get("media") in ("rehearsal", "webrtc") or not agent.get("ha1"):
            continue
        lines += [
            f"    <user id={quoteattr(str(agent['extension']))}>",
            "      <params>",
            f"        <param name=\"a1-hash\" value={quoteattr(str(agent['ha1']))}/>",
            # A user without a password would be let in.
            '        <param name="allow-empty-password" value="false"/>',
            "      </params>",
            "      <variables>",
            '        <variable name="user_context" value="agents"/>',
            '        <variable name="sip_copy_custom_headers" value="false"/>',
            "      </variables>",
            "    </user>",
        ]
    return [*lines, "  </users>", "</domain>"]


def _write(path: Path, lines: list[str]) -> None:
    """Readable by the owner only from the first byte on: these files hold secrets."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
