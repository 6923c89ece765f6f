"""The administrator: publishes flows and says which number they answer, as a site does it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.live.site import SECOND_NUMBER
from tests.live.stack import Stack
from tests.until import until


class Office:
    """Signed in on the administrator's pages, or as somebody who may open a few of them."""

    def __init__(self, stack: Stack, login: str = "admin") -> None:
        self._stack = stack
        self._base = f"http://127.0.0.1:{stack.values['PORT']}"
        self._http = requests.Session()
        self._send("/login", login_name=login, password=stack.password_of(login))

    def publish_flow(self, document: dict[str, Any]) -> None:
        """By the command that a site uses."""
        file = self._stack.folder / f"{document['code']}.json"
        file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "crm_web.cli", "publish-flow", str(file)],
            env=self._stack.values, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"publish-flow: {done.stdout[-1000:]}{done.stderr[-2000:]}"

    def let_number_reach(self, flow_code: str, number: str = SECOND_NUMBER) -> None:
        """The published number is answered by this flow once the controller knows."""
        self._send(
            f"/org/numbers/{number}",
            number=number,
            label="second",
            flow_code=flow_code,
            queue_code="general",
            active="1",
        )
        until(self._controller_knows, 15, what="the controller has the configuration")

    def staffs(self, queue: str, agent_no: str, level: str) -> None:
        """Give an agent this level in a queue, "" for none, on the page that moves staff."""
        path = f"/supervisor/queues/{queue}"
        inputs = re.findall(r"<input[^>]*>", self._page(path))
        levels = {
            name.group(1): value.group(1)
            for one in inputs
            if (name := re.search(r'name="(level:[0-9]+)"', one))
            and (value := re.search(r'value="([0-9]*)"', one))
        }
        assert f"level:{agent_no}" in levels, f"{agent_no} is not on the page of {queue}"
        self._send(path, **{**levels, f"level:{agent_no}": level, "strategy": "longest_idle"})
        until(self._controller_knows, 15, what="the controller knows the queue's staff")

    @contextmanager
    def without(self, agent_no: str) -> Iterator[None]:
        """Meanwhile this is no agent, by the page of the agents."""
        self._employs(agent_no, "")
        try:
            yield
        finally:
            self._employs(agent_no, "1")

    def _employs(self, agent_no: str, active: str) -> None:
        path = f"/org/agents/{agent_no}"
        [media] = re.findall(r'<option value="(\w+)"[^>]* selected', self._page(path))
        self._send(path, media=media, active=active)
        until(self._controller_knows, 15, what="the controller knows who is an agent")

    @contextmanager
    def recording(self, subject: str, mode: str, direction: str = "any") -> Iterator[None]:
        """Meanwhile calls of this `subject` ("agent:1004") in this direction are recorded so."""
        rules = "/org/recording-rules/"
        self._send(rules, subject=subject, direction=direction, mode=mode)
        until(self._controller_knows, 15, what="the controller has the rule")
        try:
            yield
        finally:
            [made] = re.findall(r"recording-rules/(\d+)/remove", self._page(rules))
            self._send(f"{rules}{made}/remove", form_on=rules)
            until(self._controller_knows, 15, what="the controller has no rule")

    def _controller_knows(self) -> bool:
        published = json.loads(self._stack.redis.get("config:telephony"))["version"]
        metas = self._stack.redis.hgetall("live:meta").values()
        return any(json.loads(meta).get("version") == published for meta in metas)

    def _page(self, path: str) -> str:
        return self._http.get(self._base + path, timeout=10).text

    def _send(self, path: str, form_on: str = "", **fields: str) -> None:
        """Fill in and send the form of a page, which is at the same path or at `form_on`."""
        page = self._page(form_on or path)
        for name in ("csrf_token", "ver"):
            found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page)
            if found:
                fields[name] = found.group(1)
        answer = self._http.post(self._base + path, data=fields, timeout=10)
        assert answer.ok and not answer.url.endswith("/login"), f"{path}: {answer.text[:500]}"
