"""The address vectors of the domain book, and what must never be joined or split."""

import pytest

from crm_web.areas.customers import addresses as a


@pytest.mark.parametrize(
    "text, expected",
    [
        ("阳光花园小区12号楼2单元301室", ("阳光花园小区", "12", "2", "301")),
        ("阳光花园 12栋二单元三零一", ("阳光花园", "12", "2", "301")),
        ("阳光花园12-2-301", ("阳光花园", "12", "2", "301")),
        ("阳光花园12#2-301", ("阳光花园", "12", "2", "301")),
        ("陽光花園１２號樓２單元３０１室", ("阳光花园", "12", "2", "301")),
        ("阳光花园十二号楼二单元三零一室", ("阳光花园", "12", "2", "301")),
        ("阳光花园12号2单元301", ("阳光花园", "12", "2", "301")),
        ("阳光花园12幢2门301", ("阳光花园", "12", "2", "301")),
        ("阳光花园12 — 2 / 301", ("阳光花园", "12", "2", "301")),
        ("阳光花园012号楼02单元0301室", ("阳光花园", "12", "2", "301")),
        ("延安西路1538弄5号302室", ("延安西路1538弄", "5", "", "302")),
        ("人民路128号院3号楼1单元0502", ("人民路128号院", "3", "1", "502")),
        ("王庄村三组12号", ("王庄村", "3", "", "12")),
        ("A座1203", ("", "A", "", "1203")),
        ("幸福里3号楼1单元301-2", ("幸福里", "3", "1", "301-2")),
        ("幸福里3号楼1单元1层东户", ("幸福里", "3", "1", "东")),
        ("滨河路112号", ("滨河路112号", "", "", "")),
        ("建设路66号201室", ("建设路66号", "", "", "201")),
        ("和风小区 3-2-401", ("和风小区", "3", "2", "401")),
        ("和风小区3-401", ("和风小区", "3", "", "401")),
        ("三里屯一期5号楼甲单元101", ("三里屯1期", "5", "甲", "101")),
        ("3-2-401", ("", "3", "2", "401")),
        ("301-2", ("", "", "", "301-2")),
        ("2单元401", ("", "", "2", "401")),
        ("望江苑302", ("望江苑", "", "", "302")),
    ],
)
def test_it_reads_an_address_in_its_parts(text, expected):
    parsed = a.parse(text)
    assert parsed is not None
    assert (parsed.estate, parsed.building, parsed.unit, parsed.door) == expected


@pytest.mark.parametrize("text", ["", "   ", "你好", "东门口卖菜的旁边", "'; DROP TABLE premise;--", "\n"])
def test_it_says_none_for_what_is_no_address(text):
    assert a.parse(text) is None


@pytest.mark.parametrize("text", ["阳" * 5000, "1-" * 3000, "一" * 4000 + "楼", "号" * 3000])
def test_it_ends_soon_on_any_length_of_text(text):
    a.parse(text)


def test_the_same_door_written_twice_gets_one_key():
    one = a.premise_key(7, a.building_norm("12号楼"), a.unit_norm("二单元"), a.door_norm("0301室"))
    other = a.premise_key(7, a.building_norm("十二栋"), a.unit_norm("2"), a.door_norm("三零一"))
    assert one == other == "e7|b12|u2|d301"


def test_a_missing_part_is_empty_and_not_another_part():
    assert a.premise_key(7, "12", "", "301") != a.premise_key(7, "", "12", "301")


@pytest.mark.parametrize(
    "text, expected", [("301-2", "301-2"), ("1层东户", "东"), ("0502室", "502"), ("B101", "B101")]
)
def test_it_normalises_a_door(text, expected):
    assert a.door_norm(text) == expected


def test_phases_of_an_estate_are_different_estates():
    assert a.estate_norm("阳光花园一期") != a.estate_norm("阳光花园二期")
    assert a.estate_short("阳光花园一期") == "阳光1期"


@pytest.mark.parametrize("name", ["阳光花园小区", "阳光花园", "阳光小区", "阳光"])
def test_the_word_for_estate_may_be_left_out(name):
    assert a.estate_short(name) == "阳光"


def test_a_short_name_keeps_its_suffix_when_nothing_else_would_remain():
    assert a.estate_short("花园") == "花园"


def test_the_plate_leaves_out_what_is_not_there():
    assert a.plate_label("滨河路112号", "", "", "") == "滨河路112号"
    assert a.plate_label("和风小区", "3", "2", "401") == "和风小区 3-2-401"
