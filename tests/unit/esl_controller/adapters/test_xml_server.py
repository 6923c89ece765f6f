"""What FreeSWITCH gets when it asks over HTTP, and what it never gets."""

import base64
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from gevent import socket

from esl_controller.adapters import xml_documents
from esl_controller.adapters.fs_syntax import UnsafeText
from esl_controller.adapters.xml_server import XmlServer
from esl_controller.domain.recording_rules import RecordingPolicy
from esl_controller.domain.snapshot import (
    AgentConfig,
    QueueConfig,
    QueueMember,
    Snapshot,
)

HA1 = "0123456789abcdef0123456789abcdef"
SESSION_HA1 = "fedcba9876543210fedcba9876543210"


def session_ha1(sid, extension):
    return SESSION_HA1 if (sid, extension) == ("the sid", "1001") else None


def snapshot(**changes):
    agent = AgentConfig("1001", "林<晓>", "1001", "webrtc", 45, HA1)
    agents = (
        agent,
        AgentConfig("1002", "无密", "1002", "sip", 45, ""),
        AgentConfig("1003", "演练", "1003", "rehearsal", 45, HA1),
        AgentConfig("1004", "坏", "1004", "sip", 45, 'x"/><param name="a'),
        AgentConfig("1005", "桌上", "1005", "sip", 45, HA1),
        AgentConfig("1006", "外网", "1006", "remote", 45, HA1),
    )
    queue = QueueConfig(
        "general", "综合", "longest_idle", 20, 45, 20, 5, "moh", (QueueMember("1001", 1, 1),)
    )
    values = {
        "version": 1,
        "industry": "water",
        "domain": "hotline.example",
        "called_numbers": (),
        "flows": {},
        "queues": (queue,),
        "agents": agents,
        "recording": RecordingPolicy(),
    }
    return Snapshot(**values | changes)


@pytest.fixture
def server():
    health = {"ok": True, "switch": "up"}
    server = XmlServer("127.0.0.1", 0, "secret", snapshot, lambda: health, session_ha1)
    server.health = health
    server.start()
    yield server
    server.stop()


