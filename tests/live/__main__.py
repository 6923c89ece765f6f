"""`python -m tests.live [scenario words]`: run the live scenarios, or say why not.

LIVE=required makes a missing FreeSWITCH an error. SWITCH=rehearsal runs on the stand-in. REPEAT=10
runs it ten times, until one run fails.
The whole list is shared out to LIVE_WORKERS (6) stacks side by side; named scenarios run on one.
"""

from __future__ import annotations

import os
import sys

import pytest

from docker.onebox.freeswitch_conf import find_freeswitch
from tests.database import has_postgresql
from tests.live import leftovers


def main(words: list[str]) -> int:
    rehearsal = os.environ.get("SWITCH", "freeswitch") == "rehearsal"
    if not rehearsal and find_freeswitch() is None:
        print("live: SKIPPED, no FreeSWITCH")
        return 1 if os.environ.get("LIVE") == "required" else 0
    if not os.environ.get("LIVE_DATABASE_URL") and not has_postgresql():
        print("live: on SQLite, for PostgreSQL is not installed")
    os.environ["CLEARLINE_LIVE"] = "1"
    arguments = ["tests/live", "-rEs", "--durations=10", "--timeout=180"]
    arguments += ["-o", "timeout_func_only=true"]  # the city may have to be written first
    if words:
        arguments += ["-k", " and ".join(words)]
    else:
        workers = os.environ.get("LIVE_WORKERS", "6")
        arguments += ["-n", workers, "--dist", "loadscope"]
    mark = leftovers.mark_run()
    try:
        for n in range(1, int(os.environ.get("REPEAT", "1")) + 1):
            print(f"live: run {n}")
            if code := int(pytest.main(arguments)):
                return code
        return 0
    finally:
        if left := leftovers.kill_marked(mark):
            print(f"live: {left} processes had outlived the run and were killed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
