"""The certificates that FreeSWITCH makes for itself at its first start, kept for the next stacks.

Two keys of 4096 bits take three seconds of a processor, of each stack before its first scenario.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

KEPT = Path(__file__).resolve().parents[2] / "var" / "live-certificates"


def lend(folder: Path) -> None:
    """Lay those of an earlier stack there, if there are any."""
    if KEPT.exists():
        shutil.copytree(KEPT, folder, dirs_exist_ok=True)


def keep(folder: Path) -> None:
    """The first stack's are kept; of several at once, those of whichever is quickest."""
    if KEPT.exists():
        return
    KEPT.parent.mkdir(exist_ok=True)
    copy = Path(tempfile.mkdtemp(dir=KEPT.parent)) / "certificates"
    shutil.copytree(folder, copy)
    try:
        copy.rename(KEPT)
    except OSError:
        pass  # another stack was quicker
    shutil.rmtree(copy.parent)
