"""CPU and memory of each process, once a second."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field

import psutil


@dataclass
class Usage:
    """One process over time: seconds since the start, % of one core, MiB."""

    at: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)

    @property
    def mean_cpu(self) -> float:
        return sum(self.cpu) / len(self.cpu) if self.cpu else 0.0


class Sampler:
    """Watches processes by name until `stop()`."""

    def __init__(self, every_s: float = 1.0) -> None:
        self.used: dict[str, Usage] = {}
        self._every_s = every_s
        self._watched: dict[str, psutil.Process] = {}
        self._spent: dict[str, tuple[float, float]] = {}
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)

    def start(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    def watch(self, name: str, pid: int) -> None:
        """Follow a process and its children; of our own only itself, for all are our children."""
        try:
            self._watched[name] = psutil.Process(pid)
        except psutil.NoSuchProcess:
            return  # over already

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            for name, process in list(self._watched.items()):
                try:
                    self._sample(name, process)
                except psutil.Error:
                    del self._watched[name]

    def _sample(self, name: str, process: psutil.Process) -> None:
        mine = process.pid == os.getpid()
        family = [process, *(() if mine else process.children(recursive=True))]
        seconds = sum(sum(one.cpu_times()[:2]) for one in family)
        now = time.monotonic()
        before = self._spent.get(name)
        self._spent[name] = (now, seconds)
        if before is None:
            return
        used = self.used.setdefault(name, Usage())
        used.at.append(now - self._began)
        used.cpu.append(max(0.0, 100 * (seconds - before[1]) / (now - before[0])))
        used.rss.append(sum(one.memory_info().rss for one in family) / 2**20)
