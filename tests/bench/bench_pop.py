"""Screen-pop latency from the switch's event to the desk, beside a bare event-to-emit relay.

The path is the real one: an ESL server sends `agent-offering` to the controller process, over
Redis and the screen-pop worker to the web process and to desks that have signed in and hold their
Socket.IO lines, in a process of their own. The floor is a relay that reads the same event from the
same server and emits at once through the same Redis and web. Both take turns within one run.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import redis

from docker.onebox import environment, programs
from docker.onebox.supervisor import Supervisor
from esl_controller.contract import keys
from esl_controller.contract.envelope import Envelope
from esl_controller.domain.ids import new_ulid
from tests.bench.pop_site import agent_numbers
from tests.bench.table import Result, table
from tests.live.ports import free_port
from tests.services import free_port as free_tcp_port
from tests.until import until

ROOT = Path(__file__).resolve().parents[2]
DESKS = (60, 480)
OFFERS, PER_S = 250, 10.0
GOAL = 2.0
_PORTS = "PORT ESL_OUTBOUND_PORT XML_PORT TRUNK_PORT AGENTS_PORT WS_PORT WSS_PORT"


class Helper:
    """A process that is asked in lines and answers in lines of JSON."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *argv],
            cwd=ROOT,
            env=None if env is None else dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        """The next line; SystemExit when the process has ended."""
        assert self.process.stdout
        text = self.process.stdout.readline()
        if not text:
            raise SystemExit(f"{self.process.args!r} ended with {self.process.wait()}")
        return text

    def ask(self, text: str) -> Any:
        assert self.process.stdin
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


