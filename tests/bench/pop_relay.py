"""The floor of the screen pop: a bare event-to-emit relay. `python -m tests.bench.pop_relay
ESL_PORT PASSWORD REDIS_URL`.

It reads the switch's events and publishes one small Socket.IO message for each offer to the same
web process. No state, no stream, nothing kept: what any screen pop over Redis must at least cost.
"""

from __future__ import annotations

import sys

import orjson
import socketio
from gevent import socket

from esl_controller.contract.keys import room_of_agent


class _Orjson:
    dumps = staticmethod(orjson.dumps)
    loads = staticmethod(orjson.loads)


def main(port: int, password: str, redis_url: str) -> None:
    """Relay until the switch closes the line."""
    manager = socketio.RedisManager(redis_url, write_only=True, json=_Orjson)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"auth {password}\n\nevent json CUSTOM callcenter::info\n\n".encode())
        stream = line.makefile("rb")
        while True:
            length = 0
            while (header := stream.readline()) not in (b"\n", b""):
                if header.startswith(b"Content-Length:"):
                    length = int(header.partition(b":")[2])
            if header == b"":
                return
            if length:
                _relay(manager, orjson.loads(stream.read(length)))


def _relay(manager: socketio.RedisManager, event: dict[str, str]) -> None:
    if event.get("CC-Action") != "agent-offering":
        return
    agent_no = event["CC-Agent"].partition("@")[0]
    told = {
        "agent_no": agent_no,
        "queue": event["CC-Queue"],
        "call": event["CC-Member-Session-UUID"],
        "caller": event.get("CC-Member-CID-Number", ""),
    }
    manager.emit("floor", told, namespace="/", room=room_of_agent(agent_no))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
