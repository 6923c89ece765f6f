"""Telephone numbers of a Chinese utility: normal form, mask, and cleaning of untrusted text.

Normal form: `+86…` for mobiles and landlines, `+86400…`/`+86800…`, `short:12345` for service
numbers, `ext:8001` for internal ones, `+<country>…` for foreign numbers, None for anonymous or
unreadable ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

MAX_RAW = 64

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(10|2\d)\d{8}|[3-9]\d{2}\d{7,8}")
_AREA_CODE = re.compile(r"0?(10|2\d|[3-9]\d{2})")
_SERVICE_CALL = re.compile(r"(400|800)\d{7}")
_SHORT = re.compile(r"1\d{2}|1\d{4,5}|9\d{4,5}")
_SENDER = re.compile(r"106\d{5,17}")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_FOREIGN = re.compile(r"[1-9]\d{6,14}")
_EXTENSION = re.compile(r"(?:转|轉|ext\.?|x|;ext=)\s*\d{1,6}\s*$", re.IGNORECASE)
_ANONYMOUS = frozenset({"anonymous", "unknown", "restricted", "private", "unavailable", "withheld"})
_PUNCTUATION = re.compile(r"[\s\-().·•/]+")


def clean_text(raw: str | None, limit: int = MAX_RAW) -> str:
    """Caller-supplied text made safe to store and log: no control characters, bounded length.

    It is still untrusted: escape it where it is shown and never put it into a command.
    """
    visible = [
        char for char in raw or "" if char == " " or unicodedata.category(char)[0] not in "CZ"
    ]
    return "".join(visible).strip()[:limit]


def area_code_of(text: str) -> str | None:
    """A site's area code without its leading 0; None when it is none."""
    found = _AREA_CODE.fullmatch(text.strip())
    return found[1] if found else None


def normalise(raw: str | None, area_code: str = "") -> str | None:
    """The normal form of a number as it was signalled or typed; None when it is not a number.

    `area_code` (without its leading 0, e.g. "532") completes local 7 and 8 digit numbers.
    """
    text = unicodedata.normalize("NFKC", raw or "").strip()
    if "\n" in text or "\r" in text or len(text) > MAX_RAW:
        return None
    if text.lower().startswith(("sip:", "tel:")):
        text = text[4:]
    text = text.split("@", 1)[0].split(";", 1)[0]
    if text.lower() in _ANONYMOUS:
        return None
    if text.lower().startswith("ext:"):
        return text.lower() if text[4:].isascii() and text[4:].isdigit() else None
    text = _PUNCTUATION.sub("", _EXTENSION.sub("", text))
    international = text.startswith("+")
    digits = text[1:] if international else text
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith("00"):
        international, digits = True, digits[2:]
    if international and not digits.startswith("86"):
        return f"+{digits}" if _FOREIGN.fullmatch(digits) else None
    return _national(digits, international, area_code)


def _national(digits: str, international: bool, area_code: str) -> str | None:
    if not international and (_SHORT.fullmatch(digits) or _SENDER.fullmatch(digits)):
        return f"short:{digits}"
    candidates = [digits]
    if digits.startswith("86"):
        candidates.append(digits[2:])
    if digits.startswith("9") and len(digits) > 10:
        candidates.append(digits[1:])  # the trunk prefix some exchanges leave in front
    for candidate in candidates:
        significant = candidate[1:] if candidate.startswith("0") else candidate
        if _MOBILE.fullmatch(significant) or _SERVICE_CALL.fullmatch(significant):
            return f"+86{significant}"
        if _LANDLINE.fullmatch(significant) and (candidate.startswith("0") or len(digits) > 10):
            return f"+86{significant}"
        if international and _LANDLINE.fullmatch(significant):
            return f"+86{significant}"
    if area_code and _LOCAL.fullmatch(digits):
        return f"+86{area_code}{digits}"
    return None


def national(normal: str) -> str:
    """How people write it: 13800000021, 0532-… as 05321234567, 12345."""
    if normal.startswith("short:") or normal.startswith("ext:"):
        return normal.split(":", 1)[1]
    if not normal.startswith("+86"):
        return normal
    rest = normal[3:]
    return rest if _MOBILE.fullmatch(rest) or _SERVICE_CALL.fullmatch(rest) else f"0{rest}"


def is_barred(
    normal: str, own: Collection[str], prefixes: Collection[str], area_code: str = ""
) -> bool:
    """Whether nobody may call this number: it is one of our `own`, where the call would come in
    again, or begins with one of `prefixes`, which are digits as people dial them (00 is abroad).
    Of ours some may be written as they are dialled in the town with `area_code`."""
    dialled = national(normal)
    dialled = f"00{dialled[1:]}" if dialled.startswith("+") else dialled
    ours = {national(normalise(number, area_code) or number) for number in own}
    return dialled in ours or dialled.startswith(tuple(prefixes))


def mask(normal_or_raw: str | None) -> str:
    """138 **** 0021, 021-6258****, 12345; what is not a number shows only its length class."""
    if not normal_or_raw:
        return "未知号码"
    normal = normalise(normal_or_raw)
    if normal is None:
        shown = clean_text(normal_or_raw)
        return f"{shown[:1]}***" if shown and shown.lower() not in _ANONYMOUS else "未知号码"
    text = national(normal)
    if normal.startswith(("short:", "ext:")):
        return text
    if _MOBILE.fullmatch(text):
        return f"{text[:3]} **** {text[-4:]}"
    if text.startswith("0"):
        area = 3 if text[1] in "12" else 4
        return f"{text[:area]}-{text[area:-4]}****"
    return f"{text[:4]}****{text[-2:]}"


def last4(normal: str) -> str:
    return re.sub(r"\D", "", normal)[-4:]


def tail8(normal: str) -> str:
    return re.sub(r"\D", "", normal)[-8:]
