"""Numbers that are read digit by digit: telephone, account and room numbers. 1 is said 幺."""

from __future__ import annotations

from ivr_scripts.speech.numbers import cardinal
from ivr_scripts.speech.parts import PAUSE, Parts

_THREE_DIGIT_AREAS = ("010", "020", "021", "022", "023", "024", "025", "027", "028", "029")


def digits(text: str) -> Parts:
    """Digit by digit without a pause; other characters are left out, ValueError if none stay."""
    found = [char for char in text if char in "0123456789"]
    if not found:
        raise ValueError(f"no digit to say in {text[:40]!r}")
    return tuple("num.yao" if char == "1" else f"num.{char}" for char in found)


def telephone(text: str) -> Parts:
    """Mobile 3-4-4, landline area code and 3-4 or 4-4, short codes whole."""
    number = "".join(char for char in text if char in "0123456789")
    if len(number) == 13 and number.startswith("86"):
        number = number[2:]
    if len(number) == 11 and number.startswith("1"):
        return _grouped(number[:3], number[3:7], number[7:])
    if number.startswith("0") and len(number) >= 10:
        cut = 3 if number.startswith(_THREE_DIGIT_AREAS) else 4
        return _grouped(number[:cut], number[cut:-4], number[-4:])
    if len(number) in (7, 8):
        return _grouped(number[:-4], number[-4:])
    return digits(number) if len(number) <= 6 else account(number)


def account(text: str) -> Parts:
    """Account, ticket and card numbers: in fours from the left."""
    number = "".join(char for char in text if char in "0123456789")
    return _grouped(*(number[at : at + 4] for at in range(0, max(len(number), 1), 4)))


def last_four(text: str) -> Parts:
    """The end of a number that must not be said whole."""
    return digits(text[-4:])


def house(number: int) -> Parts:
    """一百二十八号; four digits and more are read one by one."""
    said = cardinal(number) if number < 1000 else digits(str(number))
    return (*said, "place.house")


def building(number: int) -> Parts:
    """十二号楼."""
    return (*cardinal(number), "place.building")


def entrance(number: int) -> Parts:
    """二单元."""
    return (*cardinal(number), "place.entrance")


def room(number: str) -> Parts:
    """幺二零幺室; one and two digits are a cardinal."""
    said = digits(number) if len(number) >= 3 else cardinal(int(number))
    return (*said, "place.room")


def _grouped(*groups: str) -> Parts:
    said: list = []
    for group in groups:
        said += ([PAUSE] if said else []) + list(digits(group))
    return tuple(said)
