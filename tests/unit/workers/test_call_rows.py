"""The translation of events knows every fact that the controller may tell."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from esl_controller.contract.envelope import Envelope
from workers.consumers import call_log, call_rows
from workers.consumers.writes import Ref

ROOT = Path(__file__).parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
CONTACT = "0" * 26
T0 = 1_795_392_000_000


def documented() -> set[str]:
    """Names of events in docs/events.md (commands to the controller are not facts)."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    return set(re.findall(r"`([a-z_]+\.[a-z_]+)`", text)) - {"config.published"}


def test_it_knows_every_documented_event():
    known = set(call_rows._TRANSLATIONS) | set(call_log._SPECIAL) | call_log._NOT_KEPT
    assert documented() <= known


def started(**body: object) -> Envelope:
    basis = {"direction": "inbound", "called_number": "96001", "switch_uuid": "u"}
    return Envelope("i", "contact.started", T0, "fs1", CONTACT, None, {**basis, **body})


@pytest.mark.parametrize(
    ("raw", "e164", "mask"),
    [
        ("13800000021", "+8613800000021", "138 **** 0021"),
        ("anonymous", None, "未知号码"),
        ("", None, "未知号码"),
        (None, None, "未知号码"),
        ("1" * 30, None, "1***"),
        ("<b>'; DROP TABLE contact;--", None, "<***"),
        ("😀", None, "😀***"),
    ],
)
def test_it_never_keeps_a_whole_number_on_the_contact(raw, e164, mask):
    writes = call_rows.rows_of(started(caller_number=raw, e164=e164), ZONE)
    contact = next(write for write in writes if write.table == "contact")
    assert contact.update["number_mask"] == mask
    assert ("phone_id" in contact.update) == (e164 is not None)


def test_given_an_internal_call_then_the_colleague_s_number_is_whole():
    writes = call_rows.rows_of(
        started(direction="internal", caller_number="1005", e164=None), ZONE
    )
    contact = next(write for write in writes if write.table == "contact")
    assert contact.update["number_mask"] == "1005"


def test_it_puts_a_call_after_midnight_on_the_sites_day():
    late = Envelope("i", "contact.started", T0 + 16 * 3_600_000 - 1, "fs1", CONTACT, None,
                    {"direction": "inbound", "called_number": "96001"})  # fmt: skip
    contact = call_rows.rows_of(late, ZONE)[-1]
    assert contact.update["local_date"].isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    ("premises", "linked"), [([], False), (["P1"], True), (["P1", "P2"], False)]
)
def test_it_links_a_household_only_when_there_is_no_choice(premises, linked):
    body = {"match_kind": "x", "premise_ids": premises, "customer_ids": [], "account_no": None}
    event = Envelope("i", "contact.identified", T0, "fs1", CONTACT, None, body)
    (contact,) = call_rows.rows_of(event, ZONE)
    assert (contact.update.get("premise_id") == Ref("premise", ("P1",), optional=True)) == linked
