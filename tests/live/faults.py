"""Faults on demand. Each is undone by `mend()`, which every scenario's end calls."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.ports import free_port


class Wire:
    """A TCP line between controller and switch that can be cut, slowed, stopped and spoilt."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.port, self._target = free_port(), target
        self.delay_s = 0.0
        self._flowing = threading.Event()
        self._flowing.set()
        self._cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    def cut(self) -> None:
        """Break every connection and take no new one."""
        self._cut = True
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for one in pair:
                _shut(one)

    def stop_reading(self) -> None:
        """Nothing of what the switch says arrives any more, and nobody is told."""
        self._flowing.clear()

    def inject(self, data: bytes) -> None:
        """Bytes that the switch never said, between two of its packets."""
        with self._lock:
            self._pairs = [pair for pair in self._pairs if pair[0].fileno() >= 0]
            for client, _ in self._pairs:
                client.sendall(data)

    def mend(self) -> None:
        self._cut, self.delay_s = False, 0.0
        self._flowing.set()

    def close(self) -> None:
        _shut(self._server)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                if self._cut:
                    _shut(client)
                    continue
                switch = socket.create_connection(self._target, 5)
                switch.settimeout(None)
            except ConnectionRefusedError:
                _shut(client)
                continue
            except OSError:
                return  # closed
            with self._lock:
                self._pairs.append((client, switch))
            for source, sink, heard in ((client, switch, False), (switch, client, True)):
                threading.Thread(
                    target=self._pump, args=(source, sink, heard), daemon=True
                ).start()

    def _pump(self, source: socket.socket, sink: socket.socket, heard: bool) -> None:
        try:
            while data := source.recv(65536):
                if heard:
                    self._flowing.wait()
                if self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(data)
        except OSError:
            pass  # the line was cut, by us or by one of them
        _shut(source)
        _shut(sink)


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was first
    one.close()


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """What a full disk does to a folder, without filling one: nothing can be made in it.

    A file stands where the folder was, so that this also stops a process that runs as root.
    """
    aside = folder.with_name(f"{folder.name}-aside-{os.getpid()}")
    folder.rename(aside)
    folder.write_bytes(b"")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)
