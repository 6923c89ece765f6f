"""Asking a disk that is another machine: the answer may never come, and nobody else may wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent
from gevent.threadpool import ThreadPool

from crm_web.recording_store import ArchiveAway

LIMIT_S = 3.0

# Threads that hang hang for good; when all do, the next one is refused after the limit as well.
_askers = ThreadPool(4)

T = TypeVar("T")


def ask(question: Callable[[], T], limit_s: float = LIMIT_S) -> T:
    """The answer of `question`, which runs in a thread of its own; the web's one thread, with
    every desk on it, goes on. Raises ArchiveAway after the limit, and what the question raises."""
    try:
        with gevent.Timeout(limit_s):
            answer: T = _askers.spawn(question).get()
            return answer
    except gevent.Timeout as error:
        raise ArchiveAway(f"no answer within {limit_s:g} s") from error
