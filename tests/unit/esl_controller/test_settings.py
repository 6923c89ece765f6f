"""What the controller reads from the environment."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from esl_controller.settings import SettingRefused, Settings

GOOD = {"ESL_PASSWORD": "e", "XML_PASSWORD": "x", "INTERNAL_TOKEN": "t"}


@pytest.mark.parametrize(
    ("text", "prefixes"), [("", ()), ("00", ("00",)), (" 00, 1259 ", ("00", "1259"))]
)
def test_it_reads_which_numbers_are_barred(tmp_path: Path, text: str, prefixes: tuple[str, ...]):
    env = {**GOOD, "CLEARLINE_HOME": str(tmp_path), "BARRED_PREFIXES": text}
    assert Settings.from_env(env).barred_prefixes == prefixes


def test_it_takes_the_site_s_time_zone():
    assert Settings.from_env(GOOD).time_zone == ZoneInfo("Asia/Shanghai")
    env = {**GOOD, "SITE_TIME_ZONE": "Asia/Urumqi"}
    assert Settings.from_env(env).time_zone == ZoneInfo("Asia/Urumqi")
    with pytest.raises(SettingRefused, match="SITE_TIME_ZONE"):
        Settings.from_env({**GOOD, "SITE_TIME_ZONE": "Asia/Nowhere"})


@pytest.mark.parametrize(("text", "code"), [("", ""), ("0532", "532"), (" 21 ", "21")])
def test_it_reads_the_town_s_area_code(text: str, code: str):
    assert Settings.from_env({**GOOD, "AREA_CODE": text}).area_code == code


@pytest.mark.parametrize("text", ["0", "1380", "532;", "青岛"])
def test_it_names_the_setting_when_the_area_code_is_none(text: str):
    with pytest.raises(SettingRefused, match="AREA_CODE"):
        Settings.from_env({**GOOD, "AREA_CODE": text})


@pytest.mark.parametrize("text", ["+1", "00;1259", "00,", "nobody", ",", "${x}"])
def test_it_names_the_setting_when_what_is_barred_is_no_number(text: str):
    with pytest.raises(SettingRefused, match="BARRED_PREFIXES"):
        Settings.from_env({**GOOD, "BARRED_PREFIXES": text})
