"""An agent's desk without a browser: the same login, commands and live connection as the page."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import requests
import socketio

from tests.until import until

SNAPSHOT_S = 0.2


class Desk:
    """One signed-in agent. `events` are what the page would have been told, with arrival times.
    `kind` "floor" is the board: of a director, who has no agent number, the only one."""

    def __init__(self, base: str, agent_no: str, password: str, kind: str = "desk") -> None:
        self.base, self.agent_no, self.kind = base, agent_no, kind
        self.events: list[tuple[float, str, dict[str, Any]]] = []
        self._snapshot: dict[str, Any] = {}
        self._asked_at = 0.0
        self.http = requests.Session()
        page = self.http.get(f"{base}/login", timeout=10).text
        token = _token(page)
        answer = self.http.post(
            f"{base}/login",
            data={"login_name": agent_no, "password": password, "csrf_token": token},
            timeout=10,
        )
        assert answer.ok and "/login" not in answer.url, f"{agent_no} cannot log in: {answer.url}"
        page = "desk" if kind == "desk" else "supervisor"
        self._csrf = _token(self.http.get(f"{base}/{page}", timeout=10).text)
        self._line: socketio.Client | None = None
        self._lock = threading.Lock()
        self.open()

    def open(self) -> None:
        """Connect the live line, as a page that was just opened."""
        line = socketio.Client(reconnection=True, reconnection_delay=0.2)
        for name in ("desk", "refused", "phone_moved", "notice"):
            line.on(name, lambda body, name=name: self._hear(name, body))
        # A beat may come before the line is told that it is open.
        line.on("beat", lambda *_: line.emit("heartbeat") if "/" in line.namespaces else None)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.http.cookies)
        line.connect(
            self.base,
            headers={"Cookie": cookies},
            auth={
                "kind": self.kind,
                "desk": f"tab-{self.agent_no}-{self.kind}",
                "claim": self.kind == "desk",
            },
            transports=["websocket"],
            wait_timeout=10,
        )
        self._line = line

    def stays_open(self) -> None:
        """A page whose line was refused for a while asks again; so does this one."""
        if self._line is not None and not self._line.connected:
            self._line.disconnect()
            self.open()

    def logs_out(self) -> None:
        """End the session; the page's line is left to the server."""
        answer = self.http.post(
            f"{self.base}/logout", headers={"X-CSRFToken": self._csrf}, timeout=10
        )
        assert answer.ok, f"no log-out: {answer.status_code}"

    def close(self) -> None:
        """Shut the page."""
        if self._line is not None:
            self._line.disconnect()
            self._line = None

    def does(self, action: str, **body: Any) -> str:
        """Press a button; returns the command's id once the web has taken it (202)."""
        answer = self.http.post(
            f"{self.base}/desk/commands",
            json={"type": action, "body": body},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        assert answer.status_code == 202, f"{action}: {answer.status_code} {answer.text[:300]}"
        return str(answer.json()["id"])

    def tries(self, action: str, **body: Any) -> int:
        """Send a command that may be refused by the web itself; the HTTP status."""
        answer = self.http.post(
            f"{self.base}/desk/commands",
            json={"type": action, "body": body},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        return answer.status_code

    def supervises(self, action: str, target: str, reply: str = "") -> None:
        """Press a button of the supervisor's board on this agent's row."""
        status = self.orders_call(action, target, reply)
        assert status == 202, f"{action} on {target}: {status}"

    def orders_call(self, action: str, target: str, reply: str = "") -> int:
        """The same, when it may be refused by the web itself; the HTTP status. The call is the
        one that the board shows at this moment."""
        return self.orders_shown_call(action, target, self.board_call(target), reply)

    def board_call(self, target: str) -> str:
        """The id of the call that the board shows at this agent; "" for none."""
        agents = self.http.get(f"{self.base}/supervisor/snapshot", timeout=10).json()["agents"]
        shown = [agent.get("call") or {} for agent in agents if agent["agent_no"] == target]
        return str(shown[0].get("contact_id", "")) if shown else ""

    def orders_shown_call(
        self, action: str, target: str, contact_id: str, reply: str = ""
    ) -> int:
        """Act on the call that the board showed a while ago; the HTTP status."""
        answer = self.http.post(
            f"{self.base}/supervisor/agents/{target}/call",
            json={"action": action, "contact_id": contact_id, "reply": reply},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        return answer.status_code

    def unserved(self) -> list[dict[str, Any]]:
        """The calls that the board shows as without an agent."""
        found = self.http.get(f"{self.base}/supervisor/snapshot", timeout=10).json()
        calls: list[dict[str, Any]] = found["unserved"]
        return calls

    def releases_unserved(self, contact_id: str) -> int:
        """End such a call from the board; the HTTP status."""
        answer = self.http.post(
            f"{self.base}/supervisor/unserved/{contact_id}/release",
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        return answer.status_code

    def orders(self, action: str, target: str, reason: str) -> None:
        """Force an agent's state from the board."""
        answer = self.http.post(
            f"{self.base}/supervisor/agents/{target}/orders",
            json={"action": action, "reason": reason},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        assert answer.status_code == 202, f"{action}: {answer.status_code} {answer.text[:300]}"

    def writes(self, to: str, text: str, urgent: bool = False) -> int:
        """Write to one agent's desk or to "all" from the board; how many desks are there."""
        answer = self.http.post(
            f"{self.base}/supervisor/notices",
            json={"to": to, "text": text, "urgent": urgent},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        assert answer.status_code == 202, f"notice: {answer.status_code} {answer.text[:300]}"
        return int(answer.json()["reached"])

    def reads(self, text: str, within: float = 5.0) -> dict[str, Any]:
        """Wait until the page was told this message; returns it."""

        def told() -> dict[str, Any] | None:
            with self._lock:
                found = [body for _, name, body in self.events if name == "notice"]
            return next((body for body in found if body["text"] == text), None)

        return until(told, within, what=f"desk {self.agent_no} reads {text!r}")

    def unread(self) -> list[str]:
        """What a page that is opened now shows of messages."""
        answer = self.http.get(f"{self.base}/desk/notices", timeout=10)
        return [notice["text"] for notice in answer.json()["notices"]]

    def puts_away(self, notice_id: str) -> None:
        """Everything up to this message has been read."""
        answer = self.http.post(
            f"{self.base}/desk/notices/seen",
            json={"id": notice_id},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        assert answer.status_code == 204, f"seen: {answer.status_code} {answer.text[:300]}"

    @property
    def call(self) -> dict[str, Any]:
        """The call as the page shows it; empty without one."""
        return self._shown().get("call") or {}

    def call_is(self, state: str, within: float = 8.0) -> dict[str, Any]:
        """Wait until the page shows its call in this state; returns the call."""
        until(
            lambda: self.call.get("state") == state,
            within,
            what=lambda: f"the call on desk {self.agent_no} is {state}, not {self.call}",
        )
        return self.call

    def call_was(self, state: str, within: float = 8.0) -> None:
        """Wait until the page has shown its call in this state, even for a moment."""

        def shown() -> bool:
            with self._lock:
                calls = [body.get("call") or {} for _, name, body in self.events if name == "desk"]
            return any(call.get("state") == state for call in calls)

        until(shown, within, what=f"the call on desk {self.agent_no} was {state}")

    def refused_any(self, within: float = 5.0) -> None:
        """Wait until the page was told that something cannot be done."""

        def told() -> bool:
            with self._lock:
                return any(name == "refused" for _, name, _ in self.events)

        until(told, within, what=f"desk {self.agent_no} is told a refusal")

    def refused(self, code: str, within: float = 8.0) -> None:
        """Wait until the page was told this reason."""
        codes: list[str] = []

        def told() -> bool:
            with self._lock:
                found = [body for _, name, body in self.events if name == "refused"]
            codes[:] = [str(body.get("code")) for body in found]
            return code in codes

        try:
            until(told, within)
        except AssertionError:
            raise AssertionError(f"desk {self.agent_no} was told {codes}, not {code}") from None

    def snapshot(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{self.base}/desk/snapshot", timeout=10).json()
        return found

    def phone_session(self) -> dict[str, Any]:
        """The credentials that the page gives to its phone."""
        answer = self.http.post(
            f"{self.base}/desk/phone-session",
            json={},
            headers={"X-CSRFToken": self._csrf},
            timeout=10,
        )
        assert answer.ok, f"no phone session: {answer.status_code} {answer.text[:300]}"
        session: dict[str, Any] = answer.json()
        return session

    def pop(self, contact_id: str) -> str:
        """The card of a call as the page fetches it."""
        answer = self.http.get(f"{self.base}/desk/pop/{contact_id}", timeout=10)
        assert answer.ok, f"no pop: {answer.status_code} {answer.text[:300]}"
        return answer.text

    @property
    def state(self) -> str:
        """What the agent is, as the page shows it: from events, else from the snapshot."""
        view = self._shown()["agent"]
        return str(view["state"]) if view else "unknown"

    def _shown(self) -> dict[str, Any]:
        """{agent, call} as told last; without news the snapshot, asked for five times a second."""
        with self._lock:
            told = [body for _, name, body in self.events if name == "desk"]
        if told:
            return told[-1]
        if time.monotonic() - self._asked_at > SNAPSHOT_S:
            self._snapshot, self._asked_at = self.snapshot(), time.monotonic()
        return self._snapshot

    def shows(self, state: str, within: float = 5.0) -> None:
        """Wait until the desk shows this state."""
        until(
            lambda: self.state == state,
            within,
            what=lambda: f"desk {self.agent_no} shows {state}, not {self.state}",
        )

    def offered(self, within: float = 5.0) -> tuple[float, dict[str, Any]]:
        """The newest offer as (arrival time, {agent, call}); waits for it."""

        def find() -> tuple[float, dict[str, Any]] | None:
            with self._lock:
                for at, name, body in reversed(self.events):
                    if name == "desk" and body["agent"]["state"] == "offered" and body.get("call"):
                        return at, body
            return None

        return until(find, within, what=f"an offer on desk {self.agent_no}")

    def forget(self) -> None:
        """Start a new page of events, keeping none."""
        with self._lock:
            self.events.clear()
        self._asked_at = 0.0

    def goes_ready(self) -> None:
        """Sign in if needed, then ready; a caller who waits already may be offered at once."""
        if self.state in ("signed_out", "unknown"):
            until(lambda: self.snapshot()["agent"], 10, what="the controller knows the agent")
            if self.state == "signed_out":
                self.does("sign_in", device="tests")
                until(lambda: self.state != "signed_out", 5)
        if self.state == "wrap_up":
            self.does("finish_wrap_up")
            until(lambda: self.state != "wrap_up", 5)
        until(lambda: self.state != "unreachable", 5, what="the phone is seen as registered")
        if self.state not in ("ready", "offered"):
            self.does("ready")
        until(lambda: self.state in ("ready", "offered"), 5, what=f"{self.agent_no} is ready")

    def _hear(self, name: str, body: dict[str, Any]) -> None:
        with self._lock:
            self.events.append((time.time(), name, body))


def _token(page: str) -> str:
    found = re.search(r'name="csrf[-_]token"[^>]*?(?:content|value)="([^"]+)"', page)
    assert found, f"no CSRF token on the page: {page[:200]}"
    return found.group(1)
