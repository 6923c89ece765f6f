"""`python -m esl_controller.rehearsal [--demo-rate CALLS_PER_MINUTE]`: run until SIGTERM."""
from __future__ import annotations

import argparse
import signal
import sys

import gevent
from gevent.event import Event as Flag

from esl_controller.rehearsal.settings import Settings, SettingsInvalid
from esl_controller.rehearsal.switch import Switch


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m esl_controller.rehearsal")
    parser.add_argument("--demo-rate", type=float, default=None, metavar="PER_MINUTE",
                        help="simulated calls per minute (default REHEARSAL_DEMO_RATE, or none)")
    options = parser.parse_args()
    try:
        switch = Switch(Settings.from_env())
        switch.start()
    except SettingsInvalid as error:
        print(f"rehearsal: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"rehearsal: cannot listen: {error}", file=sys.stderr)
        return 1
    stopping = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopping.set)
    print(f"rehearsal switch ready on {switch.settings.host}:{switch.port}", flush=True)
    rate = switch.settings.demo_per_minute if options.demo_rate is None else options.demo_rate
    if rate > 0:
        switch.demo.command("on", str(rate))
    stopping.wait()
    switch.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
