from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(120)
SECRETS = {"SECRET_KEY": "the secret key of the tests", "INTERNAL_TOKEN": "the token of the tests"}


def run(home: Path, *args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crm_web.cli", *args],
        env={"PATH": os.environ["PATH"], "CLEARLINE_HOME": str(home), **SECRETS, **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
    )


def test_it_makes_the_database_and_the_logins_once(tmp_path):
    first = run(tmp_path, "init-db")
    assert first.returncode == 0, first.stderr
    file = tmp_path / "demo-logins.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = file.read_text()
    assert [line.split("\t")[0] for line in logins.splitlines()] == [
        *(f"100{n}" for n in range(1, 9)),
        "2001",
        "2002",
        "admin",
        "director",
        "3001",
        "3002",
    ]
    second = run(tmp_path, "init-db")
    assert second.returncode == 0, second.stderr
    assert file.read_text() == logins


def test_it_makes_an_administrator_on_an_empty_site(tmp_path):
    assert run(tmp_path, "init-db", "--no-demo").returncode == 0
    assert not (tmp_path / "demo-logins.txt").exists()
    made = run(tmp_path, "create-admin", "root", stdin="a long secret phrase\n")
    assert made.returncode == 0, made.stderr
    again = run(tmp_path, "create-admin", "root", stdin="a long secret phrase\n")
    assert "taken" in again.stderr
    weak = run(tmp_path, "create-admin", "other", stdin="short\n")
    assert weak.returncode != 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL"])
def test_given_a_bad_setting_it_refuses_by_name(tmp_path, name):
    answer = run(tmp_path, "migrate", **{name: "x"})
    assert answer.returncode != 0
    assert name in answer.stderr
