"""FreeSWITCH's own records, found by channel."""

import json

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
