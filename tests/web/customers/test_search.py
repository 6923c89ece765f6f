"""One box finds the household, whatever the caller says first."""

import pytest

from tests.web.town import WANG

LIST = "/customers/"


@pytest.mark.parametrize(
    "text",
    ["和风小区 3-2-401", "和风3号楼2单元401", "3-2-401", "王秀兰", "秀兰", "wxl", "wangxiulan",
     "0427", "hefeng", "hfxq"],
)  # fmt: skip
def test_it_finds_the_door_by_any_of_its_signs(client_as, town, text):
    page = client_as("alice").get(LIST, query_string={"q": text})
    assert page.status_code == 200 and town.home in page.get_data(as_text=True)


@pytest.mark.parametrize("text", [WANG, f"+86{WANG}", "20000006"])
def test_a_whole_number_that_fits_one_door_opens_it(client_as, town, text):
    page = client_as("alice").get(LIST, query_string={"q": text})
    assert town.home in (page.location or page.get_data(as_text=True))


@pytest.mark.parametrize(
    "text",
    ["阿" * 500, "' OR 1=1 --", "%", "_", "\\", "<script>alert(1)</script>", "😀", "()" * 99],
)
def test_odd_text_finds_nothing_and_breaks_nothing(client_as, town, text):
    page = client_as("alice").get(LIST, query_string={"q": text})
    body = page.get_data(as_text=True)
    assert page.status_code == 200 and town.home not in body and "<script>alert" not in body


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "' or 1", "1.5", "٣"])
def test_a_broken_place_in_the_list_begins_at_the_top(client_as, town, after):
    assert client_as("alice").get(LIST, query_string={"after": after}).status_code == 200


def test_the_list_never_shows_a_whole_telephone_number(client_as, town):
    for path in (LIST, f"/customers/premises/{town.home}", f"/customers/people/{town.wang}"):
        assert WANG not in client_as("eve").get(path).get_data(as_text=True)


def test_the_administrator_sees_no_customers(client_as, town):
    assert client_as("dana").get(LIST).status_code == 403


def test_a_stranger_is_asked_to_sign_in(anonymous, town):
    assert anonymous.get(LIST).status_code == 302


def test_it_only_answers_to_get(client_as, town):
    assert client_as("alice").post(LIST).status_code == 405
