"""The whole product on free ports in a throw-away folder, started as `make run` starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import redis
import requests
from sqlalchemy import column, create_engine, table, text, update

from docker.onebox import environment, programs
from docker.onebox.supervisor import Supervisor
from tests.database import PostgresServer
from tests.live import certificates, site
from tests.live.desk import Desk
from tests.live.esl import Esl, Transcript
from tests.live.faults import Wire
from tests.live.leftovers import MARK
from tests.live.ports import free_port, free_rtp_range
from tests.until import until

PASSED_ON = ("PATH", "HOME", "LANG", "FREESWITCH_HOME", "VIRTUAL_ENV", "PYTHONPATH", MARK)
START_S = 120


class Stack:
    """Start, stop, kill and ask every part. `switch` is freeswitch or rehearsal; `rtp_ports`
    is twice the number of channels that FreeSWITCH can have at once; `breakable` puts a line
    (faults.py) between controller and switch. `database` is a server of its own, which runs
    already, with the city in it, and which it may break; else `database_url`, else SQLite."""

    def __init__(
        self,
        folder: Path,
        switch: str,
        database_url: str = "",
        rtp_ports: int = 200,
        breakable: bool = False,
        database: PostgresServer | None = None,
    ) -> None:
        self.folder, self.switch, self.database = folder, switch, database
        start, end = free_rtp_range(rtp_ports)
        wanted = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        wanted |= {"CLEARLINE_HOME": str(folder / "home"), "SWITCH": switch}
        wanted |= {"RTP_START": str(start), "RTP_END": str(end), "REHEARSAL_DEMO_RATE": "0"}
        wanted |= {"DEMO_CALLS_PER_MINUTE": "0", "HOTLINE_NUMBER": site.NUMBERS}
        wanted |= {"AREA_CODE": "021"}
        for name in (
            "PORT ESL_PORT ESL_OUTBOUND_PORT XML_PORT TRUNK_PORT AGENTS_PORT WS_PORT WSS_PORT"
        ).split():
            wanted[name] = str(free_port())
        self.carrier_port = free_port()
        if switch == "freeswitch":
            wanted["TRUNK_GATEWAY"] = f"127.0.0.1:{self.carrier_port}"
        if database_url or database:
            wanted["DATABASE_URL"] = database_url or database.url
        self.values = environment.prepare(wanted)
        self.home = Path(self.values["CLEARLINE_HOME"])
        plan = programs.plan(self.values)
        if breakable:
            self.wire = Wire((self.values["ESL_HOST"], int(self.values["ESL_PORT"])))
            plan = [self._over_the_wire(program) for program in plan]
        self.supervisor = Supervisor(plan, self.values, self.home / "logs", self._note)
        self.notes: list[str] = []
        self._desks: dict[str, Desk] = {}
        self._told: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._read_to = "0-0"  # the stream is asked for what is new: scenarios ask all the time
        address = _driver(self.values["DATABASE_URL"])
        self._engine = create_engine(address, pool_pre_ping=True)

    def _over_the_wire(self, program: programs.Program) -> programs.Program:
        """The controller reaches the switch through a line that scenarios can break."""
        if program.name != "controller":
            return program
        argv = ("/usr/bin/env", f"ESL_PORT={self.wire.port}", *program.argv)
        return replace(program, argv=argv)

    # -- life

    def start(self) -> None:
        if "redis" in self.supervisor.programs:
            self.start_program("redis")
        if self.database is None:
            site.write(self.values)
        if self.switch == "freeswitch":
            certificates.lend(self._certificates)
        rest = [name for name in self.supervisor.programs if name != "redis"]
        for name in rest:  # side by side: each waits for its neighbours by itself
            self.supervisor.start(name)
        for name in rest:
            self._until_ready(name)
        self.wait_well(START_S)
        if self.switch == "freeswitch":
            certificates.keep(self._certificates)

    @property
    def _certificates(self) -> Path:
        return self.home / "freeswitch" / "certs"

    def wait_well(self, within: float = 40) -> None:
        """Until the controller has the switch and the snapshot, and says so after this moment."""
        since = time.time()
        until(lambda: self.switch_is_up(since), within, what="controller sees the switch")
        until(lambda: self.agent_view("1001"), within, what="controller has the snapshot")

    def works_off(self, jobs: str, name: str, hours_on: int = 0) -> None:
        """Do a nightly job of workers.jobs, so many hours from now by its own clock."""
        later = f"lambda: now() + timedelta(hours={hours_on})"
        clock = f"now = {jobs}.utc_now; {jobs}.utc_now = {later}"
        line = f"from datetime import timedelta\nfrom workers.jobs import {jobs}\n{clock}\n"
        call = [sys.executable, "-c", f"{line}{jobs}.{name}()"]
        subprocess.run(call, env=self.values, check=True, timeout=60)

    def stop(self) -> None:
        for desk in self._desks.values():
            desk.close()
        for name in list(self.supervisor.running):  # nothing of it is needed any more
            self.supervisor.signal(name, signal.SIGKILL)
        self.supervisor.stop_all()
        self._engine.dispose()

    def start_program(self, name: str) -> None:
        self.supervisor.start(name)
        self._until_ready(name)

    def _until_ready(self, name: str) -> None:
        """Several stacks work at once: longer than a site would wait."""
        until(self.supervisor.programs[name].ready, START_S, 0.1, what=f"{name} is ready")

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash."""
        self.supervisor.signal(name, signal.SIGKILL)
        self.supervisor.running[name].wait(5)

    def freeze(self, name: str) -> None:
        self.supervisor.signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.supervisor.signal(name, signal.SIGCONT)

    def mend(self) -> None:
        """Whatever a scenario left dead, frozen or cut runs again."""
        self.wire.mend()
        if self.database:
            self.database.mend()
        for name, process in list(self.supervisor.running.items()):
            if process.poll() is None:
                self.thaw(name)
            else:
                self.start_program(name)

    def _note(self, line: str) -> None:
        self.notes.append(line)

    # -- the switch

    @property
    def trunk(self) -> tuple[str, int]:
        return self.values["SIP_IP"], int(self.values["TRUNK_PORT"])

    @property
    def agents_address(self) -> tuple[str, int]:
        return self.values["SIP_IP"], int(self.values["AGENTS_PORT"])

    @property
    def domain(self) -> str:
        return self.values["SIP_DOMAIN"]

    def _esl_at(self) -> tuple[str, int, str]:
        password = environment.secret(self.values, "ESL_PASSWORD")
        return self.values["ESL_HOST"], int(self.values["ESL_PORT"]), password

    def api(self, line: str) -> str:
        client = Esl(*self._esl_at())
        try:
            return client.api(line)
        finally:
            client.close()

    def transcript(self) -> Transcript:
        return Transcript(*self._esl_at())

    def channel_rows(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = _json(self.api("show channels as json")).get("rows", [])
        return rows

    def heard_by(self, uuid: str) -> set[str]:
        """The stand-in only: whose voices (channels), and "music", arrive at this channel."""
        answer = self.api(f"rehearsal hears {uuid}") if uuid else ""
        return set() if answer.startswith("-ERR") else set(answer.split())

    def channels(self) -> int:
        """Those in a call. One that has hung up is none any more, though FreeSWITCH may never let
        go of it (docs/decisions/0016)."""
        return sum(row["callstate"] != "HANGUP" for row in self.channel_rows())

    def hung_up_channels(self) -> int:
        return sum(row["callstate"] == "HANGUP" for row in self.channel_rows())

    def switch_agents(self) -> dict[str, dict[str, str]]:
        """mod_callcenter's own rows, by the agents' numbers."""
        lines = [row for row in self.api("callcenter_config agent list").splitlines() if "|" in row]
        rows = [dict(zip(lines[0].split("|"), line.split("|"))) for line in lines[1:]]
        return {row["name"].removesuffix("@default"): row for row in rows}

    # -- Redis

    @cached_property
    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.values["REDIS_URL"], decode_responses=True)

    def switch_is_up(self, since: float = 0) -> bool:
        """What the controller says about its link, at `since` (s) or later."""
        metas = map(_json, self.redis.hgetall("live:meta").values())
        return any(meta.get("switch_up") and meta["at"] >= 1000 * since for meta in metas)

    def agent_view(self, agent_no: str) -> dict[str, Any] | None:
        value = self.redis.hget("live:agents", agent_no)
        return _json(value) if value else None

    def agent_views(self) -> dict[str, dict[str, Any]]:
        """What the controller has written of each agent."""
        return {number: _json(view) for number, view in self.redis.hgetall("live:agents").items()}

    def events(self, contact_id: str) -> list[dict[str, Any]]:
        """Everything told about a contact, in order."""
        for place, fields in self.redis.xrange("calls:events", min=f"({self._read_to}"):
            event = _json(fields["e"])
            self._told[event["contact_id"]].append(event)
            self._read_to = place
        return self._told[contact_id]

    # -- the record

    def rows(self, sql: str, **values: Any) -> list[Mapping[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def change(self, name: str, row_id: int, **values: Any) -> None:
        """Set the stage in a row of the database: what a billing system would have delivered."""
        rows = table(name, column("id"), *map(column, values))
        with self._engine.begin() as connection:
            done = connection.execute(update(rows).where(rows.c.id == row_id).values(**values))
        assert done.rowcount == 1, f"no {name} {row_id}"

    def contact(self, contact_id: str, within: float = 10) -> Mapping[str, Any]:
        """The finished contact's row; waits until the call log has written its end."""
        sql = "select * from contact where pub = :pub and ended_at is not null"
        return until(
            lambda: self.rows(sql, pub=contact_id), within, what=f"contact {contact_id} is closed"
        )[0]

    def of_contact(self, table: str, contact: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        sql = f"select * from {table} where contact_id = :id order by id"
        return self.rows(sql, id=contact["id"])

    def recording(self, key: str) -> Path:
        return Path(self.values["RECORDINGS_DIR"]) / key

    # -- people

    def desk(self, agent_no: str) -> Desk:
        """The agent's desk, logged in with the demonstration password; one for all scenarios."""
        if agent_no not in self._desks:
            self._desks[agent_no] = self.second_desk(agent_no)
        return self._desks[agent_no]

    def second_desk(self, agent_no: str) -> Desk:
        """One more page of the same agent; whoever asks closes it."""
        return self._page(agent_no, "desk")

    @contextmanager
    def board(self, login: str) -> Iterator[Desk]:
        """The board of this user, also of one without an agent number."""
        page = self._page(login, "floor")
        try:
            yield page
        finally:
            page.close()

    def _page(self, login: str, kind: str) -> Desk:
        base = f"http://127.0.0.1:{self.values['PORT']}"
        return Desk(base, login, self.password_of(login), kind)

    def password_of(self, agent_no: str) -> str:
        """The demonstration password."""
        lines = (self.home / "demo-logins.txt").read_text().splitlines()
        passwords = {line.split("\t")[0]: line.split("\t")[1] for line in lines if "\t" in line}
        return passwords[agent_no]

    def internal(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The CRM's internal API with the service token."""
        token = environment.secret(self.values, "INTERNAL_TOKEN")
        url = f"http://127.0.0.1:{self.values['PORT']}/internal{path}"
        headers = {"Authorization": f"Bearer {token}"}
        if body is None:
            answer = requests.get(url, headers=headers, timeout=5)
        else:
            answer = requests.post(url, json=body, headers=headers, timeout=5)
        answer.raise_for_status()
        return answer.json()


def _json(value: Any) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
