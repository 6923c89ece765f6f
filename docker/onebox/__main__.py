"""`make run`: the whole hotline on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from docker.onebox.environment import SettingRefused, prepare
from docker.onebox.programs import plan
from docker.onebox.supervisor import NotReady, Supervisor

SWITCH_NAMES = {
    "freeswitch": "FreeSWITCH（真实话路）",
    "rehearsal": "排练交换机（来电和话机是模拟的）",
}


def main() -> int:
    try:
        values = prepare(os.environ)
        programs = plan(values)
    except (SettingRefused, ValueError) as error:
        print(f"设置有误 / bad setting: {error}", file=sys.stderr)
        return 2
    home = Path(values["CLEARLINE_HOME"])
    stop_at(signal.SIGTERM)
    supervisor = Supervisor(programs, values, home / "logs", _say)
    try:
        _say(f"数据目录 / data folder: {home}")
        redis = next((p.name for p in programs if p.name == "redis"), None)
        if redis:
            supervisor.start(redis)
            supervisor.wait_ready(redis)
        _say("准备数据库和演示城市 / preparing the database and the demonstration city …")
        if _init_database(values) != 0:
            return 1
        for program in programs:
            if program.name != redis:
                supervisor.start(program.name)
                supervisor.wait_ready(program.name)
                _say(f"✓ {program.name}")
        _welcome(values)
        while True:
            time.sleep(1)
            supervisor.watch()
    except NotReady as error:
        print(f"启动失败 / could not start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("正在停止 / stopping …")
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        supervisor.stop_all()


def stop_at(number: int) -> None:
    """Let a signal end the program the way Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(number, interrupt)


def _init_database(values: Mapping[str, str]) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "crm_web.cli", "init-db"], env=dict(values), check=False
    )
    return done.returncode


def _welcome(values: Mapping[str, str]) -> None:
    logins = Path(values["CLEARLINE_HOME"]) / "demo-logins.txt"
    _say("")
    _say(f"清线已启动 / Clearline is up: http://127.0.0.1:{values['PORT']}")
    _say(f"交换机 / switch: {SWITCH_NAMES[values['SWITCH']]}")
    _say(f"热线号码 / hotline number: {values['HOTLINE_NUMBER']}")
    if logins.exists():
        _say(f"演示账号 / demonstration logins ({logins}):")
        _say(logins.read_text().rstrip())
    _say("按 Ctrl-C 停止 / press Ctrl-C to stop")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