def request(server, method, path, body=b"", password="secret", kind="Basic"):
    token = base64.b64encode(f"freeswitch:{password}".encode()).decode()
    head = (
        f"{method} {path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nAuthorization: {kind} {token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(head.encode() + body)
        answer = b""
        while data := sock.recv(65536):
            answer += data
    status, _, rest = answer.partition(b"\r\n")
    return int(status.split()[1]), rest.partition(b"\r\n\r\n")[2].decode()


def look_up(server, **form):
    fields = {"section": "directory", "tag_name": "domain", "key_name": "name"}
    fields |= {"key_value": "hotline.example", "domain": "hotline.example"} | form
    return request(server, "POST", "/fs/xml", urlencode(fields).encode())


def params_of(text):
    user = ElementTree.fromstring(text).find(".//user")
    params = {param.get("name"): param.get("value") for param in user.iter("param")}
    variables = {each.get("name"): each.get("value") for each in user.iter("variable")}
    return params, variables


@pytest.mark.parametrize("action", ["sip_auth", "user_call", ""])
def test_a_desk_phone_is_found_for_registration_and_dialling(server, action):
    status, text = look_up(server, user="1005", action=action)

    assert status == 200
    assert text.startswith('<document type="freeswitch/xml">')
    params, variables = params_of(text)
    assert params["a1-hash"] == HA1
    assert params["allow-empty-password"] == "false"
    assert params["dial-string"] == "sofia/agents/1005%hotline.example"
    assert "sip-force-contact" not in variables


def test_a_phone_behind_a_router_is_called_where_it_came_from(server):
    _, text = look_up(server, user="1006", action="sip_auth")
    assert params_of(text)[1]["sip-force-contact"] == "NDLB-connectile-dysfunction"


@pytest.mark.parametrize("header", ["X-Clearline-Session", "x-clearline-session"])
def test_a_browsers_phone_must_prove_the_password_of_its_session(server, header):
    _, text = look_up(server, user="1001", action="sip_auth", **{header: "the sid"})
    assert params_of(text)[0]["a1-hash"] == SESSION_HA1


@pytest.mark.parametrize("sid", [None, "", "another sid", "the sid "])
def test_given_no_valid_session_a_browsers_phone_is_not_found(server, sid):
    fields = {} if sid is None else {"X-Clearline-Session": sid}
    answer = look_up(server, user="1001", action="sip_auth", **fields)
    assert answer == (200, xml_documents.NOT_FOUND)


def test_a_browsers_phone_can_be_dialled_and_proves_nothing_with_that(server):
    _, text = look_up(server, user="1001", action="user_call")
    params, _ = params_of(text)
    assert (params["a1-hash"], params["allow-empty-password"]) == (HA1, "false")


def test_the_session_of_a_browser_is_nothing_to_a_desk_phone(server):
    fields = {"X-Clearline-Session": "the sid"}
    _, text = look_up(server, user="1005", action="sip_auth", **fields)
    assert params_of(text)[0]["a1-hash"] == HA1


@pytest.mark.parametrize(
    "form",
    [
        {"user": "9999"},
        {"user": ""},
        {},
        {"user": "1001", "domain": "other.example", "key_value": "other.example"},
        {"user": "1001", "purpose": "gateways"},
        {"user": "1002"},
        {"user": "1003"},
        {"user": "1004"},
        {"user": "1001", "section": "dialplan"},
        {"user": "1001' OR 1=1"},
    ],
)
def test_whoever_may_not_register_is_not_found(server, form):
    assert look_up(server, **form) == (200, xml_documents.NOT_FOUND)


def test_queues_are_rendered_from_the_snapshot(server):
    form = {"section": "configuration", "key_value": "callcenter.conf"}
    _, text = request(server, "POST", "/fs/xml", urlencode(form).encode())

    queue = ElementTree.fromstring(text).find(".//queue")
    params = {param.get("name"): param.get("value") for param in queue.iter("param")}
    assert queue.get("name") == "general@default"
    assert params["strategy"] == "longest-idle-agent"
    assert params["moh-sound"] == "${hold_music}"
    assert "$$" not in text


def test_other_configuration_is_left_to_the_files(server):
    form = {"section": "configuration", "key_value": "sofia.conf"}
    answer = request(server, "POST", "/fs/xml", urlencode(form).encode())
    assert answer == (200, xml_documents.NOT_FOUND)


@pytest.mark.parametrize(
    "value", ["$${password}", "X-PRE-PROCESS", "a\nb", "\0", "<X-PRE-PROCESS cmd='exec'/>"]
)
def test_a_value_that_the_switch_would_execute_is_refused(value):
    with pytest.raises(UnsafeText):
        xml_documents.attribute(value)


def test_a_value_is_escaped():
    assert xml_documents.attribute('a"<b>&') == "'a\"&lt;b&gt;&amp;'"


def test_a_dangerous_snapshot_is_as_none():
    agent = AgentConfig("1001", "x", "1001", "sip", 45, HA1)
    bad = snapshot(domain="$${x}", agents=(agent,))
    server = XmlServer("127.0.0.1", 0, "secret", lambda: bad, dict, session_ha1)
    server.start()
    answer = look_up(server, user="1001", domain="$${x}", key_value="$${x}")
    server.stop()
    assert answer == (200, xml_documents.NOT_FOUND)


def test_before_the_first_snapshot_everything_is_left_to_the_files():
    assert xml_documents.answer({"section": "directory", "user": "1001"}, None, session_ha1) == (
        xml_documents.NOT_FOUND
    )


@pytest.mark.parametrize("options", [{"password": "wrong"}, {"kind": "Bearer"}, {"kind": ""}])
def test_nobody_else_is_answered(server, options):
    status, text = request(server, "POST", "/fs/xml", b"section=directory", **options)
    assert (status, "a1-hash" in text) == (401, False)


def test_odd_requests_are_refused(server):
    assert request(server, "GET", "/fs/xml")[0] == 405
    assert request(server, "POST", "/fs/xml", b"x" * 70_000)[0] == 413
    assert request(server, "POST", "/fs/xml", b"a=1&" * 1000)[0] == 400
    assert request(server, "GET", "/etc/passwd")[0] == 404
    assert request(server, "POST", "/healthz")[0] == 405


def test_health_is_told_to_everybody(server):
    assert request(server, "GET", "/healthz", password="none")[0] == 200
    server.health["ok"] = False
    status, text = request(server, "GET", "/healthz")
    assert status == 503
    assert '"switch":"up"' in text
