"""A real FreeSWITCH of the tests' own: our configuration in a throw-away folder, free ports."""

from __future__ import annotations

import dataclasses
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docker.onebox.freeswitch_conf import FreeswitchSettings, command, find_freeswitch, render
from tests.actors.waiting import until
from tests.live.esl import Esl, EslClosed
from tests.live.ports import free_port, free_rtp_range

AUDIO = Path(__file__).resolve().parents[2] / "ivr_scripts" / "prompts" / "audio"
START_S = 20


def settings_in(folder: Path, **changes: Any) -> FreeswitchSettings:
    """Settings with every port free and every secret random."""
    start, end = free_rtp_range()
    settings = FreeswitchSettings(
        esl_password=secrets.token_hex(16),
        xml_password=secrets.token_hex(16),
        prompts_dir=AUDIO,
        music_dir=AUDIO / "music",
        cdr_dir=folder / "cdr",
        certs_dir=folder / "certs",
        trunk_port=free_port(),
        agents_port=free_port(),
        ws_port=free_port(),
        wss_port=free_port(),
        esl_port=free_port(),
        controller_port=free_port(),
        xml_url=f"http://127.0.0.1:{free_port()}/fs/xml",
        rtp_start=start,
        rtp_end=end,
        log_level="info",
    )
    return dataclasses.replace(settings, **changes)


class FreeswitchProcess:
    """Starts, stops, kills and asks one FreeSWITCH. `folder` keeps its databases and log."""

    def __init__(
        self,
        folder: Path,
        settings: FreeswitchSettings,
        snapshot: Mapping[str, Any] | None = None,
    ) -> None:
        binary = find_freeswitch()
        if binary is None:
            raise AssertionError("no FreeSWITCH; the runner should have skipped")
        self.folder, self.settings = folder, settings
        conf = render(settings, folder / "conf", snapshot)
        self._command = command(binary, conf, folder / "switch", settings)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def trunk(self) -> tuple[str, int]:
        return self.settings.sip_ip, self.settings.trunk_port

    @property
    def agents(self) -> tuple[str, int]:
        return self.settings.sip_ip, self.settings.agents_port

    @property
    def log(self) -> str:
        path = self.folder / "switch" / "log" / "freeswitch.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> float:
        """Returns the seconds until the queues answered."""
        began = time.monotonic()
        with (self.folder / "freeswitch.out").open("ab") as out:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        if not until(self._is_ready, START_S, pause=0.05):
            raise AssertionError(f"FreeSWITCH did not start in {START_S} s:\n{self.log[-3000:]}")
        return time.monotonic() - began

    def stop(self) -> None:
        self._end(signal.SIGTERM, 15)

    def kill(self) -> None:
        self._end(signal.SIGKILL, 5)

    def esl(self) -> Esl:
        return Esl("127.0.0.1", self.settings.esl_port, self.settings.esl_password)

    def api(self, line: str) -> str:
        client = self.esl()
        try:
            return client.api(line)
        finally:
            client.close()

    def rows(self, line: str) -> list[dict[str, str]]:
        """A '|' table (callcenter_config … list) as dicts; an empty one has no header."""
        lines = [row for row in self.api(line).splitlines() if "|" in row]
        names = lines[0].split("|") if lines else []
        return [dict(zip(names, row.split("|"))) for row in lines[1:]]

    def waiting(self, queue: str = "general") -> list[dict[str, str]]:
        """Members that wait now; mod_callcenter also lists those that left."""
        rows = self.rows(f"callcenter_config queue list members {queue}@default")
        return [r for r in rows if r["state"] in ("Waiting", "Trying") and r["session_uuid"]]

    def channels(self) -> int:
        return int(self.api("show channels count").split()[0])

    def add_agent(self, number: str, queue: str = "general", *, status: str = "Available") -> None:
        """As the controller does it; used where a test runs without one."""
        agent = f"{number}@default"
        contact = f"[leg_timeout=10]sofia/agents/{number}%{self.settings.domain}"
        for line in (
            f"agent add {agent} callback",
            f"agent set contact {agent} {contact}",
            f"agent set max_no_answer {agent} 1",
            f"agent set busy_delay_time {agent} 5",
            f"agent set reject_delay_time {agent} 5",
            f"tier add {queue}@default {agent} 1 1",
            f"agent set status {agent} '{status}'",
        ):
            self.api(f"callcenter_config {line}")

    def _is_ready(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"FreeSWITCH ended with {self._process.returncode}")
        try:
            return self.api("module_exists mod_callcenter") == "true"
        except EslClosed:
            return False

    def _end(self, how: signal.Signals, limit: float) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
