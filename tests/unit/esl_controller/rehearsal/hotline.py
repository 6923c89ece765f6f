"""The real controller process on the stand-in: people act, the live picture and facts are read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import redis

from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope, decode
from esl_controller.domain.ids import contact_id_of, new_ulid
from tests.services import RedisServer, free_port
from tests.unit.esl_controller.rehearsal.client import Connection
from tests.unit.esl_controller.rehearsal.switch import PASSWORD, ROOT, Rehearsal
from tests.until import until

FLOW = {
    "code": "short", "title": "短流程", "start": "answer", "fallback_queue": "general",
    "nodes": {
        "answer": {"type": "answer", "title": "接听", "exits": {"done": "wait"}},
        "wait": {"type": "queue", "title": "排队", "queue": "general"},
    },
}
#: A menu that puts its caller through to one agent.
DIRECT = {
    "code": "direct", "title": "直接接通", "start": "answer", "fallback_queue": "general",
    "nodes": {
        "answer": {"type": "answer", "title": "接听", "exits": {"done": "to_agent"}},
        "to_agent": {
            "type": "transfer", "title": "转坐席", "to": {"kind": "agent", "value": "1001"},
            "ring_s": 60, "exits": dict.fromkeys(("busy", "no_answer", "failed"), "wait"),
        },
        "wait": {"type": "queue", "title": "排队", "queue": "general"},
    },
}


def _agent(number: str) -> dict[str, Any]:
    return {"agent_no": number, "name": number, "extension": number, "media": "rehearsal",
            "wrap_up_s": 45, "ha1": "0" * 32}


def _queue(code: str, *members: str) -> dict[str, Any]:
    return {
        "code": code, "name": code, "strategy": "longest_idle", "ring_s": 20, "wrap_up_s": 30,
        "target_s": 20, "short_abandon_s": 5, "music": "moh",
        "members": [{"agent_no": one, "level": 1, "position": 1} for one in members]}


SNAPSHOT = {
    "v": 1, "version": 1, "hash": "tests", "industry": "water", "domain": "hotline.test",
    "called_numbers": [
        {"number": number, "label": "", "flow": flow, "fallback_queue": "general"}
        for number, flow in (("96001", "short"), ("96002", "direct"))],
    "flows": {flow["code"]: {"version": 1, "document": flow} for flow in (FLOW, DIRECT)},
    "queues": [_queue("general", "1001"), _queue("billing", "1002")],
    "agents": [_agent(number) for number in ("1001", "1002", "1003", "2001")],
    "recording": {"mode": "always"},
}


class Hotline:
    """`does` presses a desk's button; `agent` and `call` read the live picture."""

    def __init__(self, switch: Rehearsal, esl: Connection, server: RedisServer) -> None:
        self.switch, self.esl = switch, esl
        self.redis = redis.Redis.from_url(server.url, decode_responses=True)
        self.redis.set(keys.TELEPHONY, orjson.dumps(SNAPSHOT))
        switch.controller.close()  # the real controller listens in its place
        self.process = self._begin(server.url)
        until(lambda: self.agent("1001"), 20, what="the controller knows the agents")
        until(lambda: "billing@default|1002" in self.esl.api("callcenter_config tier list"), 20,
              what="the controller has told the switch its agents")

    def _begin(self, redis_url: str) -> subprocess.Popen[bytes]:
        home = Path(self.switch.home)
        env = {
            **os.environ, "CLEARLINE_HOME": str(home), "REDIS_URL": redis_url,
            "ESL_PASSWORD": PASSWORD, "ESL_PORT": str(self.switch.port),
            "ESL_OUTBOUND_PORT": str(self.switch.controller_port),
            "XML_PORT": str(free_port()), "XML_PASSWORD": "xml-of-tests",
            "INTERNAL_TOKEN": "token-of-tests", "CRM_URL": f"http://127.0.0.1:{free_port()}",
            "SIP_DOMAIN": "hotline.test", "RECORDINGS_DIR": str(home / "recordings"),
            "TRUNK_GATEWAY": "carrier.rehearsal",
        }
        with (home / "controller.log").open("ab") as out:
            return subprocess.Popen([sys.executable, "-m", "esl_controller"], cwd=ROOT, env=env,
                                    stdout=out, stderr=out)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        self.redis.close()

    def agent(self, number: str) -> dict[str, Any]:
        found = self.redis.hget(keys.LIVE_AGENTS, number)
        return orjson.loads(found) if found else {}

    def call(self, caller: str) -> dict[str, Any]:
        """The CallView of a channel's contact; {} when it is not live."""
        found = self.redis.hget(keys.LIVE_CALLS, contact_id_of(caller))
        return orjson.loads(found) if found else {}

    def facts(self, type_: str) -> list[Envelope]:
        entries = self.redis.xrange(keys.EVENTS)
        told = (decode(fields[keys.ENTRY_FIELD]) for _, fields in entries)
        return [one for one in told if one.type == type_]

    def refuses(self, code: str) -> None:
        """Wait for a refusal of that code."""
        until(lambda: code in [one.body["code"] for one in self.facts("command.refused")], 10,
              what=lambda: f"{code}: {self._why()}")

    def does(self, agent_no: str, action: str, **body: Any) -> str:
        """Send a desk's command; its id."""
        now = int(time.time() * 1000)
        self.redis.hset(keys.PRESENCE, agent_no, now)
        by = {"user_id": 1, "name": agent_no, "permission": "any"}
        sent = Envelope(new_ulid(), action, now, "tests", None, agent_no, {"by": by, **body})
        self.redis.xadd(keys.COMMANDS, {keys.ENTRY_FIELD: sent.encode()})
        return sent.id

    def shows(self, agent_no: str, state: str, role: str = "") -> None:
        def shown() -> bool:
            view = self.agent(agent_no)
            return view.get("state") == state and (not role or view.get("role") == role)

        until(shown, 10, what=lambda: f"{agent_no} {state} {role}: {self._why()}")

    def call_is(self, caller: str, state: str) -> dict[str, Any]:
        until(lambda: self.call(caller).get("state") == state, 10,
              what=lambda: f"{state}, not {self.call(caller).get('state')}: {self._why()}")
        return self.call(caller)

    def _why(self) -> str:
        return (Path(self.switch.home) / "controller.log").read_text()[-1500:]

    def phone(self, extension: str, action: str) -> None:
        """The person at a phone answers it, rejects the call or hangs up."""
        until(lambda: self.esl.api(f"rehearsal phone {extension} {action}") == "+OK\n", 10,
              what=f"phone {extension} can {action}")

    def answers_as_guest(self, agent_no: str) -> None:
        """Press the desk's button once the simulated phone rings."""
        until(lambda: self.esl.api(f"rehearsal phone {agent_no} status") == "ringing\n", 10)
        self.does(agent_no, "answer")

    def ready(self, agent_no: str) -> None:
        self.does(agent_no, "sign_in", device="tests")
        until(lambda: self.agent(agent_no).get("phone") == "idle", 10, what="a phone")
        self.does(agent_no, "ready")
        until(lambda: self.agent(agent_no).get("state") in ("ready", "offered"), 10,
              what=lambda: f"{agent_no} ready: {self._why()}")

    def talking(self, number: str = "13800138000") -> str:
        """A caller in conversation with agent 1001; gives the caller's channel."""
        self.ready("1001")
        reply = self.esl.api(f"rehearsal call {number} 96001")
        caller = reply.split()[1]
        self.shows("1001", "offered")
        self.does("1001", "answer")
        self.call_is(caller, "talking")
        return caller

    def partner(self, leg: str) -> str:
        """Whom the switch has this leg in a bridge with; '' for nobody."""
        rows = orjson.loads(self.esl.api("show bridged_calls as json")).get("rows") or []
        for row in rows:
            pair = [row["uuid"], row["b_uuid"]]
            if leg in pair:
                pair.remove(leg)
                return str(pair[0])
        return ""

    def nothing_left(self) -> None:
        """No channel on the switch, no call in the live picture."""
        until(lambda: '"row_count":0' in self.esl.api("show channels as json"), 10,
              what=lambda: f"the last channel's end: {self._why()}")
        until(lambda: not self.redis.hlen(keys.LIVE_CALLS), 10, what="the last call's end")