class Ground:
    """Everything that the measurement needs, running."""

    def __init__(self, desks: int, folder: Path, stack: ExitStack) -> None:
        self.agents = agent_numbers(desks)
        self._open = 0
        self._came: dict[str, float] = {}
        password = secrets.token_urlsafe(16)
        self._switch = Helper(["tests.bench.pop_switch", password, *self.agents])
        stack.callback(self._switch.close)
        esl, relay = self._switch.line().split()
        self.values = _environment(folder, esl, password)
        self._start(stack)
        self.redis = redis.Redis.from_url(self.values["REDIS_URL"], decode_responses=True)
        stack.callback(self.redis.close)
        floor = Helper(["tests.bench.pop_relay", relay, password, self.values["REDIS_URL"]])
        stack.callback(floor.close)
        base, login = f"http://127.0.0.1:{self.values['PORT']}", self.values["POP_PASSWORD"]
        desk_lines = ["gevent.monkey", "--module", "tests.bench.pop_desks", base, login]
        self._desks = Helper(desk_lines, {**os.environ})
        stack.callback(self._desks.close)

    def _start(self, stack: ExitStack) -> None:
        wanted = ("redis", "controller", "web", "worker-screen-pop")
        plan = [program for program in programs.plan(self.values) if program.name in wanted]
        # The web shall serve real phones, not the stand-in's; the switch of this bench is neither.
        self.values["SWITCH"] = "freeswitch"
        folder = Path(self.values["CLEARLINE_HOME"])
        supervisor = Supervisor(plan, self.values, folder / "logs", lambda line: None)
        stack.callback(supervisor.stop_all)
        supervisor.start("redis")
        supervisor.wait_ready("redis")
        subprocess.run(
            [sys.executable, "-m", "tests.bench.pop_site", str(len(self.agents))],
            cwd=ROOT, env=self.values, check=True, timeout=120,
        )  # fmt: skip
        for name in wanted[1:]:
            supervisor.start(name)
            supervisor.wait_ready(name)

    def seat(self, desks: int) -> None:
        """Have this many agents signed in, with their desks open, and ready."""
        fresh = self.agents[self._open : desks]
        for start in range(0, len(fresh), 20):
            self._desks.ask("open " + " ".join(fresh[start : start + 20]))
        self._open = desks
        for action, state in (("sign_in", "not_ready"), ("ready", "ready")):
            for agent_no in fresh:
                self._command(action, agent_no)
            until(lambda: self._all_are(fresh, state), 60, every_s=0.2, what=f"agents {state}")

    def _command(self, action: str, agent_no: str) -> None:
        now = int(time.time() * 1000)
        body = {"by": {"name": "bench"}, "device": "bench", "ip": "127.0.0.1"}
        command = Envelope(new_ulid(now), action, now, "bench", None, agent_no, body)
        self.redis.xadd(keys.COMMANDS, {keys.ENTRY_FIELD: command.encode()})

    def _all_are(self, agents: Sequence[str], state: str) -> bool:
        views = self.redis.hmget(keys.LIVE_AGENTS, list(agents))
        return all(view and json.loads(view)["state"] == state for view in views)

    def press(self, action: str) -> list[float]:
        """ms from each open desk's button to the command at the switch; AssertionError when one
        is lost."""
        self._switch.ask('{"statuses": true}')
        seated = self.agents[: self._open]
        pressed = self._desks.ask(" ".join(["press", action, *seated]))
        came: dict[str, float] = {}

        def all_came() -> bool:
            came.update(self._switch.ask('{"statuses": true}'))
            return pressed.keys() <= came.keys()

        until(all_came, 10, every_s=0.2, what="every button reaches the switch")
        return [(came[agent] - at) * 1000 for agent, at in pressed.items()]

    def bare(self, times: int) -> list[float]:
        """ms from a plain socket's command to the same switch."""
        with socket.create_connection(("127.0.0.1", int(self.values["ESL_PORT"]))) as line:
            line.sendall(f"auth {self.values['ESL_PASSWORD']}\n\n".encode())
            found = []
            for number in range(times):
                name = f"bare{number}"
                at = time.monotonic()
                command = f"api callcenter_config agent set status {name}@default x\n\n"
                line.sendall(command.encode())
                until(lambda: name in self._bare, 5, every_s=0.001, what="a bare command")
                found.append((self._bare[name] - at) * 1000)
            return found

    @property
    def _bare(self) -> dict[str, float]:
        seen: dict[str, float] = self._switch.ask('{"statuses": true}')
        self._came |= seen
        return self._came

    def offer(self, offers: int) -> dict[str, list[float]]:
        """Latencies in ms of the path and of the floor; AssertionError when one is lost."""
        self._desks.ask("take")
        asked = {"agents": self.agents[: self._open], "offers": offers, "per_s": PER_S}
        sent = self._switch.ask(json.dumps(asked))
        came: dict[str, dict[str, float]] = {"path": {}, "floor": {}}

        def all_came() -> bool:
            for kind, times in self._desks.ask("take").items():
                came[kind].update(times)
            return all(sent[kind].keys() <= came[kind].keys() for kind in sent)

        until(all_came, 10, every_s=0.2, what="every offer reaches its desk")
        return {
            kind: [(came[kind][call] - at) * 1000 for call, at in sent[kind].items()]
            for kind in sent
        }


def _environment(folder: Path, esl_port: str, password: str) -> dict[str, str]:
    wanted = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    wanted |= {"CLEARLINE_HOME": str(folder), "SWITCH": "rehearsal", "ESL_PORT": esl_port}
    wanted |= {"ESL_PASSWORD": password, "POP_PASSWORD": secrets.token_urlsafe(16)}
    wanted |= {name: str(free_port()) for name in _PORTS.split()}
    wanted["PORT"] = str(free_tcp_port())
    return environment.prepare(wanted)


@contextmanager
def running_ground(desks: int) -> Iterator[Ground]:
    """The ground in a throw-away folder."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="clr-pop-", dir="/tmp"))
        yield Ground(desks, Path(folder), stack)


def measure(levels: Sequence[int] = DESKS, offers: int = OFFERS) -> dict[int, dict[str, Any]]:
    """Latencies in ms by number of desks."""
    found = {}
    with running_ground(max(levels)) as ground:
        for desks in levels:
            ground.seat(desks)
            ground.offer(20)  # warm
            found[desks] = ground.offer(offers)
    return found


def results() -> list[Result]:
    """Rows of the table."""
    rows = []
    for desks, times in measure().items():
        for percent in (50, 99):
            ours, floor = (float(np.percentile(times[kind], percent)) for kind in ("path", "floor"))
            name = f"screen pop, {desks} desks, p{percent}"
            rows.append(Result(name, ours, "ms", "bare relay", floor, at_most=GOAL))
    return rows


if __name__ == "__main__":
    print(table(results()))
