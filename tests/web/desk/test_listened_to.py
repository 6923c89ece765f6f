"""What an agent's own desk may know of those who listen, by the site's policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import redis
from flask import Flask

from esl_controller.contract import keys
from tests.web.browser import Browser

MODES = ("monitor", "whisper", "barge_in")


@pytest.mark.parametrize(
    ("visible", "told"), [(True, list(MODES)), (False, ["whisper", "barge_in"])]
)
def test_given_listening_is_hidden_then_a_fetched_desk_too_tells_only_of_those_who_are_heard(
    app: Flask,
    client_as: Callable[[str], Browser],
    live_redis: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    visible: bool,
    told: list[str],
):
    policy = replace(app.extensions["settings"], monitor_visible=visible)
    monkeypatch.setitem(app.extensions, "settings", policy)
    monitors = [{"agent_no": "2001", "target": "1001", "mode": mode} for mode in MODES]
    call = {"contact_id": "01JDC0NTACT00000000000000A", "monitors": monitors}
    view = {"agent_no": "1001", "seq": 3, "state": "on_call", "call": call}
    live_redis.hset(keys.LIVE_AGENTS, "1001", json.dumps(view))
    shown = client_as("alice").get("/desk/snapshot").json["call"]["monitors"]
    assert [one["mode"] for one in shown] == told
