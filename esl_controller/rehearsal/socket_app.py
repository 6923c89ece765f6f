"""The `socket` application: hand the call to the controller's outbound server."""
from __future__ import annotations

from typing import TYPE_CHECKING

import gevent
from gevent import socket as sockets

from esl_controller.rehearsal.apps import park
from esl_controller.rehearsal.listener import Listener

if TYPE_CHECKING:
    from esl_controller.rehearsal.session import Session

_CONNECT_S = 2.0


def socket(session: Session, data: str) -> None:
    """`host:port async full`: park under control of the peer. Returns at once when nobody
    listens, and as soon as the peer closes: the dialplan then goes on."""
    host, _, port = data.split()[0].rpartition(":")
    session.variables["socket_host"] = host
    try:
        sock = sockets.create_connection((host, int(port)), timeout=_CONNECT_S)
    except (OSError, ValueError):
        return
    listener = Listener(session.switch, sock, session)
    session.controlled = True
    session.switch.serve(listener)
    gevent.sleep(0)
    park(session, "")
