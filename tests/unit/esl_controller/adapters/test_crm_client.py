"""The CRM over real HTTP: its answers, its silence, and its nonsense."""

import gevent
import orjson
import pytest
from gevent.pywsgi import WSGIServer

from esl_controller.adapters.crm_client import HttpCrm
from esl_controller.domain.errors import CrmUnavailable

PROFILE = {"match_kind": "none", "premises": [], "open_tickets": 2, "news_of_tomorrow": 1}


@pytest.fixture
def crm():
    """Returns serve(application) -> HttpCrm; an application gets path, body and headers."""
    servers = []

    def serve(application, limit_s=0.3):
        def wsgi(environ, start_response):
            body = environ["wsgi.input"].read()
            status, answer = application(environ["PATH_INFO"], body, environ)
            start_response(status, [("Content-Type", "application/json")])
            return [answer]

        server = WSGIServer(("127.0.0.1", 0), wsgi, log=None)
        server.start()
        servers.append(server)
        return HttpCrm(f"http://127.0.0.1:{server.server_port}", "token-1", limit_s)

    yield serve
    for server in servers:
        server.stop(timeout=0)


def test_it_asks_with_the_token_and_reads_the_profile(crm):
    asked = []

    def answer(path, body, environ):
        asked.append((path, orjson.loads(body), environ["HTTP_AUTHORIZATION"]))
        return "200 OK", orjson.dumps(PROFILE)

    profile = crm(answer).identify("+8613800138000", "96001", "C1")

    assert (profile.match_kind, profile.open_tickets) == ("none", 2)
    asked_body = {"number": "+8613800138000", "called_number": "96001", "contact_id": "C1"}
    assert asked == [("/internal/callers/identify", asked_body, "Bearer token-1")]


def test_an_unknown_account_is_none_and_its_number_cannot_leave_its_place_in_the_path(crm):
    paths = []

    def answer(path, body, environ):
        paths.append((path, environ["QUERY_STRING"]))
        return "404 Not Found", b"{}"

    client = crm(answer)

    assert client.account("../x?y#z") is None
    assert client.bill("8800 123") is None
    assert paths == [
        ("/internal/accounts/../x?y#z", ""),
        ("/internal/accounts/8800 123/bill", ""),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        ("500 Internal Server Error", b"{}"),
        ("302 Found", b"{}"),
        ("200 OK", b"<html>"),
        ("200 OK", b"[]"),
        ("200 OK", b'{"premises": 3}'),
        ("200 OK", b"x" * (2 * 1024 * 1024)),
    ],
)
def test_anything_but_a_good_answer_is_unavailable(crm, answer):
    with pytest.raises(CrmUnavailable):
        crm(lambda *_: answer).identify("1", "2", "3")


def test_a_slow_crm_is_given_up_in_time_and_delays_nobody_else(crm):
    def silent(*_):
        gevent.event.Event().wait(10)
        return "200 OK", b"{}"

    slow, quick = crm(silent), crm(lambda *_: ("200 OK", orjson.dumps(PROFILE)), limit_s=2)
    waiting = gevent.spawn(slow.identify, "1", "2", "3")
    gevent.idle()

    assert quick.identify("1", "2", "3").open_tickets == 2
    assert not waiting.ready()
    with pytest.raises(CrmUnavailable, match="0.3 s"):
        waiting.get(timeout=2)


def test_an_absent_crm_is_unavailable_at_once():
    with pytest.raises(CrmUnavailable):
        HttpCrm("http://127.0.0.1:1", "token").account("1")


@pytest.mark.parametrize("url", ["", "ftp://x", "127.0.0.1:8000"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError):
        HttpCrm(url, "token")
