from __future__ import annotations

from pathlib import Path

import pytest

from crm_web.settings import BadSetting, Settings

GOOD = {"SECRET_KEY": "s" * 32, "INTERNAL_TOKEN": "t" * 32, "CLEARLINE_HOME": "/srv/clearline"}


def test_it_has_defaults_for_everything_but_secrets():
    settings = Settings.from_env(GOOD)
    assert settings.database_url == "sqlite:////srv/clearline/clearline.db"
    assert settings.redis_url == "unix:///srv/clearline/redis/redis.sock"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


@pytest.mark.parametrize("name", ["SECRET_KEY", "INTERNAL_TOKEN"])
@pytest.mark.parametrize("value", ["", "short"])
def test_given_no_usable_secret_it_names_the_variable(name, value):
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({**GOOD, name: value})


def test_it_reads_a_secret_from_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("k" * 32 + "\n")
    env = {**GOOD, "SECRET_KEY": "", "SECRET_KEY_FILE": str(file)}
    assert Settings.from_env(env).secret_key == "k" * 32
    with pytest.raises(BadSetting, match="SECRET_KEY_FILE"):
        Settings.from_env({**env, "SECRET_KEY_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("DATABASE_URL", "oracle://x"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "localhost"),
        ("SWITCH", "asterisk"),
        ("SITE_TIME_ZONE", "Mars/Olympus"),
        ("AREA_CODE", "12345"),
        ("PHONE_WS_URL", "http://x"),
        ("PHONE_WS_URL", "ws://x; script-src *"),
        ("SECURE_COOKIES", "yes"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_given_a_bad_value_it_names_the_variable(name, value):
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({**GOOD, name: value})


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("mysql://u:p@h/d", "mysql+pymysql://u:p@h/d?charset=utf8mb4"),
        ("mariadb://u:p@h/d", "mysql+pymysql://u:p@h/d?charset=utf8mb4"),
    ],
)
def test_it_writes_the_installed_driver_into_the_url(given, used):
    assert Settings.from_env({**GOOD, "DATABASE_URL": given}).database_url == used


def test_it_keeps_secrets_out_of_its_repr():
    shown = repr(Settings.from_env({**GOOD, "DATABASE_URL": "postgresql://u:hidden@h/d"}))
    assert "s" * 32 not in shown and "hidden" not in shown


@pytest.mark.parametrize("place", ["far", "/no/such/folder", "{home}/recordings/old", "{home}"])
def test_it_refuses_an_archive_that_is_none_by_name(tmp_path: Path, place: str):
    env = {**GOOD, "CLEARLINE_HOME": str(tmp_path)}
    with pytest.raises(BadSetting, match="RECORDINGS_ARCHIVE_DIR"):
        Settings.from_env({**env, "RECORDINGS_ARCHIVE_DIR": place.format(home=tmp_path)})


def test_it_takes_a_folder_elsewhere_as_the_archive_of_recordings(tmp_path: Path):
    far = tmp_path / "far"
    far.mkdir()
    env = {**GOOD, "CLEARLINE_HOME": str(tmp_path / "home"), "RECORDINGS_ARCHIVE_DIR": str(far)}
    assert Settings.from_env(env).recordings.archive == far
