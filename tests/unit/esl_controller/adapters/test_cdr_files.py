"""FreeSWITCH's own records, found by channel."""

import json
import time

import pytest

from esl_controller.adapters.cdr_files import CdrFiles

UUID = "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645"


def test_a_record_gives_times_and_cause(tmp_path):
    variables = {
        "start_uepoch": "1795405332244992",
        "answer_uepoch": "0",
        "end_uepoch": "1795405334505002",
        "hangup_cause": "NORMAL_CLEARING",
    }
    (tmp_path / f"{UUID}.cdr.json").write_text(json.dumps({"variables": variables}))

    record = CdrFiles(tmp_path).find(UUID)

    assert (record.started_at, record.answered_at) == (1795405332244, 0)
    assert (record.ended_at, record.hangup_cause) == (1795405334505, "NORMAL_CLEARING")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"variables": 3}', '{"variables": {"start_uepoch": "x"}}']
)
def test_no_file_or_a_broken_one_is_no_record(tmp_path, text):
    assert CdrFiles(tmp_path).find(UUID) is None
    (tmp_path / f"{UUID}.cdr.json").write_text(text)
    assert CdrFiles(tmp_path).find(UUID) is None


def caller(ended_ms: int, context: str = "callers", **more: str) -> str:
    """A CDR of a caller's channel as the switch writes it."""
    variables = {
        "direction": "inbound",
        "start_uepoch": str((ended_ms - 9_000) * 1000),
        "end_uepoch": str(ended_ms * 1000),
        "hangup_cause": "NORMAL_CLEARING",
        "sip_hangup_disposition": "recv_bye",
        **more,
    }
    later = {"caller_id_number": "13800138000", "destination_number": "queue_general",
             "context": "hotline"}  # fmt: skip
    first = {**later, "destination_number": "96001", "context": context}
    flow = [{"caller_profile": later}, {"caller_profile": first}]
    return json.dumps({"variables": variables, "callflow": flow})


def write(folder, place: int, text: str) -> str:
    uuid = f"{place:08d}-0000-4000-8000-000000000000"
    (folder / f"{uuid}.cdr.json").write_text(text)
    return uuid


def test_it_finds_the_callers_that_ended_since_and_nobody_else(tmp_path):
    now = int(time.time() * 1000)
    write(tmp_path, 1, caller(now - 60_000))
    second = write(tmp_path, 2, caller(now - 1_000))
    first = write(tmp_path, 3, caller(now - 2_000))
    write(tmp_path, 4, caller(now, context="default"))
    write(tmp_path, 5, caller(now, direction="outbound"))
    write(tmp_path, 6, '{"variables": {}, "callflow": []}')

    found = CdrFiles(tmp_path).callers_since(now - 5_000)

    assert [record.uuid for record in found] == [first, second]
    assert (found[0].caller_number, found[0].called_number) == ("13800138000", "96001")
    assert found[0].by_remote and not found[0].queue


def test_it_tells_who_answered_and_when(tmp_path):
    now = int(time.time()) * 1000
    served = {
        "cc_queue": "general@default",
        "cc_cause": "answered",
        "cc_agent": "1001@default",
        "cc_agent_uuid": UUID,
        "cc_queue_joined_epoch": str(now // 1000 - 8),
        "cc_queue_answered_epoch": str(now // 1000 - 5),
        "cc_queue_terminated_epoch": str(now // 1000),
    }
    write(tmp_path, 1, caller(now, **served))

    record = CdrFiles(tmp_path).callers_since(now - 5_000)[0]

    assert (record.queue, record.agent_no, record.agent_leg) == ("general", "1001", UUID)
    assert (record.joined_at, record.talk_at) == (now - 8_000, now - 5_000)


def test_given_no_folder_then_nothing_is_found(tmp_path):
    assert CdrFiles(tmp_path / "nowhere").callers_since(0) == []
