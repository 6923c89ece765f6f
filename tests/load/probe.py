"""A caller with ears who rings in now and then: how late the first prompt begins, and its gaps."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np

from tests.actors import ears
from tests.actors.g711 import Samples
from tests.actors.phone import SipPhone
from tests.actors.rtp import FRAME, RATE
from tests.live.switch import AUDIO

EVERY_S = 3.0
LISTENS_S = 2.0
LOUD = 60.0
PROMPT = AUDIO / "8000" / "greeting.water.wav"


@dataclass
class Heard:
    """`late_ms`: from the answer to the prompt's first sound, less the silence that the file
    itself begins with. `missing`: share of the voice packets that did not come in time."""

    late_ms: list[float] = field(default_factory=list)
    missing: list[float] = field(default_factory=list)
    calls: int = 0
    failed: int = 0


class Probe:
    """Rings until `stop()`."""

    def __init__(self, trunk: tuple[str, int], number: str = "17700000009") -> None:
        self.heard = Heard()
        self._trunk, self._number = trunk, number
        self._own_silence = onset(ears.load(PROMPT)) or 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="probe", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            phone = SipPhone(self._number, self._trunk)
            try:
                self._listen(phone)
            finally:
                phone.close()

    def _listen(self, phone: SipPhone) -> None:
        self.heard.calls += 1
        call = phone.dial("96001")
        if not call.wait_for("up", 15):
            self.heard.failed += 1
            return
        answered = call.now() - round((time.monotonic() - call.answered_at) * RATE)
        end = time.monotonic() + 10
        first = None
        while first is None and time.monotonic() < end and call.state == "up":
            time.sleep(0.05)
            first = onset(call.rtp.heard(max(0, answered)))
        if first is None:
            self.heard.failed += 1
        else:
            self.heard.late_ms.append((first - self._own_silence) * 1000 / RATE)
            before, began = call.rtp.packets, time.monotonic()
            time.sleep(LISTENS_S)
            expected = (time.monotonic() - began) * RATE / FRAME
            self.heard.missing.append(max(0.0, 1 - (call.rtp.packets - before) / expected))
        call.hang_up()
        call.wait_for("ended", 2)


def onset(samples: Samples) -> int | None:
    """The first sample of a frame that is loud, or None."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    loud = np.flatnonzero(np.sqrt(np.mean(frames**2, axis=1)) > LOUD)
    return int(loud[0]) * FRAME if len(loud) else None
