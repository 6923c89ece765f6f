"""How the switch splits command text: blanks, single quotes, or a separator of one's own."""
from __future__ import annotations

import shlex


def split(text: str) -> list[str]:
    """Words by blanks with single quotes, or by the sign after `^^`. Backslashes stay."""
    if text.startswith("^^") and len(text) > 2:
        return [part for part in text[3:].split(text[2]) if part]
    reader = shlex.shlex(text, posix=True)
    reader.whitespace_split, reader.commenters, reader.quotes, reader.escape = True, "", "'", ""
    try:
        return list(reader)
    except ValueError:
        return text.split()
