"""What a citizen says about where he lives, as four normalised parts and one key.

Two people who write the same door differently must get the same key, and two different doors
must never get the same one. So only the numbers are normalised here; the estate's name is
looked up (aliases, pinyin) before a key exists. Text that fits no pattern is kept as it is.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_TEXT = 200
MAX_PART = 16

_TRADITIONAL = str.maketrans(
    "號棟樓單層門戶組陽園區東華麗廣場龍灣錦綠鄉鎮縣橋灘濱臺瀾風蘭蓮楊長寧莊車馬廠學",
    "号栋楼单层门户组阳园区东华丽广场龙湾锦绿乡镇县桥滩滨台澜风兰莲杨长宁庄车马厂学",
)
_DROPPED = re.compile(r"[\s·•.()【】\[\],，。、;；:：\"'‘’“”]+")
_DASHES = re.compile(r"[-‐‑‒–—―−_/\\~～]+")

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWER = {"十": 10, "百": 100, "千": 1000}

_CN = "[零〇一二三四五六七八九十百千两]+"
_TOKEN = rf"(?:[A-Z]?\d+[A-Z]?|{_CN}|[A-Z]|[甲乙丙丁戊东西南北中])"
_DOOR = rf"(?:[A-Z]?\d+[A-Z]?(?:-\d+)?|{_CN}|[A-Z]|[甲乙丙丁戊东西南北中])"
_TAIL = rf"(?:{_TOKEN}层)?(?P<d>{_DOOR})[室户号]?"
_BUILDING = r"(?:号楼|栋|幢|座|楼|#)"
_UNIT = r"(?:单元|门|-)"

# The order matters: the first that fits wins (domain book 7.2).
_PATTERNS = tuple(
    re.compile(f"^{text}$")
    for text in (
        rf"(?P<e>.+?\d+弄)(?P<b>{_TOKEN})号(?:(?P<u>{_TOKEN})单元)?(?:{_TAIL})?",
        rf"(?P<e>.*?)(?P<b>{_TOKEN})(?:{_BUILDING}|号(?={_TOKEN}单元))(?P<u>{_TOKEN}){_UNIT}{_TAIL}",
        rf"(?P<e>.*?)(?P<b>{_TOKEN}){_BUILDING}{_TAIL}",
        rf"(?P<e>.*?)(?P<b>{_TOKEN})-(?P<u>{_TOKEN})-(?P<d>{_DOOR})[室户]?",
        rf"(?P<e>.*?)(?P<u>{_TOKEN})单元{_TAIL}",
        rf"(?P<e>.+?村)(?P<b>{_TOKEN})组(?P<d>{_DOOR})号?",
        rf"(?P<e>.+?(?:路|街|巷|道|胡同){_TOKEN}号)(?:(?P<d>{_DOOR})[室户]?)?",
        rf"(?P<e>.*?[^\d-])(?P<b>{_TOKEN})-(?P<d>{_DOOR})[室户]?",
    )
)
_DOOR_ONLY = re.compile(rf"^{_TAIL}$")
_ESTATE_AND_DOOR = re.compile(r"^(?P<e>.*?\D)(?P<d>\d{3,4})室?$")
_PHASE = re.compile(rf"({_CN})(?=期)")


@dataclass(frozen=True)
class ParsedAddress:
    """Normalised parts; '' = not said. `estate` is cleaned text, not yet a row of ours."""

    estate: str
    building: str
    unit: str
    door: str


def clean(text: str) -> str:
    """One spelling for width, case, spaces, dashes and traditional characters (≤ 200 kept)."""
    flat = unicodedata.normalize("NFKC", text[:MAX_TEXT]).upper().translate(_TRADITIONAL)
    return _DASHES.sub("-", _DROPPED.sub("", flat)).strip("-")


def chinese_number(text: str) -> str:
    """十二 → 12, 三零一 → 301, 一百零二 → 102; anything else comes back unchanged."""
    if not text or any(c not in _DIGIT and c not in _POWER for c in text):
        return text
    if not any(c in _POWER for c in text):
        return "".join(str(_DIGIT[c]) for c in text)
    total, digit = 0, None
    for c in text:
        if c in _POWER:
            total += (1 if digit is None else digit) * _POWER[c]
            digit = None
        else:
            digit = _DIGIT[c]
    return str(total + (digit or 0))


def _part(text: str | None) -> str:
    if not text:
        return ""
    head, dash, rest = chinese_number(text).partition("-")
    bare = re.sub(r"^([A-Z]?)0+(?=\d)", r"\1", head)
    return (bare + dash + rest)[:MAX_PART]


def parse(text: str) -> ParsedAddress | None:
    """The parts of a free-text address, or None when no pattern fits (keep it as a label)."""
    flat = clean(text)
    for pattern in _PATTERNS:
        found = pattern.match(flat)
        if found:
            parts = found.groupdict()
            return ParsedAddress(
                estate_norm(parts["e"]),
                _part(parts.get("b")),
                _part(parts.get("u")),
                _part(parts.get("d")),
            )
    only = _DOOR_ONLY.match(flat)
    if only:
        return ParsedAddress("", "", "", _part(only["d"]))
    loose = _ESTATE_AND_DOOR.match(flat)
    if loose:
        return ParsedAddress(estate_norm(loose["e"]), "", "", _part(loose["d"]))
    return None


def building_norm(text: str) -> str:
    """12号楼 = 12栋 = 十二幢 = 012 → 12; A座 → A."""
    return _part(re.sub(rf"{_BUILDING}$|号$|组$", "", clean(text)))


def unit_norm(text: str) -> str:
    """2单元 = 二门 → 2; nothing said → ''."""
    return _part(re.sub(r"(单元|门)$", "", clean(text)))


def door_norm(text: str) -> str:
    """0502室 → 502, 301-2 stays 301-2, 1层东户 → 东."""
    flat = clean(text)
    found = _DOOR_ONLY.match(flat)
    return _part(found["d"]) if found else flat[:MAX_PART]


def estate_norm(name: str) -> str:
    """The stored form of an estate's name: cleaned, phases as digits (一期 and 二期 differ)."""
    return _PHASE.sub(lambda m: chinese_number(m[1]), clean(name))


def estate_short(name: str) -> str:
    """The name without the words that people leave out (小区, 花园, 家园); phases stay."""
    flat = estate_norm(name)
    stem, phase = re.fullmatch(r"(.*?)(\d+期)?", flat).groups()  # type: ignore[union-attr]
    for suffix in ("小区", "花园", "家园"):
        if stem.endswith(suffix) and len(stem) >= len(suffix) + 2:
            stem = stem[: -len(suffix)]
    return stem + (phase or "")


def premise_key(estate_id: int, building: str, unit: str, door: str) -> str:
    """The unique key of a door, from normalised parts only; missing parts are ''."""
    return f"e{estate_id}|b{building}|u{unit}|d{door}"


def plate_label(estate: str, building: str, unit: str, door: str) -> str:
    """和风小区 3-2-401, the short form for lists."""
    tail = "-".join(part for part in (building, unit, door) if part)
    return f"{estate} {tail}".strip()
