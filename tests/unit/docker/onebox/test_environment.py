from __future__ import annotations

import stat
from pathlib import Path

import pytest

from docker.onebox.environment import SECRETS, SettingRefused, prepare, secret


def environ(tmp_path: Path, **values: str) -> dict[str, str]:
    return {"CLEARLINE_HOME": str(tmp_path / "home"), "PATH": "/nowhere", **values}


def test_it_makes_secrets_that_only_their_owner_can_read(tmp_path):
    values = prepare(environ(tmp_path, SWITCH="rehearsal"))
    for name in SECRETS:
        file = Path(values[f"{name}_FILE"])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert len(file.read_text()) >= 40
        assert name not in values, "a secret in the environment shows in process lists"


def test_it_keeps_its_secrets_at_the_next_start(tmp_path):
    first = prepare(environ(tmp_path, SWITCH="rehearsal"))
    second = prepare(environ(tmp_path, SWITCH="rehearsal"))
    assert [secret(first, name) for name in SECRETS] == [secret(second, name) for name in SECRETS]


def test_it_gives_every_secret_a_value_of_its_own(tmp_path):
    values = prepare(environ(tmp_path, SWITCH="rehearsal"))
    assert len({secret(values, name) for name in SECRETS}) == len(SECRETS)


def test_it_takes_the_rehearsal_switch_where_no_freeswitch_is_found(tmp_path):
    values = prepare(environ(tmp_path, FREESWITCH_HOME=str(tmp_path)))
    assert values["SWITCH"] == "rehearsal"


def test_the_rehearsal_switch_gets_its_callers_and_a_carrier(tmp_path):
    values = prepare(environ(tmp_path, SWITCH="rehearsal", DEMO_CALLS_PER_MINUTE="5"))
    assert values["REHEARSAL_DEMO_RATE"] == "5"
    numbers = Path(values["REHEARSAL_NUMBERS_FILE"])
    assert numbers == Path(values["CLEARLINE_HOME"]) / "rehearsal" / "numbers.json"
    assert values["TRUNK_GATEWAY"] == "carrier.rehearsal"
    assert values["AREA_CODE"] == "532"
    values = prepare(environ(tmp_path, SWITCH="rehearsal", AREA_CODE="021"))
    assert values["AREA_CODE"] == "021"


@pytest.mark.parametrize(
    "wrong, named",
    [
        ({"SWITCH": "asterisk"}, "SWITCH"),
        ({"SWITCH": "freeswitch", "FREESWITCH_HOME": "/nowhere"}, "SWITCH"),
        ({"SWITCH": "rehearsal", "PORT": "http"}, "PORT"),
        ({"SWITCH": "rehearsal", "ESL_PORT": "0"}, "ESL_PORT"),
        ({"SWITCH": "rehearsal", "DEMO_CALLS_PER_MINUTE": "61"}, "DEMO_CALLS_PER_MINUTE"),
        ({"SWITCH": "rehearsal", "TRUNK_PORT": "70000"}, "TRUNK_PORT"),
    ],
)
def test_it_refuses_a_bad_setting_by_its_name(tmp_path, wrong, named):
    with pytest.raises(SettingRefused, match=named):
        prepare(environ(tmp_path, **wrong))


def test_it_finds_a_short_place_for_the_socket_of_a_deep_folder(tmp_path):
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    values = prepare(environ(tmp_path, CLEARLINE_HOME=str(deep), SWITCH="rehearsal"))
    assert len(values["REDIS_URL"].removeprefix("unix://")) < 107
