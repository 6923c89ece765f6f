"""What a run of the scenarios leaves behind is found by its mark."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil

from tests.live.leftovers import MARK, kill_marked


def waiting(mark: str) -> subprocess.Popen[bytes]:
    program = "import sys; print(1, flush=True); sys.stdin.read()"
    made = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, MARK: mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert made.stdout and made.stdout.read(1) == b"1"
    return made


def test_it_kills_what_has_the_mark_of_the_run_and_nothing_else() -> None:
    ours, other = waiting("ours"), waiting("other")
    assert kill_marked("ours") == 1
    assert not psutil.pid_exists(ours.pid) and psutil.pid_exists(other.pid)
    assert kill_marked("other") == 1
    for process in (ours, other):
        process.communicate(timeout=5)
