"""A switch that sends recorded calls as fast as they are read. Runs in a process of its own.

`python -m tests.bench.esl_feed plain|json CALLS` prints its port, serves one client and ends.
Each call gets channel uuids of its own, so that what applies the events sees calls come and go.
"""

from __future__ import annotations

import socket
import sys
import uuid
from pathlib import Path
from urllib.parse import quote

import orjson

RECORDED = Path(__file__).parents[1] / "payloads" / "answered.jsonl"
UUIDS = ("Unique-ID", "CC-Agent-UUID", "CC-Member-UUID")
CALLS_AT_ONCE = 50


def packets(form: str) -> list[bytes]:
    """The recorded call as packets of one form, in a context that the controller serves."""
    return [_packet(headers, form) for headers in headers_of_call()]


def headers_of_call() -> list[dict[str, str]]:
    """The recorded events, as if the caller had come over the trunk to the hotline."""
    events = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()]
    for headers in events:
        if headers.get("Caller-Context") == "trunk":
            headers |= {"Caller-Context": "callers", "Caller-Destination-Number": "96001"}
    return events


def _packet(headers: dict[str, str], form: str) -> bytes:
    if form == "json":
        body = orjson.dumps(headers)
    else:
        lines = (f"{name}: {quote(text, safe='/:;,()')}" for name, text in headers.items())
        body = "\n".join(lines).encode() + b"\n\n"
    kind = b"text/event-" + form.encode()
    return b"Content-Length: %d\nContent-Type: %s\n\n%s" % (len(body), kind, body)


def recorded_uuids() -> list[bytes]:
    """The uuids of the recorded legs and member."""
    events = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()]
    found = {headers[name] for headers in events for name in UUIDS if name in headers}
    return [each.encode() for each in sorted(found)]


def main(form: str, calls: int) -> None:
    """Serve one client: handshake, friendly answers, then the calls after `event …`."""
    call, known = b"".join(packets(form)), recorded_uuids()
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
        with client:
            client.sendall(b"Content-Type: auth/request\n\n")
            _serve(client, call, known, calls)


def _serve(client: socket.socket, call: bytes, known: list[bytes], calls: int) -> None:
    buffer = b""
    while data := client.recv(65536):
        buffer += data
        while b"\n\n" in buffer:
            command, _, buffer = buffer.partition(b"\n\n")
            if command.startswith(b"api "):
                client.sendall(b"Content-Type: api/response\nContent-Length: 6\n\ncore-1")
                continue
            text = b"+OK accepted" if command.startswith(b"auth") else b"+OK"
            client.sendall(b"Content-Type: command/reply\nReply-Text: " + text + b"\n\n")
            if command.startswith(b"event"):
                _send_calls(client, call, known, calls)


def _send_calls(client: socket.socket, call: bytes, known: list[bytes], calls: int) -> None:
    for start in range(0, calls, CALLS_AT_ONCE):
        batch = []
        for _ in range(min(CALLS_AT_ONCE, calls - start)):
            one = call
            for old in known:
                one = one.replace(old, str(uuid.uuid4()).encode())
            batch.append(one)
        client.sendall(b"".join(batch))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
