"""When a program is ready: another one may have its port."""

from __future__ import annotations

import socket
import threading

import pytest

from docker.onebox.programs import speaks_http

REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


def _answers_once(port: socket.socket, answer: bytes) -> None:
    line, _ = port.accept()
    with line:
        line.recv(4096)
        line.sendall(answer)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [(REFUSED, True), (b"Content-Type: auth/request\n\n", False), (b"", False)],
)
def test_a_program_is_ready_when_its_port_speaks_http(answer: bytes, ready: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as port:
        asked = threading.Thread(target=_answers_once, args=(port, answer), daemon=True)
        asked.start()
        assert speaks_http(_url(port)) is ready
        asked.join(5)


def test_a_program_is_not_ready_while_nobody_has_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as port:
        url = _url(port)
    assert speaks_http(url) is False


def _url(port: socket.socket) -> str:
    return f"http://127.0.0.1:{port.getsockname()[1]}/healthz"
