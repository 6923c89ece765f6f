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
        ("DATABASE_URL_FILE", "/no/such/file"),
    ],
)
def test_it_refuses_a_wrong_value_by_name(name: str, value: str):
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({name: value})
