"""Loopback ports that nobody uses now."""

from __future__ import annotations

import os
import random
import socket

#: Test runs side by side (pytest-xdist) take their ports from ranges of their own. All lie below
#: the system's range for outgoing connections (32768 on Linux): one of those could take a port
#: between our look and the server's start.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
_PLACES = 7
_PLACE = int(_WORKER) % _PLACES if _WORKER else 0


def _share(first: int, last: int) -> tuple[int, int]:
    """This worker's part of a range; all of it for a run on its own."""
    size = (last + 1 - first) // _PLACES
    start = first + size * _PLACE
    return (start, start + size - 1) if _WORKER else (first, last)


_PORTS, _RTP = _share(10000, 19999), _share(20000, 31999)
#: Whoever was given one may not listen on it yet.
_given: set[int] = set()


def free_port() -> int:
    """Free for TCP and for UDP, on 127.0.0.1 and outside the RTP ranges the tests use; no port is
    given out twice."""
    for _ in range(200):
        port = random.randint(*_PORTS)
        if port in _given:
            continue
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        _given.add(port)
        return port
    raise OSError(f"no free port on 127.0.0.1 between {_PORTS[0]} and {_PORTS[1]}")


def free_rtp_range(size: int = 200) -> tuple[int, int]:
    """An even start; FreeSWITCH itself skips a port that somebody holds."""
    start = random.randrange(_RTP[0], max(_RTP[1] - size, _RTP[0] + 2), 2)
    return start, start + size
