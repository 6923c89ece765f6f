"""Optional: the shipped sounds are understood by speech recognition (docs/voice.md).

EARS_MODEL names the folder of the weights, EARS_PYTHON an interpreter that has the extra `ears`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORST_SHARE = 0.1


@pytest.mark.timeout(1200)
def test_it_is_understood_over_the_telephone() -> None:
    model = os.environ.get("EARS_MODEL", "")
    if not (Path(model) / "model.bin").is_file():
        pytest.skip("EARS: SKIPPED, no speech recognition (EARS_MODEL, see docs/voice.md)")
    python = os.environ.get("EARS_PYTHON", sys.executable)
    done = subprocess.run(
        [python, "-m", "tests.ears", "--model", model],
        cwd=ROOT, capture_output=True, text=True, timeout=1100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    print(done.stdout)
    syllables, wrong, _, _ = json.loads(done.stdout.splitlines()[-1])["all"]
    assert wrong / syllables <= WORST_SHARE
