"""`python -m esl_controller`: the only process on the switch's control socket."""

from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402

from esl_controller.app import App  # noqa: E402
from esl_controller.settings import SettingRefused, Settings  # noqa: E402


def main() -> int:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        app = App(Settings.from_env())
    except (SettingRefused, ValueError) as error:
        print(f"bad setting: {error}", file=sys.stderr)
        return 2
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stop.set)
    try:
        app.start()
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)
        return 1
    logging.getLogger(__name__).info("controller %s is up", app.settings.node)
    gc.collect()
    gc.freeze()  # what lives as long as the process: no full collection stops the loop for it
    stop.wait()
    app.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
