"""What the scenarios stand on. They run by `make test-live` only: it looks for FreeSWITCH first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from xdist.scheduler import LoadScopeScheduling

from tests.actors.phone import RING, Policy, SipPhone
from tests.database import has_postgresql
from tests.live.marks import freeswitch_only
from tests.live.scene import Scene
from tests.live.seeded import seeded_postgresql
from tests.live.stack import Stack
from tests.live.switch import FreeswitchProcess, settings_in

DOMAIN = "hotline.clearline"
#: Files whose scenarios share something dear to begin: one browser, one switch, one new flow.
TOGETHER = ("test_browser_agent.py", "test_freeswitch_conf.py", "test_menu_transfer.py")


#: These begin first: a long scenario that begins last keeps everybody waiting for one worker.
LONGEST = (
    "test_browser_agent.py", "test_menu_transfer.py", "test_walk.py", "test_heard_by_callers.py",
    "test_departures.py", "test_complete_life.py", "test_voicemail.py",
)  # fmt: skip


class SharedOut(LoadScopeScheduling):
    """Scenarios go to whichever worker is free, those of a TOGETHER file to one and the same."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(TOGETHER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedOut:
    return SharedOut(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The hook is shown every test of the session; only those of this folder are meant."""
    for item in (item for item in items if Path(__file__).parent in item.path.parents):
        item.add_marker(pytest.mark.live)
        if not os.environ.get("CLEARLINE_LIVE"):
            item.add_marker(pytest.mark.skip(reason="run by make test-live"))
        if "switch" in getattr(item, "fixturenames", ()):
            item.add_marker(freeswitch_only("about the switch's own configuration"))
    items.sort(key=lambda item: item.path.name not in LONGEST)


def secret_of(extension: str) -> str:
    return f"phone-secret-of-{extension}"


def ha1(extension: str) -> str:
    text = f"{extension}:{DOMAIN}:{secret_of(extension)}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreeswitchProcess]:
    """FreeSWITCH alone: no controller listens, the directory is the static fallback."""
    folder = Path(tmp_path_factory.mktemp("switch"))
    snapshot = {
        "queues": [{"code": "general", "strategy": "longest_idle"}],
        "agents": [
            {"extension": number, "media": "sip", "ha1": ha1(number)} for number in ("1001", "1002")
        ],
    }
    settings = settings_in(folder, caller_media_timeout_ms=3000)
    process = FreeswitchProcess(folder, settings, snapshot)
    process.start()
    yield process
    process.stop()


@pytest.fixture()
def caller(switch: FreeswitchProcess) -> Iterator[Callable[..., SipPhone]]:
    """Makes callers on the trunk; hangs them up at the end."""
    made: list[SipPhone] = []

    def make(number: str = "13800138000", tone_hz: int = 500) -> SipPhone:
        made.append(SipPhone(number, switch.trunk, tone_hz=tone_hz))
        return made[-1]

    yield make
    _leave(made)


@pytest.fixture()
def phone(switch: FreeswitchProcess) -> Iterator[Callable[..., SipPhone]]:
    """Makes agents' phones; hangs them up at the end."""
    made: list[SipPhone] = []

    def make(extension: str, tone_hz: int = 700, policy: Policy = RING) -> SipPhone:
        made.append(
            SipPhone(
                extension,
                switch.agents,
                domain=DOMAIN,
                password=secret_of(extension),
                tone_hz=tone_hz,
                policy=policy,
            )
        )
        return made[-1]

    yield make
    _leave(made)


def _leave(phones: list[SipPhone]) -> None:
    for one in phones:
        for call in one.calls:
            call.hang_up()
    for one in phones:
        one.close()


# -- the whole product


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Stack]:
    """Every program, on the switch that SWITCH names; one for all scenarios."""
    folder = Path(os.environ.get("CLEARLINE_LIVE_FOLDER") or tmp_path_factory.mktemp("stack"))
    which, url = os.environ.get("SWITCH", "freeswitch"), os.environ.get("LIVE_DATABASE_URL", "")
    with ExitStack() as around:
        server = None
        if not url and has_postgresql():
            server = around.enter_context(seeded_postgresql(folder / "home"))
        running = Stack(folder, which, url, breakable=True, database=server)
        around.callback(running.stop)
        running.start()
        yield running
        _kept_by_switch(request.config, running.hung_up_channels())


@pytest.fixture()
def scene(stack: Stack, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """One scenario's cast. Afterwards nothing of it may be left on the switch."""
    scene = Scene(stack)
    yield scene
    failed = getattr(request.node, "failed", False)
    scene.end(keep_as=request.node.name if failed else "")


# -- a scenario that failed is told on one more chance, and the report says so

AGAIN = "run again"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """With LIVE_TWICE, run a scenario that failed once more. One that fails only once counts as
    passed then, with a line in the report that cannot be overlooked."""
    if not os.environ.get("LIVE_TWICE") or not os.environ.get("CLEARLINE_LIVE"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = [report for report in reports if report.failed]
    if failed and item.session.testsfailed < 5:
        why = str(failed[0].longrepr).strip().splitlines()[-3:]
        setattr(item, "failed", False)
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            report.user_properties.append((AGAIN, " | ".join(line.strip() for line in why)))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


# -- channels that hung up and that FreeSWITCH did not let go of (docs/decisions/0016)

KEPT = pytest.StashKey[int]()


def _kept_by_switch(config: pytest.Config, count: int) -> None:
    config.stash[KEPT] = config.stash.get(KEPT, 0) + count
    if hasattr(config, "workeroutput"):
        config.workeroutput["kept"] = config.stash[KEPT]


def pytest_testnodedown(node: Any) -> None:
    """A worker that has finished hands in its count."""
    _kept_by_switch(node.config, getattr(node, "workeroutput", {}).get("kept", 0))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if kept := terminalreporter.config.stash.get(KEPT, 0):
        line = f"NOT LET GO: {kept} channels that had hung up, see docs/decisions/0016"
        terminalreporter.write_line(line, red=True, bold=True)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, why in getattr(report, "user_properties", ()):
                if name == AGAIN and report.when == "call":
                    line = f"NOT STEADY: {report.nodeid} failed once, then {outcome}: {why}"
                    terminalreporter.write_line(line, red=True, bold=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" and report.failed:
        item.failed = True  # type: ignore[attr-defined]
