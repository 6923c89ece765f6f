"""Finding people by reading and initials."""

import pytest

from crm_web.areas.customers.names import looks_like_pinyin, name_norm, pinyin_of


@pytest.mark.parametrize(
    "name, expected",
    [
        ("王秀兰", "wangxiulan wxl"),
        ("单田芳", "shantianfang stf"),
        ("曾国强", "zengguoqiang zgq"),
        ("仇英", "qiuying qy"),
        ("王", "wang w"),
        ("盖", "gai g"),
        ("ABC公司", "abcgongsi"),
    ],
)
def test_it_gives_full_reading_then_initials(name, expected):
    assert pinyin_of(name).startswith(expected)


@pytest.mark.parametrize("name", ["", "   ", "🙂", "'; --"])
def test_odd_names_give_ascii_or_nothing(name):
    assert pinyin_of(name).isascii()


def test_width_and_dots_do_not_make_another_person():
    assert name_norm("欧阳·娜") == name_norm("欧阳 娜")


def test_only_letters_mean_a_reading():
    assert looks_like_pinyin("wxl")
    assert not looks_like_pinyin("王xl")
    assert not looks_like_pinyin("0427")
