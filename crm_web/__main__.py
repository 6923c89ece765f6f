"""The web process: gevent's own WSGI server with Socket.IO over WebSocket."""

# The patch must come before anything that opens sockets or threads is imported.
from gevent import monkey

monkey.patch_all()

import gc  # noqa: E402
import logging  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402

from crm_web.app import create_app  # noqa: E402
from crm_web.areas.customers.names import pinyin_of  # noqa: E402
from crm_web.settings import BadSetting, Settings  # noqa: E402
from crm_web.startup import bring_up  # noqa: E402

STOP_WITHIN_S = 5
log = logging.getLogger("crm_web")


def _begin(app: Flask) -> None:
    """What lives as long as the process (code, mappings, texts) is not looked through again by each
    full collection, which holds up every request meanwhile."""
    bring_up(app)
    gc.collect()
    gc.freeze()


def main() -> int:
    """Serve until SIGTERM or SIGINT; 2 when a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it reports each look at the schema
    try:
        settings = Settings.from_env()
    except BadSetting as error:
        print(f"crm_web: {error}", file=sys.stderr)
        return 2
    app = create_app(settings, serve_sockets=True)
    pinyin_of("清线")  # loads the readings before the first search needs them
    server = WSGIServer((settings.host, settings.port), app, log=None, error_log=log)
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, server.stop, STOP_WITHIN_S)
    try:
        server.start()
    except OSError as error:
        log.error("cannot listen on %s:%s: %s", settings.host, settings.port, error)
        return 1
    log.info("web on http://%s:%s", settings.host, settings.port)
    gevent.spawn(_begin, app)
    server.serve_forever(stop_timeout=STOP_WITHIN_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
