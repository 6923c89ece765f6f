"""Waiting without sleeping blindly: ask again until it is true, or fail saying what was last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(
    ask: Callable[[], T],
    timeout_s: float = 10.0,
    every_s: float = 0.02,
    what: str | Callable[[], str] = "",
) -> T:
    """The first truthy answer of `ask`; AssertionError after `timeout_s`, with `what` (when it
    is a function: as it is then)."""
    end = time.monotonic() + timeout_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            wanted = what() if callable(what) else what or ask
            raise AssertionError(f"not within {timeout_s:g} s: {wanted} (last: {answer!r})")
        time.sleep(every_s)
