"""A bounded file of lines: what could not be sent yet, in order, safe over a restart."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterable

LIMIT_BYTES = 512 * 1024 * 1024


class Spool:
    """Lines are appended at the end and read from a moving start; drained, the file is empty."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._limit = limit_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        # Callers' numbers are in it: for the owner only.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        self._size = os.fstat(descriptor).st_size
        self._start = 0
        self.dropped = 0

    def __bool__(self) -> bool:
        return self._start < self._size

    @property
    def waiting_bytes(self) -> int:
        """How much still waits."""
        return self._size - self._start

    def append(self, lines: Iterable[bytes]) -> None:
        """Add lines; beyond the limit, or with a full disk, they are dropped and counted."""
        for line in lines:
            data = line.replace(b"\n", b" ") + b"\n"
            if self._size + len(data) > self._limit:
                self.dropped += 1
                continue
            try:
                self._file.write(data)
            except OSError:
                self.dropped += 1
                os.truncate(self._path, self._size)
                continue
            self._size += len(data)

    def peek(self, count: int) -> tuple[list[bytes], int]:
        """The oldest lines and the position after them, for `advance`."""
        self._file.seek(self._start)
        data = self._file.read(min(self._size - self._start, count * 4096 + 65536))
        lines: list[bytes] = []
        position = 0
        while len(lines) < count:
            end = data.find(b"\n", position)
            if end < 0:
                break
            lines.append(data[position:end])
            position = end + 1
        if not lines and data:  # one line longer than the window: read it whole
            self._file.seek(self._start)
            whole = self._file.read(self._size - self._start)
            end = whole.find(b"\n")
            end = len(whole) if end < 0 else end
            return [whole[:end]], self._start + end + 1
        return lines, self._start + position

    def advance(self, position: int) -> None:
        """Forget what was before the position."""
        self._start = min(position, self._size)
        if self._start == self._size:
            self._file.truncate(0)
            self._start = self._size = 0

    def close(self) -> None:
        """Close the file and cut what was sent already, so that it is not sent again."""
        if self._file.closed:
            return
        if self._start:
            self._file.seek(self._start)
            rest = self._file.read()
            self._file.truncate(0)
            self._file.write(rest)
        self._file.close()
