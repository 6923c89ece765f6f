"""WAV files with one byte a sample (G.711 mu-law): half the size, for the shipped 16 kHz sounds.

The switch and browsers read them like any WAV file.
"""

from __future__ import annotations

import struct
from pathlib import Path

from ivr_scripts.prompts.sound import Sound

_BIAS, _LIMIT = 132, 32635
_HEAD = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")


def write_mulaw(path: Path, sound: Sound) -> None:
    """Mono, put in place whole."""
    data = bytes(_encoded(sample) for sample in sound.samples)
    rate, count = sound.rate, len(data)
    head = _HEAD.pack(
        b"RIFF", _HEAD.size - 8 + count + count % 2, b"WAVE",
        b"fmt ", 18, 7, 1, rate, rate, 1, 8, 0,
        b"fact", 4, count, b"data", count,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(head + data + bytes(count % 2))
    part.replace(path)


def read_mulaw(path: Path) -> Sound:
    """A file of `write_mulaw`; ValueError for another kind."""
    content = path.read_bytes()
    if len(content) < _HEAD.size:
        raise ValueError(f"{path}: too short")
    fields = _HEAD.unpack_from(content)
    if fields[0] != b"RIFF" or fields[5:7] != (7, 1) or fields[15] != b"data":
        raise ValueError(f"{path}: not mono mu-law as we write it")
    samples = content[_HEAD.size : _HEAD.size + fields[16]]
    return Sound(fields[7], [_DECODED[byte] for byte in samples])


def _encoded(sample: float) -> int:
    value = int(max(-1.0, min(1.0, sample)) * 32767)
    sign = 0x80 if value < 0 else 0
    size = min(abs(value), _LIMIT) + _BIAS
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> (exponent + 3) & 15) & 0xFF


def _decode(byte: int) -> float:
    code = ~byte & 0xFF
    size = (((code & 15) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return (-size if code & 0x80 else size) / 32768


_DECODED = [_decode(byte) for byte in range(256)]
