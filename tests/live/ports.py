"""Loopback ports that nobody uses now."""

from __future__ import annotations

import random
import socket


def free_port() -> int:
    """Free for TCP and for UDP, on 127.0.0.1 and outside the RTP ranges the tests use."""
    for _ in range(200):
        port = random.randint(40000, 59999)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
    raise OSError("no free port on 127.0.0.1 between 40000 and 59999")


def free_rtp_range(size: int = 200) -> tuple[int, int]:
    """An even start; FreeSWITCH itself skips a port that somebody holds."""
    start = random.randrange(20000, 38000, 2)
    return start, start + size
