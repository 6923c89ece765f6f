"""Names as people search for them: one normal form and pinyin.

`pinyin_of` gives "wangxiulan wxl": full reading first (it sorts right), initials after it, so
one LIKE on either word finds the person. People may correct it: the reading of a rare name is
a matter for its owner.
"""

import re
import unicodedata
from functools import lru_cache

# Characters that are read otherwise when they are a family name.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "区": "ou", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge",
    "朴": "piao", "尉": "wei", "任": "ren", "华": "hua", "覃": "qin", "乐": "yue", "缪": "miao",
    "纪": "ji", "葛": "ge", "翟": "zhai", "宓": "mi", "召": "shao", "员": "yun", "冼": "xian",
}  # fmt: skip


def name_norm(name: str) -> str:
    """Full-width, case, spaces and dots away, so that 欧阳·娜 and 欧阳娜 are one."""
    return re.sub(r"[\s·•.]+", "", unicodedata.normalize("NFKC", name)).upper()[:100]


@lru_cache(maxsize=8192)
def _reading(text: str) -> tuple[str, ...]:
    # Sixty megabytes, which a process that reads no names should not carry.
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(text))


def pinyin_of(name: str) -> str:
    """Full pinyin, a space, initials; ASCII letters and digits only, ≤ 100 characters."""
    flat = name_norm(name)
    if not flat:
        return ""
    head, rest = flat[0], flat[1:]
    family = _SURNAMES.get(head)
    syllables = (family, *_reading(rest)) if family and rest else _reading(flat)
    words = [re.sub(r"[^a-z0-9]", "", s.lower()) for s in syllables]
    return f"{''.join(words)} {''.join(w[:1] for w in words)}".strip()[:100]


def looks_like_pinyin(text: str) -> bool:
    """True for a search word of ASCII letters only: it can only mean a reading."""
    return bool(re.fullmatch(r"[A-Za-z]{1,40}", text))
