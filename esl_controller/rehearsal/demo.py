"""A realistic trickle of calls for the demonstration city, never more than a few at once."""
from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import gevent

from esl_controller.rehearsal.scripts import SCRIPTS, Script

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

MOST_AT_ONCE = 3
_MIX = ("person", "person", "fault", "fault", "bill", "bill", "impatient", "silent", "early")
# What a caller of each sort says; any voice will do where none of these exists.
_SAYS = {
    "fault": ("no_water", "pipe_leak", "low_pressure", "yellow_water", "when_back"),
    "bill": ("bill_too_high", "pay_bill", "meter_reading"),
}
_SPARE_NUMBERS = tuple(f"1390000{n:04d}" for n in range(40))


class Demo:
    """Places calls at random moments while it is on."""

    def __init__(self, switch: Switch, numbers: Path | None, voices: tuple[str, ...]) -> None:
        self._switch = switch
        self._numbers = numbers
        self._voices = voices
        self._random = random.Random()
        self._loop: gevent.Greenlet | None = None
        self.per_minute = 2.0

    def command(self, action: str, argument: str) -> str:
        if action == "on":
            if argument:
                try:
                    self.per_minute = min(max(float(argument), 0.1), 60)
                except ValueError:
                    return "-ERR not a rate\n"
            self.start()
        elif action == "off":
            self.stop()
        elif action != "status":
            return "-ERR unknown action\n"
        return f"+OK {'on' if self.running else 'off'} {self.per_minute:g}\n"

    @property
    def running(self) -> bool:
        return self._loop is not None and not self._loop.dead

    def start(self) -> None:
        if not self.running:
            self._loop = gevent.spawn(self._run)

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.kill()

    def _run(self) -> None:
        while True:
            gevent.sleep(self._random.expovariate(self.per_minute / 60))
            callers = sum(one.direction == "inbound" for one in self._switch.sessions.values())
            if callers < MOST_AT_ONCE:
                number = self._random.choice(load_numbers(self._numbers) or _SPARE_NUMBERS)
                called = self._random.choice(self._switch.settings.hotline_numbers)
                self._switch.stage.call(number, called, self._person())

    def _person(self) -> Script:
        """A script of the mix with times and a voice of its own."""
        script = SCRIPTS[self._random.choice(_MIX)]
        swing = self._random.uniform(0.6, 1.5)
        return replace(
            script,
            patience_s=script.patience_s * swing,
            talk_s=None if script.talk_s is None else script.talk_s * swing,
            voice=self._voice(script.name))

    def _voice(self, sort: str) -> str:
        says = _SAYS.get(sort, ())
        fit = [path for path in self._voices if not says or Path(path).stem in says]
        choice = fit or list(self._voices)
        return self._random.choice(choice) if choice else ""


def load_numbers(path: Path | None) -> tuple[str, ...]:
    """Telephone numbers from a JSON list of texts; () when there is no usable file."""
    if path is None:
        return ()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    if not isinstance(data, list):
        return ()
    return tuple(one for one in data if isinstance(one, str))


def find_voices(folder: Path) -> tuple[str, ...]:
    """The callers' sound files of a folder, as paths."""
    return tuple(str(path) for path in sorted(folder.rglob("*.wav")))
