from __future__ import annotations

import json
import logging

from crm_web import startup
from esl_controller.contract import keys


class Pauses(list):
    """Counts the waiting instead of waiting, and repairs things after a while."""

    def __init__(self, repair, after: int) -> None:
        super().__init__()
        self.repair, self.after = repair, after

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
        if len(self) == self.after:
            self.repair()


def test_given_redis_absent_at_start_it_says_so_and_goes_on_when_it_comes(
    app, live_redis, redis_server, monkeypatch, caplog
):
    monkeypatch.setattr(startup, "present_revision", lambda _engine: startup.newest_revision())
    redis_server.stop()
    pauses = Pauses(redis_server.start, after=3)
    try:
        with caplog.at_level(logging.INFO):
            startup.bring_up(app, pauses)
    finally:
        if not pauses.after <= len(pauses):
            redis_server.start()
    assert pauses == [1.0, 2.0, 4.0]
    assert "not ready" in caplog.text and "ready: database and Redis answer" in caplog.text
    assert json.loads(live_redis.get(keys.TELEPHONY))["version"] == 1


def test_given_an_old_schema_it_names_the_command(app, monkeypatch, caplog):
    revisions = iter(["0001", startup.newest_revision()])
    monkeypatch.setattr(startup, "present_revision", lambda _engine: next(revisions))
    startup.bring_up(app, lambda _seconds: None)
    assert "run `python -m crm_web.cli init-db`" in caplog.text
