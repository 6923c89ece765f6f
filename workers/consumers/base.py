"""What all consumers of `calls:events` share: reading the envelope, and nothing between reads."""

from __future__ import annotations

from esl_controller.contract import envelope
from esl_controller.contract.envelope import Envelope
from workers.streams import Poison


class EventHandler:
    """Decodes the envelope; an unknown version is poison, not a crash."""

    def decode(self, raw: bytes) -> Envelope:
        """The event in a stream field; raises Poison."""
        try:
            return envelope.decode(raw)
        except envelope.EnvelopeInvalid as error:
            raise Poison(str(error)) from error

    def idle(self) -> None:
        """Nothing waits between reads."""
