"""A running web process with the demonstration city, and a hand that plays the controller.

The desk shows only what the controller writes and the screen-pop consumer relays; here both are
done directly, with the controller's own views and the consumer's own emitter, over a real Redis.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import redis

from esl_controller.contract import keys
from esl_controller.contract.envelope import decode
from esl_controller.contract.shown import freshness
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call, Offer, Recording, Talk, Visit
from esl_controller.service.registry import Registry
from esl_controller.service.views import call_on_server, desk
from tests.services import RedisServer, free_port
from tests.until import until
from workers.emitter import RedisEmitter

ROOT = Path(__file__).resolve().parents[2]
CONTACT = "01JDC0NTACT00000000000000A"


@dataclass
class Site:
    """Redis and the web process in a folder of their own."""

    home: Path
    switch: str = "freeswitch"
    phone_ws_url: str = "ws://127.0.0.1:9"
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    redis: RedisServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.home}/redis.sock"

    def environment(self) -> dict[str, str]:
        secret_file = self.home / "secret"
        if not secret_file.exists():
            secret_file.write_text(secrets.token_urlsafe(32))
        return {
            **os.environ,
            "CLEARLINE_HOME": str(self.home),
            "SECRET_KEY_FILE": str(secret_file),
            "INTERNAL_TOKEN_FILE": str(secret_file),
            "REDIS_URL": self.redis_url,
            "PORT": str(self.port),
            "PHONE_WS_URL": self.phone_ws_url,
            "SWITCH": self.switch,
        }

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.redis = RedisServer(self.home)
        self.redis.start()
        if not (self.home / "clearline.db").exists():
            subprocess.run(
                [sys.executable, "-m", "crm_web.cli", "init-db"],
                cwd=ROOT, env=self.environment(), check=True, capture_output=True,
            )  # fmt: skip
        self._run([sys.executable, "-m", "crm_web"])
        until(self._answers, 30, what="the web process")

    def _run(self, command: list[str]) -> None:
        with (self.home / "log.txt").open("ab") as log:
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
            )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/login", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(self.processes):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.redis:
            self.redis.stop()

    def identify(self, number: str) -> dict[str, Any]:
        """The caller's profile, asked of the web as the controller asks it."""
        ask = urllib.request.Request(
            f"{self.url}/internal/callers/identify",
            data=json.dumps({"number": number, "called_number": "96001"}).encode(),
            headers={
                "Authorization": f"Bearer {(self.home / 'secret').read_text()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(ask, timeout=5) as answer:
            profile: dict[str, Any] = json.loads(answer.read())
        return profile

    def password_of(self, login: str) -> str:
        for line in (self.home / "demo-logins.txt").read_text().splitlines():
            name, password, *_rest = line.split("\t")
            if name == login:
                return password
        raise KeyError(login)


def now_ms() -> int:
    return int(time.time() * 1000)


class Stage:
    """Plays the controller for one agent. Each method moves agent and call, and tells the desk."""

    def __init__(self, site: Site, agent_no: str = "1001", name: str = "林晓") -> None:
        self.redis = redis.Redis.from_url(site.redis_url, decode_responses=True)
        self._emitter = RedisEmitter(site.redis_url)
        self.media = "rehearsal" if site.switch == "rehearsal" else "webrtc"
        self.agent = Agent(agent_no, name, agent_no, self.media, 45, since=now_ms())
        self.call: Call | None = None
        self._seen = "$"

    def clear(self) -> None:
        for key in (keys.LIVE_AGENTS, keys.LIVE_CALLS, keys.LIVE_QUEUES, keys.COMMANDS):
            self.redis.delete(key)
        self.beats()
        self.redis.delete(keys.PHONE_OWNER + self.agent.agent_no)

    def beats(self, ago_ms: int = 0, switch_up: bool = True) -> dict[str, Any]:
        """The controller's own sign of life, as old as that."""
        meta = {"switch_up": switch_up, "at": now_ms() - ago_ms, "version": 1}
        self.redis.hset(keys.LIVE_META, "node-a", json.dumps(meta))
        return freshness([meta])

    def view(self) -> dict[str, Any]:
        calls = {self.call.contact_id: self.call} if self.call else {}
        registry = Registry()
        registry.calls = calls
        return desk(registry, self.agent, now_ms())

    def show(self, *, emit: bool = True, **changes: Any) -> None:
        """Change the agent, write the live picture, and tell the desks."""
        moved = changes.get("work", self.agent.work) != self.agent.work
        since = now_ms() if moved else self.agent.since
        self.agent = replace(self.agent, **{"since": since, **changes}, seq=self.agent.seq + 1)
        view = self.view()
        self.redis.hset(
            keys.LIVE_AGENTS,
            self.agent.agent_no,
            json.dumps({**view["agent"], "call": view["call"]}, ensure_ascii=False),
        )
        if self.call:
            self.redis.hset(
                keys.LIVE_CALLS,
                self.call.contact_id,
                json.dumps(call_on_server(self.call), ensure_ascii=False),
            )
        if emit:
            self._emitter.emit("desk", view, room=keys.room_of_agent(self.agent.agent_no))

    def emit(self, event: str, body: dict[str, Any]) -> None:
        self._emitter.emit(event, body, room=keys.room_of_agent(self.agent.agent_no))

    def floor(
        self,
        agents: list[dict[str, Any]],
        queues: list[dict[str, Any]],
        unserved: list[dict[str, Any]] | None = None,
    ) -> None:
        for view in agents:
            self.redis.hset(keys.LIVE_AGENTS, view["agent_no"], json.dumps(view))
        for view in queues:
            self.redis.hset(keys.LIVE_QUEUES, view["queue"], json.dumps(view))
        self._emitter.emit(
            "floor",
            {"agents": agents, "queues": queues, "unserved": unserved or [], "at": now_ms(),
             **self.beats()},  # fmt: skip
            room=keys.ROOM_FLOOR,
        )

    def signed_out(self) -> None:
        self.call = None
        self.show(presence="signed_out", phone="unregistered", work="not_ready", contact_id=None)

    def signed_in(self, reason: str = "sign_in") -> None:
        self.call = None
        self.show(
            presence="signed_in", phone="idle", work="not_ready", reason=reason, contact_id=None
        )

    def ready(self) -> None:
        self.call = None
        self.show(
            presence="signed_in", phone="idle", work="ready", reason=None, contact_id=None,
            missed=None, wrap_up_until=None,
        )  # fmt: skip

    def offer(
        self, number: str, profile: dict[str, Any] | None, contact_id: str = CONTACT
    ) -> None:
        """The queue offers a call of `number`, whose profile the flow has fetched."""
        now = now_ms()
        trail = [
            {"node": "welcome", "title": "问候", "exit": "next", "at": now - 80_000, "ms": 4000},
            {"node": "outage", "title": "播报停水", "exit": "next", "at": now - 76_000, "ms": 22000},
            {"node": "menu", "title": "主菜单", "exit": "0", "at": now - 54_000, "ms": 3000,
             "keyed": "0"},
        ]  # fmt: skip
        self.call = Call(
            contact_id=contact_id,
            uuid="0193f3a0-0000-4000-8000-000000000001",
            caller_number=number,
            e164=f"+86{number}" if number.isdigit() else None,
            called_number="96001",
            started_at=now - 82_000,
            state="offered",
            profile=profile,
            trail=tuple(trail),
            visits=(Visit(1, "general", now - 50_000, "flow"),),
            offer=Offer(1, 1, self.agent.agent_no, "general", now, "agent-leg"),
        )
        self.show(work="offered", phone="ringing", contact_id=contact_id, queue="general")

    def answer(self, ago_ms: int = 0) -> None:
        assert self.call is not None
        started = now_ms() - ago_ms
        talk = Talk(1, self.agent.agent_no, "general", "agent-leg", started)
        recording = Recording(1, "2026/11/23/x-1.wav", 1, "on", started)
        self.call = replace(
            self.call, state="talking", offer=None, talks=(talk,), recordings=(recording,)
        )
        self.show(work="on_call", phone="busy")

    def hold(self, ago_ms: int = 0) -> None:
        assert self.call is not None
        talk = replace(self.call.talks[-1], held_since=now_ms() - ago_ms, hold_count=1)
        self.call = replace(self.call, state="held", talks=(talk,))
        self.show()

    def wrap_up(self, seconds: float = 45) -> None:
        assert self.call is not None
        now = now_ms()
        talk = replace(self.call.talks[-1], ended_at=now, ended_by="customer", held_since=None)
        self.call = replace(
            self.call, state="closed", talks=(talk,), recordings=(), ended_at=now,
            ended_by="customer",
        )  # fmt: skip
        self.show(
            work="wrap_up", phone="idle", wrap_up_started_at=now,
            wrap_up_until=now + int(seconds * 1000),
        )  # fmt: skip

    def missed(self, result: str = "no_answer") -> None:
        missed = {"at": now_ms(), "result": result, "caller_masked": "136 **** 0427"}
        self.call = None
        self.show(
            work="not_ready", phone="idle", reason=result, contact_id=None, missed=missed
        )

    def commands(self) -> list[tuple[str, str | None, dict[str, Any]]]:
        """(type, agent_no, body) of everything on the command stream."""
        found = []
        for _id, entry in self.redis.xrange(keys.COMMANDS):
            command = decode(entry[keys.ENTRY_FIELD])
            found.append((command.type, command.agent_no, dict(command.body)))
        return found

    def was_told(self, kind: str) -> bool:
        """Whether such a command is on the command stream."""
        return any(type_ == kind for type_, _no, _body in self.commands())
