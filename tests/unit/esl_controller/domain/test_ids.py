import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esl_controller.domain import ids


@given(st.uuids())
def test_it_turns_any_channel_uuid_into_a_contact_id_and_back(channel):
    assert ids.channel_uuid_of(ids.contact_id_of(str(channel))) == str(channel)


def test_it_gives_the_same_contact_id_in_every_process():
    assert ids.contact_id_of("00000000-0000-0000-0000-0000000000ff") == "0" * 24 + "7Z"


@pytest.mark.parametrize("bad", ["", "x" * 26, "Z" * 26, "0" * 25, "0" * 27, "u" * 26])
def test_it_refuses_what_is_not_a_contact_id(bad):
    with pytest.raises(ValueError):
        ids.channel_uuid_of(bad)


def test_it_makes_ulids_that_sort_by_time():
    assert ids.new_ulid(1_000) < ids.new_ulid(2_000)
    assert len(ids.new_ulid()) == 26
    assert ids.new_ulid() != ids.new_ulid()


def test_it_refuses_a_channel_that_is_no_uuid():
    with pytest.raises(ValueError):
        ids.contact_id_of("not-a-uuid")
    assert uuid.UUID(ids.channel_uuid_of("0" * 26)).int == 0
