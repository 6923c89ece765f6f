from __future__ import annotations

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docker.onebox.freeswitch_conf import (
    FreeswitchSettings,
    SettingRefused,
    command,
    find_freeswitch,
    render,
)

SNAPSHOT = {
    "queues": [{"code": "repair", "strategy": "longest_idle"}],
    "agents": [
        {"extension": "1001", "media": "sip", "ha1": "0" * 32},
        {"extension": "1002", "media": "rehearsal", "ha1": "1" * 32},
        {"extension": "1003", "media": "webrtc", "ha1": "2" * 32},
    ],
}


@pytest.fixture()
def settings(tmp_path: Path) -> FreeswitchSettings:
    return FreeswitchSettings(
        esl_password="s" * 24,
        xml_password="x" * 24,
        prompts_dir=tmp_path / "prompts",
        music_dir=tmp_path / "music",
        cdr_dir=tmp_path / "cdr",
        certs_dir=tmp_path / "certs",
    )


def test_it_writes_secrets_for_the_owner_only(settings: FreeswitchSettings, tmp_path: Path) -> None:
    conf = render(settings, tmp_path / "conf", SNAPSHOT)
    assert conf.stat().st_mode & 0o077 == 0
    for name in ("vars.xml", "rendered/directory.xml"):
        assert (conf / name).stat().st_mode & 0o777 == 0o600
    assert "s" * 24 in (conf / "vars.xml").read_text()


def test_its_files_are_xml(settings: FreeswitchSettings, tmp_path: Path) -> None:
    conf = render(settings, tmp_path / "conf", SNAPSHOT)
    for path in conf.rglob("*.xml"):
        text = path.read_text()
        ElementTree.fromstring(text if path.parent.name != "rendered" else f"<all>{text}</all>")


def test_it_makes_the_fallback_of_the_last_snapshot(
    settings: FreeswitchSettings, tmp_path: Path
) -> None:
    conf = render(settings, tmp_path / "conf", SNAPSHOT)
    queues = (conf / "rendered/queues.xml").read_text()
    assert "repair@default" in queues and "general@default" in queues
    directory = (conf / "rendered/directory.xml").read_text()
    assert 'id="1001"' in directory
    assert 'id="1002"' not in directory and 'id="1003"' not in directory


def test_given_no_snapshot_and_no_music_when_it_renders_then_callers_still_have_a_queue(
    settings: FreeswitchSettings, tmp_path: Path
) -> None:
    conf = render(settings, tmp_path / "conf")
    assert "general@default" in (conf / "rendered/queues.xml").read_text()
    assert "hold_music=tone_stream://" in (conf / "vars.xml").read_text()
    (settings.music_dir / "8000").mkdir(parents=True)
    (settings.music_dir / "8000" / "waiting.wav").touch()
    conf = render(settings, tmp_path / "conf")
    assert "hold_music=local_stream://moh" in (conf / "vars.xml").read_text()


@pytest.mark.parametrize(
    "name, value",
    [
        ("esl_password", "short"),
        ("xml_password", 'has a " in it, and is long'),
        ("hotline_numbers", ()),
        ("hotline_numbers", ("96001)|(.*",)),
        ("fallback_queue", "general@default"),
        ("carriers", ("everybody",)),
        ("domain", "${system(id)}"),
        ("xml_url", "http://x/\n<param>"),
    ],
)
def test_it_refuses_what_the_switch_would_misread(
    settings: FreeswitchSettings, tmp_path: Path, name: str, value: object
) -> None:
    with pytest.raises(SettingRefused, match=name) as refused:
        render(dataclasses.replace(settings, **{name: value}), tmp_path / "conf")  # type: ignore
    assert not (tmp_path / "conf").exists()
    if "password" in name:
        assert str(value) not in str(refused.value)


def test_it_starts_in_the_foreground_and_writes_only_below_its_folder(
    settings: FreeswitchSettings, tmp_path: Path
) -> None:
    line = command(Path("/x/freeswitch"), tmp_path / "conf", tmp_path / "run", settings)
    assert line[:4] == ["/x/freeswitch", "-nonat", "-nc", "-nf"]
    assert all(str(tmp_path) in word for word in line[4:] if word.startswith("/"))


def test_it_finds_freeswitch_by_its_home_before_the_path(tmp_path: Path) -> None:
    program = tmp_path / "fs" / "bin" / "freeswitch"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_freeswitch({"FREESWITCH_HOME": str(tmp_path / "fs"), "PATH": ""}) == program
    assert find_freeswitch({"PATH": str(program.parent)}) == program
    assert find_freeswitch({"FREESWITCH_HOME": str(tmp_path / "nowhere")}) is None
