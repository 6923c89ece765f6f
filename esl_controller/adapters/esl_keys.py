"""Keys that a caller presses between two prompts, or while an enquiry takes its time.

The switch takes a key off its queue whatever it does; while it waits for our next command it throws
it away, and says so by a DTMF event outside of any application. Such keys are held here, and given
back to the next application that listens for keys, so that none is lost.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Applications that take keys for themselves while they run.
HEARING = frozenset({"playback", "play_and_get_digits", "record"})
MOST_HELD = 32


class HeldKeys:
    """`listens`: whether what is executed next wants keys."""

    def __init__(self) -> None:
        self.listens = False
        self._running = ""
        self._held = ""

    def observe(self, headers: Mapping[str, str]) -> str:
        """Take an event of the channel, in order; returns the keys to give back now."""
        name = headers.get("Event-Name")
        if name == "CHANNEL_EXECUTE" and headers.get("Application") in HEARING:
            self._running = headers.get("Application-UUID", "")
            if self.listens and self._held:
                keys, self._held = self._held, ""
                return keys
        elif name == "CHANNEL_EXECUTE_COMPLETE":
            if headers.get("Application-UUID") == self._running:
                self._running = ""
        elif name == "DTMF" and not self._running:
            self._held = (self._held + headers.get("DTMF-Digit", ""))[:MOST_HELD]
        return ""

    def drop(self, keys: str) -> None:
        """Forget these keys: nobody is meant by them."""
        self._held = "".join(key for key in self._held if key not in keys)
