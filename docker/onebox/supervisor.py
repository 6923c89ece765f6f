"""Starts programs in order, starts again what falls, stops all of them in reverse."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from docker.onebox.programs import Program

#: A program that falls at once is started again after 1, 2, 4 … at most 15 seconds.
BACK_OFF_MAX_S = 15.0
#: One that has run this long is taken to be well, and its next fall counts as the first.
WELL_AFTER_S = 60.0
POLL_S = 0.1


class NotReady(RuntimeError):
    """A program did not become ready; the message names its log file."""


class Supervisor:
    """`say` gets one line for people about each thing that happens."""

    def __init__(
        self,
        programs: Sequence[Program],
        values: Mapping[str, str],
        logs: Path,
        say: Callable[[str], None] = print,
    ) -> None:
        self.programs = {program.name: program for program in programs}
        self.values = dict(values)
        self.logs = logs
        self.say = say
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started_at: dict[str, float] = {}
        self.falls: dict[str, int] = {}
        self.due: dict[str, float] = {}

    def start_all(self) -> None:
        """Raises NotReady; what was started until then keeps running until stop_all()."""
        for name in self.programs:
            self.start(name)
            self.wait_ready(name)

    def start(self, name: str) -> None:
        log = (self.logs / f"{name}.log").open("ab")
        with log:
            self.running[name] = subprocess.Popen(
                self.programs[name].argv,
                env=self.values,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started_at[name] = time.monotonic()
        self.due.pop(name, None)

    def wait_ready(self, name: str) -> None:
        program = self.programs[name]
        until = time.monotonic() + program.ready_within_s
        while not program.ready():
            code = self.running[name].poll()
            if code is not None:
                raise NotReady(f"{name} ended with code {code}: see {self.logs}/{name}.log")
            if time.monotonic() > until:
                raise NotReady(
                    f"{name} was not ready within {program.ready_within_s:.0f} s: "
                    f"see {self.logs}/{name}.log"
                )
            time.sleep(POLL_S)

    def watch(self) -> None:
        """Start again what has fallen; call it every second or so."""
        now = time.monotonic()
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            if name not in self.due:
                well = now - self.started_at[name] > WELL_AFTER_S
                self.falls[name] = 1 if well else self.falls.get(name, 0) + 1
                delay = min(2.0 ** (self.falls[name] - 1), BACK_OFF_MAX_S)
                self.due[name] = now + delay
                self.say(f"{name} ended with code {process.returncode}; again in {delay:.0f} s")
            elif now >= self.due[name]:
                self.start(name)

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a program and what it started."""
        process = self.running[name]
        if process.poll() is None:
            os.killpg(process.pid, number)

    def stop(self, name: str) -> None:
        process = self.running.pop(name, None)
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(self.programs[name].stop_within_s)
            except subprocess.TimeoutExpired:
                self.say(f"{name} did not stop in time and was killed")
        try:
            os.killpg(process.pid, signal.SIGKILL)  # children that outlived it
        except ProcessLookupError:
            pass
        process.wait()

    def stop_all(self) -> None:
        for name in reversed(list(self.programs)):
            self.stop(name)
