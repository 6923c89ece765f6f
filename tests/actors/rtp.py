"""The audio of one call: sends a tone, a sound or silence every 20 ms and keeps what it hears.

What is heard is laid out on one timeline of 8 kHz samples: by RTP timestamps within a stream, by
arrival across streams, with zeros where nothing came.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
import time
from functools import lru_cache

import numpy as np

from tests.actors import g711
from tests.actors.g711 import Samples

RATE = 8000
FRAME = 160
DTMF_KEYS = "0123456789*#ABCD"
_EVENT_FRAMES = 5


@lru_cache(maxsize=8192)
def _tone(hertz: int, codec: int, start: int) -> bytes:
    """One frame of a tone that began `start` samples ago."""
    at = start + np.arange(FRAME)
    wave = 6000 * np.sin(2 * np.pi * hertz * at / RATE)
    return g711.encode(wave.astype(np.int16), codec)


class RtpSession:
    """One socket and one thread per call. `talking` decides whether anything is sent at all."""

    def __init__(self, codec: int, event_type: int) -> None:
        self.codec, self.event_type = codec, event_type
        self.remote: tuple[str, int] | None = None
        self.talking = False
        self.tone_hz = 0
        self.packets, self.last_sound_at = 0, 0.0
        self.digits_heard: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._lock = threading.Lock()
        self._heard = bytearray()
        self._origin = time.monotonic()
        self._stream: tuple[int, int, int] | None = None  # ssrc, timestamp, position after it
        self._to_say: list[bytes] = []
        self._to_key: list[str] = []
        self._seq, self._ts = random.getrandbits(15), random.getrandbits(31)
        self._ssrc = random.getrandbits(32)
        self._last_event: tuple[int, bytes] | None = None
        self._open = True
        self._thread = threading.Thread(target=self._run, name=f"rtp-{self.port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._open = False
        self._thread.join(timeout=2)
        self._socket.close()

    def say(self, samples: Samples) -> None:
        """Send this sound once, then go back to the tone (or silence)."""
        data = g711.encode(samples, self.codec)
        frames = [data[at : at + FRAME] for at in range(0, len(data), FRAME)]
        frames[-1] = frames[-1].ljust(FRAME, g711.SILENCE[self.codec])
        with self._lock:
            self._to_say += frames

    def key(self, digits: str) -> None:
        """Queue RFC 4733 key presses: 100 ms each, 100 ms between."""
        with self._lock:
            self._to_key += list(digits)

    @property
    def keying(self) -> bool:
        with self._lock:
            return bool(self._to_key)

    def position(self) -> int:
        """Where the timeline is now, in samples."""
        return int((time.monotonic() - self._origin) * RATE)

    def heard(self, since: int = 0, until: int | None = None) -> Samples:
        """The samples between two positions of the timeline."""
        end = None if until is None else 2 * until
        with self._lock:
            return np.frombuffer(bytes(self._heard[2 * since : end]), dtype=np.int16)

    def _run(self) -> None:
        next_at = time.monotonic()
        event = 0
        while self._open:
            wait = next_at - time.monotonic()
            if wait > 0:
                if select.select([self._socket], [], [], wait)[0]:
                    self._receive()
                continue
            if wait < -0.5:
                next_at = time.monotonic()  # the machine stood still: do not send a burst
            next_at += 0.02
            event = self._send_frame(event)
            self._ts = (self._ts + FRAME) & 0xFFFFFFFF

    def _send_frame(self, event: int) -> int:
        """Send audio, or one packet of the key being pressed; returns the key's next frame no."""
        if self.remote is None or not self.talking:
            return 0
        with self._lock:
            digit = self._to_key[0] if self._to_key else ""
            frame = self._to_say.pop(0) if self._to_say and not digit else b""
        if digit:
            return self._send_event(digit, event)
        self._packet(self.codec, frame or self._tone_frame())
        return 0

    def _send_event(self, digit: str, frame: int) -> int:
        if frame >= 2 * _EVENT_FRAMES:
            with self._lock:
                self._to_key.pop(0)
            return 0
        if frame > _EVENT_FRAMES:  # the pause between keys
            self._packet(self.codec, self._tone_frame())
            return frame + 1
        code = DTMF_KEYS.index(digit)
        end = frame == _EVENT_FRAMES
        length = min(frame + 1, _EVENT_FRAMES) * FRAME
        start = (self._ts - frame * FRAME) & 0xFFFFFFFF
        payload = struct.pack("!BBH", code, (0x80 if end else 0) | 10, length)
        for _ in range(3 if end else 1):
            self._packet(self.event_type, payload, start, marker=frame == 0)
        return frame + 1

    def _tone_frame(self) -> bytes:
        if not self.tone_hz:
            return g711.SILENCE[self.codec] * FRAME
        return _tone(self.tone_hz, self.codec, self._ts % RATE)

    def _packet(
        self, kind: int, payload: bytes, ts: int | None = None, marker: bool = False
    ) -> None:
        self._seq = (self._seq + 1) & 0xFFFF
        stamp = self._ts if ts is None else ts
        head = struct.pack(
            "!BBHII", 0x80, (0x80 if marker else 0) | kind, self._seq, stamp, self._ssrc
        )
        if self.remote is None:
            return
        try:
            self._socket.sendto(head + payload, self.remote)
        except OSError:
            pass  # the other side closed its port; it will say BYE, or it died

    def _receive(self) -> None:
        try:
            data = self._socket.recv(2048)
        except OSError:
            return
        if len(data) < 13:
            return
        kind = data[1] & 0x7F
        timestamp, ssrc = struct.unpack("!II", data[4:12])
        if kind in (g711.PCMU, g711.PCMA):
            self.packets, self.last_sound_at = self.packets + 1, time.monotonic()
            self._place(g711.decode(data[12:], kind), timestamp, ssrc)
        elif kind == self.event_type and len(data) >= 16 and data[13] & 0x80:
            event = (data[12], data[4:8])
            if event != self._last_event:
                self._last_event = event
                self.digits_heard.append(DTMF_KEYS[data[12] & 15])

    def _place(self, samples: Samples, timestamp: int, ssrc: int) -> None:
        at = self.position()
        if self._stream is not None and self._stream[0] == ssrc:
            step = (timestamp - self._stream[1]) & 0xFFFFFFFF
            if step < 2 * RATE:
                at = self._stream[2] + step - FRAME
        at = max(at, 0)
        self._stream = (ssrc, timestamp, at + FRAME)
        with self._lock:
            missing = 2 * at - len(self._heard)
            if missing > 0:
                self._heard += bytes(missing)
            self._heard[2 * at : 2 * at + 2 * len(samples)] = samples.tobytes()
