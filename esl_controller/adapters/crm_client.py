"""The Crm port over the CRM's internal HTTP API, with one time limit for the whole answer."""

from __future__ import annotations

import http.client
from typing import Any, Callable, TypeVar
from urllib.parse import quote, urlsplit

import gevent
import orjson
from gevent import socket, ssl
from gevent.lock import BoundedSemaphore

from esl_controller.domain.callers import AccountBrief, BillSummary, CallerProfile
from esl_controller.domain.errors import CrmUnavailable

LIMIT_S = 1.5
MAX_ANSWER_BYTES = 1024 * 1024
AT_ONCE = 50

T = TypeVar("T")


class _Connection(http.client.HTTPConnection):
    """http.client over gevent's sockets, so that a slow CRM stops nobody but its caller."""

    def __init__(self, host: str, port: int, secure: bool) -> None:
        super().__init__(host, port)
        self._secure = secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self.host, self.port))
        if self._secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


class HttpCrm:
    """Asks the CRM; whatever goes wrong within the limit is CrmUnavailable."""

    def __init__(self, url: str, token: str, limit_s: float = LIMIT_S) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http(s) address: {url!r}")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port or (443 if self._secure else 80)
        self._base = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._limit_s = limit_s
        self._places = BoundedSemaphore(AT_ONCE)

    def identify(self, number: str, called_number: str, contact_id: str) -> CallerProfile:
        asked = {"number": number, "called_number": called_number, "contact_id": contact_id}
        found = self._ask("POST", "/internal/callers/identify", asked)
        if found is None:
            raise CrmUnavailable("identify: not found")
        return _read(CallerProfile.from_json, found)

    def account(self, account_no: str) -> AccountBrief | None:
        found = self._ask("GET", f"/internal/accounts/{quote(account_no, safe='')}")
        return None if found is None else _read(AccountBrief.from_json, found)

    def bill(self, account_no: str) -> BillSummary | None:
        found = self._ask("GET", f"/internal/accounts/{quote(account_no, safe='')}/bill")
        return None if found is None else _read(BillSummary.from_json, found)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer, or None for 404."""
        if not self._places.acquire(blocking=False):
            raise CrmUnavailable("too many enquiries under way")
        connection = _Connection(self._host, self._port, self._secure)
        try:
            with gevent.Timeout(self._limit_s):
                data = None if body is None else orjson.dumps(body)
                connection.request(method, self._base + path, body=data, headers=self._headers)
                answer = connection.getresponse()
                text = answer.read(MAX_ANSWER_BYTES + 1)
        except gevent.Timeout:
            raise CrmUnavailable(f"no answer in {self._limit_s} s") from None
        except (OSError, http.client.HTTPException) as error:
            raise CrmUnavailable(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()
            self._places.release()
        if answer.status == 404:
            return None
        if answer.status != 200 or len(text) > MAX_ANSWER_BYTES:
            raise CrmUnavailable(f"the CRM answered {answer.status}")
        return _read(orjson.loads, text)


def _read(reader: Callable[[Any], T], raw: Any) -> T:
    try:
        return reader(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CrmUnavailable(f"unreadable answer: {error!r}") from None
