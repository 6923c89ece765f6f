from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from docker.onebox.programs import Program
from docker.onebox.supervisor import NotReady, Supervisor
from tests.until import until

FOREVER = (sys.executable, "-c", "import signal; signal.pause()")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\n"
    "while True: signal.pause()",
)


@pytest.fixture
def make(tmp_path):
    made: list[Supervisor] = []

    def build(*programs: Program) -> Supervisor:
        supervisor = Supervisor(programs, {"PATH": "/usr/bin:/bin"}, tmp_path, lambda line: None)
        made.append(supervisor)
        return supervisor

    yield build
    for supervisor in made:
        supervisor.stop_all()


def test_it_starts_in_order_and_stops_everything(make):
    supervisor = make(Program("a", FOREVER), Program("b", FOREVER))
    supervisor.start_all()
    processes = dict(supervisor.running)
    assert list(processes) == ["a", "b"]
    supervisor.stop_all()
    assert all(process.poll() is not None for process in processes.values())


def test_it_starts_a_fallen_program_again(make):
    supervisor = make(Program("a", FOREVER))
    supervisor.start_all()
    first = supervisor.running["a"].pid
    supervisor.signal("a", signal.SIGKILL)

    def again() -> bool:
        supervisor.watch()
        return supervisor.running["a"].pid != first

    until(again, 5)


def test_it_waits_longer_after_each_fall(make):
    said: list[str] = []
    supervisor = make(Program("a", ("/bin/false",)))
    supervisor.say = said.append
    supervisor.start("a")

    def two_falls() -> bool:
        supervisor.watch()
        return len(said) >= 2

    until(two_falls, 10)
    assert said[0].endswith("again in 1 s")
    assert said[1].endswith("again in 2 s")


def test_it_names_the_log_of_a_program_that_ends_at_once(make, tmp_path: Path):
    supervisor = make(Program("a", ("/bin/false",), ready=lambda: False))
    with pytest.raises(NotReady, match=r"a ended with code 1: see .*a\.log"):
        supervisor.start_all()


def test_it_gives_up_on_a_program_that_is_never_ready(make):
    supervisor = make(Program("a", FOREVER, ready=lambda: False, ready_within_s=0.3))
    with pytest.raises(NotReady, match="not ready within"):
        supervisor.start_all()


def test_it_kills_what_does_not_stop_by_itself(make, tmp_path: Path):
    supervisor = make(Program("a", STUBBORN, stop_within_s=0.3))
    supervisor.start("a")
    until(lambda: "up" in (tmp_path / "a.log").read_text(), 5)
    process = supervisor.running["a"]
    supervisor.stop_all()
    assert process.returncode == -signal.SIGKILL
