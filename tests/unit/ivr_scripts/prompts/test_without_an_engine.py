"""A machine that can't speak: no espeak-ng, no neural voice. Callers hear the general words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_scripts.prompts.book import AUDIO, SoundBook, shipped_texts
from ivr_scripts.prompts.render import NoVoice, find_engine, is_rendered, render_text
from ivr_scripts.speech.parts import Text

BURST = "青云路主管爆裂，正在抢修"
SAID = Text(BURST, ("outage.no_supply.emergency",))


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize("kind", ["auto", "espeak", "kokoro"])
@pytest.mark.parametrize("home", [None, Path("/nonexistent")])
def test_it_says_that_no_voice_is_installed(kind: str, home: Path | None) -> None:
    with pytest.raises(NoVoice, match="no .* voice is installed"):
        find_engine(kind, home)


def test_it_plays_the_general_words_every_time(tmp_path: Path) -> None:
    asked: list[str] = []

    def order(words: str) -> bool:
        asked.append(words)
        return False

    book = SoundBook(AUDIO, tmp_path, shipped_texts(), render=order)
    for _ in range(3):
        files = book.files(("outage.own", SAID, "outage.effect.no_supply"))
        names = [Path(file).stem for file in files]
        assert names == ["outage.own", "outage.no_supply.emergency", "outage.effect.no_supply"]
        assert all((AUDIO / "8000" / f"{name}.wav").is_file() for name in names)
    assert asked == [BURST] * 3
    assert not is_rendered(BURST, tmp_path)


def test_given_an_engine_is_installed_later_then_the_words_themselves_are_said(
    tmp_path: Path,
) -> None:
    from tests.unit.ivr_scripts.prompts.test_prompt_book import Humming

    book = SoundBook(AUDIO, tmp_path, shipped_texts())
    assert Path(book.files([SAID])[0]).stem == "outage.no_supply.emergency"
    render_text(BURST, tmp_path, Humming())
    assert Path(book.files([SAID])[0]).parent == tmp_path
