"""Nothing of a run may outlive it, whatever ended it: a FreeSWITCH left behind takes a core."""

from __future__ import annotations

import os
import secrets

import psutil

#: In the environment of everything that a run starts.
MARK = "CLEARLINE_LIVE_RUN"


def mark_run() -> str:
    """Mark what is started from now on; returns the mark."""
    os.environ[MARK] = secrets.token_hex(8)
    return os.environ[MARK]


def kill_marked(mark: str) -> int:
    """Kill every other process with this mark; returns how many there were."""
    found = [one for one in psutil.process_iter() if one.pid != os.getpid() and _has(one, mark)]
    for process in found:
        try:
            process.kill()
        except psutil.Error:
            continue  # it ended by itself
    psutil.wait_procs(found, timeout=10)
    return len(found)


def _has(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):
        return False  # gone, or somebody else's
