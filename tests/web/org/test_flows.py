"""A site's own flows: published when they can be run, refused with the reason when not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from crm_web import cli
from crm_web.areas.audit.models import AuditLog
from crm_web.areas.org import flow_documents
from esl_controller.contract import keys
from esl_controller.domain.snapshot import Snapshot


def document(**target: str) -> dict[str, Any]:
    to = {"kind": "agent", "value": "1001", **target}
    exits = {} if to["kind"] == "flow" else {"failed": "person"}
    nodes = {"first": {"type": "transfer", "to": to, "exits": exits}}
    if exits:
        nodes["person"] = {"type": "queue", "queue": "general"}
    return {
        "code": "night",
        "title": "夜间值班",
        "start": "first",
        "fallback_queue": "general",
        "nodes": nodes,
    }


@pytest.fixture
def publish(app: Flask, tmp_path: Path) -> Any:
    def run(content: Any) -> Result:
        file = tmp_path / "flow.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return CliRunner().invoke(cli.publish_flow, [str(file)], obj=app)

    return run


def published(live_redis) -> Snapshot:
    return Snapshot.from_json(json.loads(live_redis.get(keys.TELEPHONY)))


def test_it_is_sent_to_the_controller_and_can_answer_a_number(publish, client_as, live_redis, db):
    assert publish(document()).exit_code == 0
    flow = published(live_redis).flows["night"]
    assert (flow.version, flow.document["title"]) == (1, "夜间值班")
    data = {"number": "96002", "label": "夜间", "flow_code": "night", "queue_code": "general",
            "active": "1"}  # fmt: skip
    browser = client_as("dana")
    assert "夜间值班" in browser.get("/org/numbers/new").text
    assert browser.post("/org/numbers/new", data=data).status_code == 302
    assert published(live_redis).find_called_number("96002").flow == "night"
    row = db.session.scalars(select(AuditLog).where(AuditLog.action == "flow.publish")).one()
    assert (row.entity_id, row.actor_kind) == ("night", "system")


def test_given_another_text_then_its_version_grows_and_the_same_text_changes_nothing(
    publish, live_redis
):
    publish(document())
    publish(document())
    assert published(live_redis).flows["night"].version == 1
    publish(document(value="1005"))
    assert published(live_redis).flows["night"].version == 2


def test_given_the_code_of_a_shipped_flow_then_the_sites_own_takes_its_place(publish, app):
    own = {**document(), "code": "gas_main", "title": "本市燃气"}
    assert publish(own).exit_code == 0
    with app.app_context():
        assert flow_documents.titles()["gas_main"] == "本市燃气"
        assert "water_main" in flow_documents.titles()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "not JSON"),
        ([], "is not of type 'object'"),
        (document(value="4711"), "node first: unknown agent '4711'"),
        (document(kind="flow", value="moon_main"), "node first: unknown flow 'moon_main'"),
        (document(kind="flow", value="night"), "node first: leads to its own flow"),
        ({**document(), "fallback_queue": "moon"}, "unknown fallback queue 'moon'"),
        ({**document(), "code": "Night; drop"}, "does not match"),
    ],
)
def test_it_refuses_what_no_caller_should_meet(publish, live_redis, content, complaint):
    refused = publish(content)
    assert refused.exit_code == 1 and complaint in refused.output
    assert not live_redis.exists(keys.TELEPHONY)
