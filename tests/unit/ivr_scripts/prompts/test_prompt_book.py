"""The book always has something to play; rendering fills what is missing."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from ivr_scripts.prompts.book import AUDIO, SoundBook, shipped_texts
from ivr_scripts.prompts.mulaw import read_mulaw
from ivr_scripts.prompts.render import (
    EspeakEngine,
    NoVoice,
    file_name,
    find_engine,
    is_rendered,
    pinyin_of,
    render_text,
)
from ivr_scripts.prompts.sound import Sound, read_wav, silence
from ivr_scripts.speech.money import money
from ivr_scripts.speech.parts import Text


class Humming:
    """An engine that hums, and counts how often."""

    name = "hum"

    def __init__(self) -> None:
        self.spoken: list[str] = []

    def speak(self, text: str) -> Sound:
        self.spoken.append(text)
        return Sound(24000, [0.2, -0.2] * 1200)


def book(folder: Path, **options: object) -> SoundBook:
    return SoundBook(AUDIO, folder, shipped_texts(), **options)  # type: ignore[arg-type]


def test_it_finds_the_shipped_sounds(tmp_path: Path) -> None:
    files = book(tmp_path).files(("bill.amount", *money(12345)))
    assert [Path(path).name for path in files][:2] == ["bill.amount.wav", "num.hundred.1.wav"]
    assert [Path(path).stem for path in files][2:] == ["yuan.23", "money.jiao.4", "money.fen.5"]


def test_it_has_a_sound_for_every_shipped_text_at_both_rates() -> None:
    for rate in ("8000", "16000"):
        missing = [c for c in shipped_texts() if not (AUDIO / rate / f"{c}.wav").is_file()]
        assert missing == []


def test_it_ships_telephone_sounds_with_their_sums() -> None:
    manifest = json.loads((AUDIO / "manifest.json").read_text("utf-8"))
    named = {entry["file"]: entry for entry in manifest}
    files = {path.relative_to(AUDIO).as_posix(): path for path in AUDIO.rglob("*.wav")}
    assert named.keys() == files.keys()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == named[name]["sha256"], name
    for code in list(shipped_texts())[::30]:
        narrow = read_wav(AUDIO / "8000" / f"{code}.wav")
        wide = read_mulaw(AUDIO / "16000" / f"{code}.wav")
        assert (narrow.rate, wide.rate) == (8000, 16000)
        assert 0.05 < narrow.seconds < 40
        assert narrow.seconds == pytest.approx(wide.seconds, abs=0.01)
    assert sum(path.stat().st_size for path in files.values()) < 17_000_000


def test_given_a_text_without_a_sound_then_it_says_something_else(tmp_path: Path) -> None:
    text = Text("和风路停水", ("outage.no_supply.emergency",))
    assert book(tmp_path).files([text]) == [str(AUDIO / "outage.no_supply.emergency.wav")]


def test_it_finds_the_announcements_of_the_demonstration_city(tmp_path: Path) -> None:
    words = "文澜路供水主管爆裂，正在抢修"
    (path,) = book(tmp_path).files([Text(words, ("outage.no_supply.emergency",))])
    assert Path(path).parent == AUDIO / "texts"


def test_given_nothing_at_all_then_it_apologises(tmp_path: Path) -> None:
    apology = [str(AUDIO / "missing.wav")]
    assert book(tmp_path).files([Text("没有声音")]) == apology
    assert book(tmp_path).files(["no.such.code"]) == apology
    assert book(tmp_path).files([]) == apology
    assert book(tmp_path).files(["pause"])[-1:] == apology


def test_given_no_sounds_on_disk_then_it_still_answers(tmp_path: Path) -> None:
    empty = SoundBook(tmp_path, tmp_path, shipped_texts())
    assert empty.files(["greeting.water"]) == [str(tmp_path / "beep.wav")]


def test_it_asks_for_a_missing_text_and_uses_it(tmp_path: Path) -> None:
    engine = Humming()

    def render(words: str) -> bool:
        render_text(words, tmp_path, engine)
        return True

    made = book(tmp_path, render=render)
    text = Text("和风路停水", ("outage.no_supply.emergency",))
    assert made.files([text]) == [str(tmp_path / file_name("和风路停水"))]
    assert made.files([text]) == [str(tmp_path / file_name("和风路停水"))]
    assert engine.spoken == ["和风路停水"]


def test_it_renders_a_text_once_at_both_rates(tmp_path: Path) -> None:
    engine = Humming()
    path = render_text("您好", tmp_path, engine)
    assert render_text("您好", tmp_path, engine) == path
    assert engine.spoken == ["您好"] and is_rendered("您好", tmp_path)
    assert [read_wav(tmp_path / rate / path.name).rate for rate in ("8000", "16000")] == [
        8000,
        16000,
    ]


@pytest.mark.parametrize("text", ["", "  \n", "长" * 501])
def test_it_refuses_to_render_nothing_or_a_novel(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        render_text(text, tmp_path, Humming())


def test_given_an_engine_that_says_nothing_then_nothing_is_cached(tmp_path: Path) -> None:
    class Mute(Humming):
        def speak(self, text: str) -> Sound:
            return silence(200, 24000)

    with pytest.raises(NoVoice):
        render_text("您好", tmp_path, Mute())
    assert not is_rendered("您好", tmp_path)


def test_it_gives_espeak_pinyin_and_nothing_else() -> None:
    assert pinyin_of("您好，水费。") == "nin2 hao3 , shui3 fei4 ."
    assert pinyin_of("-w /tmp/x; rm").strip() == ""


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_it_speaks_with_espeak(tmp_path: Path) -> None:
    path = render_text("您好，这里是水务热线。", tmp_path, find_engine("espeak"))
    assert 1 < read_wav(tmp_path / "8000" / path.name).seconds < 8


def test_given_no_program_then_it_says_no_voice(tmp_path: Path) -> None:
    with pytest.raises(NoVoice):
        EspeakEngine("/nonexistent/espeak").speak("您好")
    with pytest.raises(NoVoice):
        find_engine("kokoro", tmp_path)
