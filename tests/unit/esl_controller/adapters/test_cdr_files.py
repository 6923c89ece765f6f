import json

import pytest

from esl_controller.adapters.cdr_files import CdrFiles

UUID = "11111111-1111-4111-8111-111111111111"


def test_it_reads_when_and_why_a_channel_ended(tmp_path):
    variables = {
        "start_uepoch": "1795000000000000",
        "answer_uepoch": "0",
        "end_uepoch": "1795000040500123",
        "hangup_cause": "NORMAL_CLEARING",
    }
    (tmp_path / f"{UUID}.cdr.json").write_text(json.dumps({"variables": variables}))
    record = CdrFiles(tmp_path).find(UUID)
    assert record is not None
    assert (record.started_at, record.answered_at, record.ended_at, record.hangup_cause) == (
        1_795_000_000_000,
        0,
        1_795_000_040_500,
        "NORMAL_CLEARING",
    )


@pytest.mark.parametrize(
    "content",
    ["", "{", "{}", '{"variables": 3}', '{"variables": {"start_uepoch": "x"}}'],
)
def test_it_gives_none_for_a_file_that_is_not_whole(tmp_path, content):
    (tmp_path / f"{UUID}.cdr.json").write_text(content)
    assert CdrFiles(tmp_path).find(UUID) is None


@pytest.mark.parametrize("uuid", [UUID, "../../etc/passwd", ""])
def test_it_gives_none_without_a_file(tmp_path, uuid):
    assert CdrFiles(tmp_path).find(uuid) is None
