import pytest

from esl_controller.domain import numbers


@pytest.mark.parametrize(
    "raw, normal",
    [
        ("13812340021", "+8613812340021"),
        ("+8613812340021", "+8613812340021"),
        ("008613812340021", "+8613812340021"),
        ("8613812340021", "+8613812340021"),
        ("013812340021", "+8613812340021"),
        ("913812340021", "+8613812340021"),
        ("138 1234-0021", "+8613812340021"),
        ("sip:13812340021@carrier.example;user=phone", "+8613812340021"),
        ("021-62580000", "+862162580000"),
        ("010 8888 9999", "+861088889999"),
        ("0532-88887777 转 801", "+8653288887777"),
        ("053288887777", "+8653288887777"),
        ("4008123456", "+864008123456"),
        ("12345", "short:12345"),
        ("110", "short:110"),
        ("95598", "short:95598"),
        ("962740", "short:962740"),
        ("10690001234", "short:10690001234"),
        ("ext:8001", "ext:8001"),
        ("+85291234567", "+85291234567"),
        ("１３８１２３４００２１", "+8613812340021"),
        ("16212345678", "+8616212345678"),
        ("19912345678", "+8619912345678"),
    ],
)
def test_it_brings_a_number_into_its_normal_form(raw, normal):
    assert numbers.normalise(raw) == normal


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "anonymous",
        "Restricted",
        "0",
        "1" * 30,
        "' OR 1=1 --",
        "<b>138</b>",
        "138\n12340021",
        "13812340021\r\nX-Evil: 1",
        "%0A13812340021",
        "📞",
        "62580000",
        "${system ls}",
        "+" + "9" * 40,
        "x" * 500,
    ],
)
def test_it_gives_none_for_what_is_not_a_number(raw):
    assert numbers.normalise(raw) is None


def test_it_completes_a_local_number_with_the_sites_area_code():
    assert numbers.normalise("88887777", area_code="532") == "+8653288887777"


@pytest.mark.parametrize(
    "raw, shown",
    [
        ("+8613812340021", "138 **** 0021"),
        ("021-62581234", "021-6258****"),
        ("0532-88887777", "0532-8888****"),
        ("12345", "12345"),
        ("anonymous", "未知号码"),
        (None, "未知号码"),
        ("<script>alert(1)</script>", "<***"),
    ],
)
def test_it_masks_all_but_what_an_agent_needs_to_recognise(raw, shown):
    assert numbers.mask(raw) == shown


def test_it_cleans_caller_text_of_control_characters_and_bounds_it():
    assert numbers.clean_text("Bob\r\nUnique-ID: x\x00\u2028" + "y" * 100) == (
        "BobUnique-ID: x" + "y" * 49
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [("532", "532"), ("0532", "532"), (" 021 ", "21"), ("10", "10"), ("", None), ("8", None),
     ("12345", None), ("05a2", None), ("1380", None)],
)  # fmt: skip
def test_it_reads_a_sites_area_code_with_or_without_its_zero(text, code):
    assert numbers.area_code_of(text) == code


def test_our_own_number_is_barred_also_as_it_is_dialled_in_the_town():
    normal = numbers.normalise("86000001", "532")
    for own in ("86000001", "053286000001", "+8653286000001"):
        assert numbers.is_barred(normal, (own,), (), "532")


@pytest.mark.parametrize(
    ("number", "barred"),
    [
        ("96001", True),
        ("+86 532 8600 0001", True),
        ("001 555 123 4567", True),
        ("12590", True),
        ("13812340021", False),
        ("0532-86000002", False),
        ("119", False),
    ],
)
def test_it_knows_which_numbers_nobody_may_call(number, barred):
    normal = numbers.normalise(number)
    assert normal is not None
    assert numbers.is_barred(normal, ("96001", "053286000001"), ("00", "1259")) is barred
    assert not numbers.is_barred(normal, (), ())
