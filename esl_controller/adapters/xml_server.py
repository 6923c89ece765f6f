"""One HTTP server: `/fs/xml` for FreeSWITCH's mod_xml_curl, `/healthz` for whoever watches."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
from typing import Any, Callable, Iterable, Mapping
from urllib.parse import parse_qsl

import orjson
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer

from esl_controller.adapters import xml_documents
from esl_controller.domain.errors import SwitchRefused
from esl_controller.domain.snapshot import Snapshot

log = logging.getLogger(__name__)

USER = "freeswitch"
MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 500
AT_ONCE = 64

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Reply = tuple[str, str, bytes]


class XmlServer:
    """`snapshot` and `health` are asked at each request; health is ready when `ok` is true."""

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        snapshot: Callable[[], Snapshot | None],
        health: Callable[[], Mapping[str, Any]],
        session_ha1: xml_documents.SessionHa1,
    ) -> None:
        self._password = password
        self._snapshot = snapshot
        self._health = health
        self._session_ha1 = session_ha1
        self._server = WSGIServer(
            (host, port), self.application, log=None, error_log=log, spawn=Pool(AT_ONCE)
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.server_port

    def start(self) -> None:
        """Begin to serve; raises OSError when the port is taken."""
        self._server.start()

    def stop(self) -> None:
        """End at once; FreeSWITCH falls back to its files."""
        self._server.stop(timeout=1)

    def application(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application of both addresses."""
        status, kind, body = self._reply(environ)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        if status.startswith("401"):
            headers.append(("WWW-Authenticate", 'Basic realm="clearline"'))
        start_response(status, headers)
        return [body]

    def _reply(self, environ: Environ) -> Reply:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD")
        if path == "/healthz":
            return self._healthz() if method in ("GET", "HEAD") else _plain("405 Not Allowed")
        if path != "/fs/xml":
            return _plain("404 Not Found")
        if method != "POST":
            return _plain("405 Not Allowed")
        if not self._is_freeswitch(environ.get("HTTP_AUTHORIZATION", "")):
            return _plain("401 Unauthorized")
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > MAX_FORM_BYTES:
            return _plain("413 Content Too Large")
        return self._xml(environ["wsgi.input"].read(int(length)))

    def _xml(self, form: bytes) -> Reply:
        try:
            text = form.decode("utf-8", "replace")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            return _plain("400 Bad Request")
        try:
            answer = xml_documents.answer(dict(pairs), self._snapshot(), self._session_ha1)
        except SwitchRefused as error:
            # A snapshot with a value that we dare not hand over: as if it did not exist.
            log.error("refused to render XML: %s", error)
            answer = xml_documents.NOT_FOUND
        return "200 OK", "text/xml; charset=utf-8", answer.encode("utf-8")

    def _healthz(self) -> Reply:
        health = self._health()
        status = "200 OK" if health.get("ok") else "503 Service Unavailable"
        return status, "application/json", orjson.dumps(health)

    def _is_freeswitch(self, header: str) -> bool:
        kind, _, encoded = header.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(given, f"{USER}:{self._password}".encode())


def _plain(status: str) -> Reply:
    return status, "text/plain", status.encode()
