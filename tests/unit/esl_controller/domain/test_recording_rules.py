"""Which rule decides about a talk, and which rules are refused."""

from __future__ import annotations

import pytest

from esl_controller.domain.errors import SnapshotInvalid
from esl_controller.domain.recording_rules import (
    RecordingPolicy,
    RecordingRule,
    TalkMeant,
    mode_for,
)

INBOUND = TalkMeant("8001", "1001", "general", "inbound")
OUTBOUND = TalkMeant("8001", "1001", "", "outbound")
INTERNAL = TalkMeant("8001", "1001", "", "internal")


def policy(*rules: tuple[str, str, str, str], mode: str = "always") -> RecordingPolicy:
    return RecordingPolicy(mode, tuple(RecordingRule(*rule) for rule in rules))


def test_it_falls_back_to_the_default_for_calls_with_the_public():
    assert mode_for(policy(), INBOUND) == "always"
    assert mode_for(policy(mode="on_demand"), OUTBOUND) == "on_demand"


def test_it_records_an_internal_call_only_by_a_rule_that_names_it():
    assert mode_for(policy(), INTERNAL) == "never"
    assert mode_for(policy(("agent", "1001", "internal", "always")), INTERNAL) == "always"
    assert mode_for(policy(("agent", "1001", "any", "always")), INTERNAL) == "always"


@pytest.mark.parametrize(
    ("rules", "mode"),
    [
        ([("queue", "general", "any", "never")], "never"),
        ([("queue", "other", "any", "never")], "always"),
        ([("queue", "general", "any", "never"), ("agent", "1001", "any", "on_demand")],
         "on_demand"),
        ([("agent", "1001", "any", "never"), ("extension", "8001", "any", "on_demand")],
         "on_demand"),
        ([("agent", "1001", "any", "never"), ("agent", "1001", "inbound", "on_demand")],
         "on_demand"),
        ([("agent", "1001", "outbound", "never")], "always"),
    ],
)  # fmt: skip
def test_it_takes_the_rule_nearest_to_the_person_and_the_direction(rules, mode):
    assert mode_for(policy(*rules), INBOUND) == mode


def test_it_applies_no_queue_rule_to_a_call_without_queue():
    assert mode_for(policy(("queue", "general", "any", "never")), OUTBOUND) == "always"


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({}, "recording.mode"),
        ({"mode": "sometimes"}, "recording.mode"),
        ({"mode": "always", "rules": {}}, "recording.rules"),
        ({"mode": "always", "rules": ["x"]}, "recording.rules[0]"),
        (
            {"mode": "always", "rules": [{"scope": "team", "code": "a", "direction": "any",
                                          "mode": "never"}]},
            "recording.rules[0].scope",
        ),
        (
            {"mode": "always", "rules": [{"scope": "agent", "code": "", "direction": "any",
                                          "mode": "never"}]},
            "recording.rules[0].code",
        ),
        (
            {"mode": "always", "rules": [{"scope": "agent", "code": "1", "direction": "up",
                                          "mode": "never"}]},
            "recording.rules[0].direction",
        ),
    ],
)  # fmt: skip
def test_it_refuses_what_it_cannot_read_and_names_the_place(raw, path):
    with pytest.raises(SnapshotInvalid) as refused:
        RecordingPolicy.from_json(raw)
    assert refused.value.message.startswith(path)


def test_it_reads_a_policy_without_rules():
    assert RecordingPolicy.from_json({"mode": "never"}) == RecordingPolicy("never", ())
