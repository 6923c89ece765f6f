"""What the process that runs jobs has loaded before it forks."""

from __future__ import annotations

import subprocess
import sys

from workers.schedule import PERIODIC

LOADED = """
import sys
from workers import rq_worker
rq_worker.load_jobs()
print(*sys.modules)
"""


def test_it_has_loaded_every_job_before_the_first_child_needs_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, timeout=60, check=True
    )
    wanted = {job.job.rpartition(".")[0] for job in PERIODIC}
    assert wanted <= set(done.stdout.split())
