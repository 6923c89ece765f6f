"""What a worker reads from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.settings import BadSetting, Settings


def test_it_needs_nothing_but_a_home(tmp_path: Path):
    settings = Settings.from_env({"CLEARLINE_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/clearline.db"
    assert settings.redis_url == f"unix://{tmp_path}/redis/redis.sock"
    assert settings.reports_dir == tmp_path / "reports"
    assert str(settings.time_zone) == "Asia/Shanghai"


def test_it_reads_an_address_with_a_password_from_a_file(tmp_path: Path):
    secret = tmp_path / "db"
    secret.write_text("postgresql://u:p@h/d\n")
    settings = Settings.from_env({"DATABASE_URL_FILE": str(secret)})
    assert settings.database_url == "postgresql://u:p@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "localhost:6379"),
        ("SITE_TIME_ZONE", "Mars/Olympus"),
        ("PROMPT_ENGINE", "loudspeaker"),
        ("CDR_KEEP_DAYS", "0"),
        ("CDR_KEEP_DAYS", "a while"),
        ("DATABASE_URL_FILE", "/no/such/file"),
    ],
)
def test_it_refuses_a_wrong_value_by_name(name: str, value: str):
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({name: value})


@pytest.mark.parametrize("place", ["far", "/no/such/folder", "{home}/recordings/old", "{home}"])
def test_it_refuses_an_archive_that_is_none_by_name(tmp_path: Path, place: str):
    env = {"CLEARLINE_HOME": str(tmp_path)}
    with pytest.raises(BadSetting, match="RECORDINGS_ARCHIVE_DIR"):
        Settings.from_env({**env, "RECORDINGS_ARCHIVE_DIR": place.format(home=tmp_path)})


def test_it_takes_a_folder_elsewhere_as_the_archive_of_recordings(tmp_path: Path):
    far = tmp_path / "far"
    far.mkdir()
    env = {"CLEARLINE_HOME": str(tmp_path / "home"), "RECORDINGS_ARCHIVE_DIR": str(far)}
    assert Settings.from_env(env).recordings.archive == far
