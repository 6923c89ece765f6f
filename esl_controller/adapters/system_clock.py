"""The Clock port: the machine's own time."""

from __future__ import annotations

import time


class SystemClock:
    """Milliseconds since the epoch."""

    def now_ms(self) -> int:
        return int(time.time() * 1000)
