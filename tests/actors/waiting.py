"""Waiting with a limit: the actors' only pause."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(test: Callable[[], object], seconds: float, pause: float = 0.02) -> bool:
    """Ask `test` again and again; False when it was not true within `seconds`."""
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
