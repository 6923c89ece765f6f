"""The controller's composition root: builds every part, starts them, stops them in reverse."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from gevent.pool import Group

from esl_controller.adapters.cdr_files import CdrFiles
from esl_controller.adapters.crm_client import HttpCrm
from esl_controller.adapters.esl_leg import EslLeg
from esl_controller.adapters.esl_link import EslLink
from esl_controller.adapters.esl_outbound import OutboundCalls
from esl_controller.adapters.esl_switch import EslSwitch
from esl_controller.adapters.message_files import MessageFiles
from esl_controller.adapters.phone_sessions import PhoneSessions
from esl_controller.adapters.prompt_orders import PromptOrders
from esl_controller.adapters.redis_client import connect
from esl_controller.adapters.redis_commands import RedisCommandSource
from esl_controller.adapters.redis_events import RedisEventSink
from esl_controller.adapters.redis_live import RedisLive, RedisPresence
from esl_controller.adapters.snapshot_store import SnapshotStore
from esl_controller.adapters.system_clock import SystemClock
from esl_controller.adapters.xml_server import XmlServer
from esl_controller.contract import keys
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call
from esl_controller.domain.callers import CallerProfile
from esl_controller.domain.errors import SwitchRefused, SwitchUnavailable
from esl_controller.domain.snapshot import Snapshot
from esl_controller.service.action_runner import ActionRunner
from esl_controller.service.controller import Controller
from esl_controller.service.flows import FlowReporter, FlowShelf
from esl_controller.service.items import CallersMissed, PictureTaken, SnapshotLoaded, Tick
from esl_controller.service.loop import Loop
from esl_controller.service.registry import Registry
from esl_controller.service.switchboard import LoopSwitchboard
from esl_controller.settings import Settings
from ivr_scripts.prompts.book import AUDIO, SoundBook, shipped_texts
from ivr_scripts.runner import Runner
from ivr_scripts.state import Facts
from ivr_scripts.validation import load_flow

log = logging.getLogger(__name__)

TICK_S = 1.0
CONFIG_EVERY_S = 30.0
RESYNC_AGAIN_S = 3.0
#: After the picture, so that the files of channels that ended meanwhile are written.
LOOK_BACK_S = 3.0
#: A phone that registered as the link came up may be in no event of ours and not yet in the
#: switch's table, which it writes a moment later.
SECOND_LOOK_S = 2.0
PHONE_LOOKUP_S = 0.5  # FreeSWITCH waits 2 s for the whole answer, and the phone with it


class App:
    """All parts of one controller. Nothing connects before start()."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()
        client = connect(settings.redis_url)
        self.registry = Registry()
        self.link = EslLink(
            settings.esl_host, settings.esl_port, settings.esl_password, self._on_switch_event
        )
        self.switch = EslSwitch(
            self.link,
            str(settings.recordings_dir),
            _make_folder,
            settings.sip_domain,
            settings.carrier,
        )
        self.sink = RedisEventSink(client, settings.home / "controller" / "events.spool")
        self.live = RedisLive(client)
        self.presence = RedisPresence(client)
        self.commands = RedisCommandSource(client, settings.node)
        self.store = SnapshotStore(client, settings.home / "controller" / "snapshot.json")
        self.cdrs = CdrFiles(settings.cdr_dir)
        self.runner = ActionRunner(self.switch, self.clock, self._put)
        self.resync_wanted = Event()
        self.config_wanted = Event()
        self.loop = Loop(
            Controller(
                self.registry,
                barred_prefixes=settings.barred_prefixes,
                zone=settings.time_zone,
                area_code=settings.area_code,
            ),
            self.sink,
            self.live,
            self.runner,
            self.clock,
            settings.node,
            on_link_up=self._want_pictures,
            on_config=self.config_wanted.set,
        )
        self.shelf = FlowShelf(_runnable)
        self.flow_runner = Runner(
            HttpCrm(settings.crm_url, settings.internal_token),
            SoundBook(
                AUDIO,
                settings.prompts_dir,
                shipped_texts(),
                render=PromptOrders(client).order,
            ),
            self.clock,
            switchboard=LoopSwitchboard(self._put, self.clock),
            find_flow=self.shelf.find,
        )
        self.calls = OutboundCalls(
            settings.outbound_host,
            settings.outbound_port,
            self._call,
            files=MessageFiles(str(settings.recordings_dir)),
        )
        self.xml = XmlServer(
            settings.xml_host,
            settings.xml_port,
            settings.xml_password,
            lambda: self.registry.snapshot,
            self.health,
            PhoneSessions(connect(settings.redis_url, PHONE_LOOKUP_S)).ha1_of,
        )
        self.greenlets = Group()

    # --- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Raises OSError when a port is taken; absent neighbours are waited for, not fatal."""
        (self.settings.home / "controller").mkdir(parents=True, exist_ok=True, mode=0o700)
        self._remember()
        self.sink.start()
        self.live.start()
        self._load_config()  # before the link: a picture without a snapshot names nobody
        for work in (self.loop.run, self._tick, self._read_commands, self._config, self._resync):
            self.greenlets.spawn(self._forever, work)
        self.xml.start()
        self.calls.start()
        self.link.start()

    def stop(self) -> None:
        """Stop taking calls, tell what is known, and leave the rest on disk."""
        self.calls.stop()
        self.link.stop()
        self.greenlets.kill(timeout=2)
        self.loop.flush()
        self.sink.stop()
        self.live.stop()
        self.xml.stop()

    def health(self) -> Mapping[str, Any]:
        """Read by GET /healthz of this process."""
        snapshot = self.registry.snapshot
        return {
            "ok": self.link.up and snapshot is not None,
            "switch_up": self.link.up,
            "switch_trouble": self.link.trouble,
            "switch_answer_ms": round(self.link.probe_ms, 1),
            "snapshot_version": snapshot.version if snapshot else None,
            "redis_up": self.sink.up,
            "events_waiting": self.sink.waiting,
            "events_lost": self.sink.dropped,
            "loop_waiting": self.loop.queue.qsize(),
            "calls": sum(1 for call in self.registry.calls.values() if not call.ended_at),
            "flows_running": self.calls.calls,
        }

    def _remember(self) -> None:
        """Take over what an earlier life of this process believed; the picture corrects it."""
        for contact_id, raw in self.live.load(keys.STATE_CALLS).items():
            call = _remembered(Call, contact_id, raw)
            if call:
                self.registry.put_call(call)
        for agent_no, raw in self.live.load(keys.STATE_AGENTS).items():
            agent = _remembered(Agent, agent_no, raw)
            if agent:
                self.registry.agents[agent_no] = agent
        meta = self.live.load(keys.LIVE_META).get(self.settings.node, {})
        self.loop.last_event_at = int(meta.get("last_event_at") or 0)

    # --- greenlets ----------------------------------------------------------------------------

    def _forever(self, work: Callable[[], None]) -> None:
        """The outermost frame of every greenlet: none of them may end."""
        while True:
            try:
                work()
            except Exception:
                log.exception("%s failed and begins again", getattr(work, "__name__", work))
                gevent.sleep(1)

    def _put(self, item: Any) -> None:
        self.loop.put(item)

    def _on_switch_event(self, event: Any) -> None:
        self.loop.put(event)

    def _tick(self) -> None:
        gevent.sleep(TICK_S)
        desks = self.presence.desks()
        self.loop.put(Tick(self.clock.now_ms(), desks))

    def _read_commands(self) -> None:
        for command in self.commands.receive(1.0):
            self.loop.put(command)

    def _config(self) -> None:
        """Load the snapshot when told, and look now and then in case the telling was missed."""
        self.config_wanted.wait(CONFIG_EVERY_S)
        self.config_wanted.clear()
        self._load_config()

    def _load_config(self) -> None:
        snapshot = self.store.load()
        current = self.registry.snapshot
        if snapshot and (current is None or current.version != snapshot.version):
            log.info("using telephony snapshot %s", snapshot.version)
            self.shelf.use(snapshot)
            self.flow_runner = replace(
                self.flow_runner, queues={queue.code for queue in snapshot.queues}
            )
            self.loop.put(SnapshotLoaded(snapshot, self.clock.now_ms()))

    def _want_pictures(self) -> None:
        self.resync_wanted.set()
        gevent.spawn_later(SECOND_LOOK_S, self.resync_wanted.set)

    def _resync(self) -> None:
        """Make the switch equal to the snapshot and take its picture, until both succeed."""
        self.resync_wanted.wait()
        self.resync_wanted.clear()
        if not self.link.up:
            return  # asked for anew when it is
        asked_at = self.clock.now_ms()
        try:
            if self.registry.snapshot:
                self.switch.sync(self.registry.snapshot)
            picture = self.switch.picture()
        except (SwitchUnavailable, SwitchRefused) as error:
            log.warning("the switch's picture could not be taken: %s", error.message)
            gevent.sleep(RESYNC_AGAIN_S)
            if self.link.up:
                self.resync_wanted.set()
            return
        alive = {channel.uuid for channel in picture.channels}
        believed = {leg for leg in self.registry.legs if leg not in alive}
        records = {leg: record for leg in believed if (record := self.cdrs.find(leg))}
        self.loop.put(PictureTaken(picture, records, asked_at))
        if self.loop.blind_since:
            gevent.spawn_later(LOOK_BACK_S, self._look_back, self.loop.blind_since)

    def _look_back(self, since: int) -> None:
        """Callers who came and went while nobody listened."""
        callers = self.cdrs.callers_since(since)
        self.loop.blind_since = 0
        if callers:
            legs = [leg for caller in callers for leg in (caller.uuid, caller.agent_leg) if leg]
            records = {leg: record for leg in legs if (record := self.cdrs.find(leg))}
            self.loop.put(CallersMissed(tuple(callers), records, self.clock.now_ms()))

    # --- calls --------------------------------------------------------------------------------

    def _call(self, leg: EslLeg) -> None:
        """One caller in a flow: that of the number, or the one a desk has sent the caller to.
        Returning leaves the call to the dialplan's fallback."""
        wanted = leg.wanted_flow
        number = leg.called_number
        flow = self.shelf.find(wanted) if wanted else self.shelf.find_for_number(number)
        if flow is None:
            log.error("no flow %s for %s: the dialplan's fallback takes it", wanted, number)
            return
        reporter = FlowReporter(leg, self.clock, self._put)
        self.flow_runner.run(leg, flow, reporter, _learnt(self.registry.calls.get(leg.contact_id)))


def _runnable(document: Any, version: int, snapshot: Snapshot) -> Any:
    return load_flow(
        document,
        version=version,
        prompts=shipped_texts(),
        queues={queue.code for queue in snapshot.queues},
    )


def _learnt(call: Call | None) -> Facts | None:
    """What is known of a caller who comes into a menu once more; None for a new one."""
    if call is None:
        return None
    profile = CallerProfile.from_json(call.profile) if call.profile else None
    return Facts(profile=profile, account_no=call.account_no or "", messages=call.messages)


def _remembered(shape: Any, field: str, raw: Mapping[str, Any]) -> Any | None:
    """None for what an older version wrote in another shape."""
    try:
        return shape.from_json(raw)
    except (TypeError, KeyError, ValueError) as error:
        log.error("%s: what was remembered has another shape: %s", field, error)
        return None


def _make_folder(path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
