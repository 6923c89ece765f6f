"""A controller with a small snapshot, fed by hand: what tests of the service share."""

from __future__ import annotations

from typing import Any

from esl_controller.contract.envelope import Envelope
from esl_controller.domain import switch_events as sw
from esl_controller.domain.ids import new_ulid
from esl_controller.domain.snapshot import Snapshot
from esl_controller.ports import AgentRow, ChannelRow, MemberRow, SwitchPicture
from esl_controller.service.agent_handlers import on_tick
from esl_controller.service.command_handlers import on_command
from esl_controller.service.controller import Controller
from esl_controller.service.flow_handlers import FLOW_HANDLERS
from esl_controller.service.items import Effects, PictureTaken, Tick
from esl_controller.service.recovery import on_picture
from esl_controller.service.registry import Registry
from esl_controller.service.switch_handlers import SWITCH_HANDLERS

T0 = 1_795_000_000_000
MEMBER = "11111111-1111-4111-8111-111111111111"
AGENT_LEG = "22222222-2222-4222-8222-222222222222"


def snapshot_json(**changes: Any) -> dict[str, Any]:
    def agent(number: str, media: str = "webrtc") -> dict[str, Any]:
        return {
            "agent_no": number,
            "name": f"坐席{number}",
            "extension": number,
            "media": media,
            "wrap_up_s": 45,
            "ha1": "0" * 32,
        }

    return {
        "v": 1,
        "version": 1,
        "industry": "water",
        "domain": "hotline.clearline",
        "called_numbers": [
            {"number": "96001", "label": "", "flow": "water_main", "fallback_queue": "general"}
        ],
        "flows": {"water_main": {"version": 1, "document": {}}},
        "queues": [
            {
                "code": "general",
                "name": "综合",
                "strategy": "longest_idle",
                "ring_s": 20,
                "wrap_up_s": 30,
                "target_s": 20,
                "short_abandon_s": 5,
                "music": "moh",
                "members": [
                    {"agent_no": number, "level": 1, "position": 1} for number in ("1001", "1002")
                ],
            }
        ],
        "agents": [agent("1001"), agent("1002"), agent("1003", "rehearsal")],
        "recording": {"mode": "always"},
        **changes,
    }


class Hotline:
    """Feeds events and commands, and keeps all effects."""

    def __init__(self) -> None:
        self.controller = Controller(Registry())
        self.registry = self.controller.registry
        self.registry.use(Snapshot.from_json(snapshot_json()))
        self.seen: list[Effects] = []

    def told(self, type_: str | None = None) -> list[Any]:
        facts = [fact for effects in self.seen for fact in effects.facts]
        return [fact for fact in facts if type_ in (None, fact.type)]

    def asked(self) -> list[Any]:
        return [asked.action for effects in self.seen for asked in effects.actions]

    def agent(self, number: str = "1001") -> Any:
        return self.registry.agents[number]

    def call(self) -> Any:
        return self.registry.find_member(MEMBER)

    def event(self, *events: Any) -> Hotline:
        for event in events:
            SWITCH_HANDLERS[type(event)](self.controller, event)
        return self._taken()

    def flow(self, *items: Any) -> Hotline:
        for item in items:
            FLOW_HANDLERS[type(item)](self.controller, item)
        return self._taken()

    def command(self, name: str, number: str = "1001", at: int = T0, **body: Any) -> Hotline:
        envelope = Envelope(new_ulid(at), name, at, "web", None, number, body)
        on_command(self.controller, envelope, body.pop("now", at))
        return self._taken()

    def tick(self, at: int, desks: dict[str, int] | None = None) -> Hotline:
        on_tick(self.controller, Tick(at, desks))
        return self._taken()

    def picture(self, at: int, records: Any = None, *heard: Any, **parts: Any) -> Hotline:
        """The switch's picture comes; `heard` are events since it was asked for."""
        self.registry.phones_told.clear()
        self.event(*heard)
        shape = {"channels": (), "members": (), "agents": (), "extensions": frozenset(), **parts}
        on_picture(self.controller, PictureTaken(SwitchPicture(**shape), records or {}, at))
        return self._taken()

    def _taken(self) -> Hotline:
        self.seen.append(self.controller.take_effects())
        return self

    # --- steps of a usual call ----------------------------------------------------------------

    def ready(self, number: str = "1001") -> Hotline:
        self.event(sw.PhoneRegistered(T0, number))
        return self.command("sign_in", number).command("ready", number)

    def rung(self, at: int = T0 + 2_000, number: str = "1001") -> Hotline:
        return self.event(
            sw.ChannelCreated(T0, MEMBER, True, "callers", "13812340021", "96001", "trunk"),
            sw.QueueJoined(T0 + 1_000, MEMBER, "general", "13812340021"),
            sw.AgentOffered(at, number, "general", MEMBER),
            sw.AgentLegCreated(at + 1, AGENT_LEG, number, "general", MEMBER),
        )

    def talked(self, at: int = T0 + 6_000) -> Hotline:
        self.ready().rung()
        return self.event(sw.AgentAnswered(at, "1001", "general", MEMBER, AGENT_LEG))


def channel(uuid: str, bridged_to: str = "", inbound: bool = True) -> ChannelRow:
    context = "callers" if inbound else "agents"
    return ChannelRow(uuid, inbound, T0, "ACTIVE", context, "13812340021", "96001", bridged_to)


def member(state: str, agent_no: str = "") -> MemberRow:
    return MemberRow("general", MEMBER, state, T0 + 1_000, agent_no)


def agent_row(number: str, status: str) -> AgentRow:
    return AgentRow(number, status, "Waiting", "")
