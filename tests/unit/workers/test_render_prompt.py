"""The job that renders an announcement, on machines with and without a voice."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from ivr_scripts.prompts.render import is_rendered
from workers.jobs.prompts import render_prompt

WORDS = "青云路主管爆裂，正在抢修"


@pytest.fixture()
def prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEARLINE_HOME", str(tmp_path))
    for name in ("PROMPTS_DIR", "VOICE_HOME", "PROMPT_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "prompts"


def test_given_no_engine_then_it_says_so_and_leaves_nothing(
    prompts: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", str(prompts))
    with caplog.at_level(logging.WARNING):
        assert render_prompt(WORDS) == ""
    assert "no auto voice is installed" in caplog.text
    assert not is_rendered(WORDS, prompts)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_it_renders_once(prompts: Path) -> None:
    path = Path(render_prompt(WORDS))
    made = (prompts / "8000" / path.name).stat().st_mtime_ns
    assert render_prompt(WORDS) == str(path)
    assert (prompts / "8000" / path.name).stat().st_mtime_ns == made
