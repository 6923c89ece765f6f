"""G.711 as lookup tables: 16-bit samples to bytes and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

PCMU, PCMA = 0, 8


def _ulaw_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_table() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(
        exponent > 0,
        ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0),
        (mantissa << 4) + 8,
    )
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


_DECODE = {PCMU: _ulaw_table(), PCMA: _alaw_table()}
_ORDER = {kind: np.argsort(table, kind="stable") for kind, table in _DECODE.items()}
SILENCE = {PCMU: b"\xff", PCMA: b"\xd5"}


def decode(payload: bytes, kind: int) -> Samples:
    return _DECODE[kind][np.frombuffer(payload, dtype=np.uint8)]


def encode(samples: Samples, kind: int) -> bytes:
    """The code whose value is nearest; exact for what `decode` produced."""
    order = _ORDER[kind]
    values = _DECODE[kind][order].astype(np.int32)
    wanted = samples.astype(np.int32)
    above = np.clip(np.searchsorted(values, wanted), 1, 255)
    below = above - 1
    nearer = np.where(wanted - values[below] <= values[above] - wanted, below, above)
    return order[nearer].astype(np.uint8).tobytes()
