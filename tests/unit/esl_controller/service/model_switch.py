"""A small model of the switch: it carries out the controller's Actions and answers with the
SwitchEvents that FreeSWITCH would send, so that long histories can be walked without processes.

Channels, bridges with what happens after them, parking, one queue module, conferences and
listening. People act through the methods without a leading underscore. `events` is what waits on
the wire; `failed` what the switch refused.
"""

from __future__ import annotations

import random
import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from esl_controller.domain import actions
from esl_controller.domain import switch_events as sw
from esl_controller.domain.rejoin import GRACE_MS, LOST_CAUSES

BLOCKED_MS = 5_000  # mod_callcenter's reject_delay_time and its like


class Refused(Exception):
    """The switch's `-ERR …`."""


@dataclass
class Channel:
    """`doing` is flow, queue, offered, bridge, park, music, orphan, conference or listen; `other`
    the partner, room or target; `after` what the end of a bridge brings: park, hangup or talk."""

    uuid: str
    kind: str  # caller, agent or outside
    who: str
    born_at: int
    up: bool = False
    doing: str = "park"
    other: str = ""
    after: str = "hangup"
    queue: str = ""
    member: str = ""  # of an agent's leg that the queue placed
    placed: Any = None  # the Dial or Listen that placed it
    until: int = 0
    files: list[str] = field(default_factory=list)


class ModelSwitch:
    def __init__(self, now: int, tiers: dict[str, list[str]], dice: random.Random) -> None:
        self.now, self.tiers, self.dice = now, tiers, dice
        self.channels: dict[str, Channel] = {}
        self.waiting: list[str] = []
        self.status: dict[str, str] = {}
        self.busy: set[str] = set()  # agents whom the queue rings or has connected
        self.blocked: dict[str, int] = {}
        self.phones: set[str] = set()
        self.events: list[Any] = []
        self.failed: list[tuple[Any, str]] = []
        self.count = 0

    # --- people -------------------------------------------------------------------------------

    def arrive(self, number: str) -> str:
        leg = self._name(True)
        self.channels[leg] = Channel(leg, "caller", number, self.now, True, "flow", after="talk")
        self._tell(sw.ChannelCreated, leg, True, "callers", number, "96001", "trunk")
        return leg

    def queue(self, leg: str, code: str) -> None:
        channel = self.channels[leg]
        channel.doing, channel.queue = "queue", code
        self.waiting.append(leg)
        self._tell(sw.QueueJoined, leg, code, channel.who)
        self._distribute()

    def register(self, extension: str, on: bool) -> None:
        (self.phones.add if on else self.phones.discard)(extension)
        self._tell(sw.PhoneRegistered if on else sw.PhoneUnregistered, extension)

    def pick_up(self, leg: str) -> None:
        """Whoever it rings at answers."""
        channel = self.channels[leg]
        channel.up = True
        if channel.doing == "offered":
            self.waiting.remove(channel.member)
            self._join(self.channels[channel.member], channel, "talk", "hangup")
            answered = (channel.who, channel.queue, channel.member, leg)
            self._tell(sw.AgentAnswered, *answered)
            return
        self._tell(sw.ChannelAnswered, leg)
        if isinstance(channel.placed, actions.Listen):
            if channel.placed.target_leg not in self.channels:
                self.end(leg)
            else:
                channel.doing, channel.other = "listen", channel.placed.target_leg

    def end(self, leg: str, cause: str = "NORMAL_CLEARING", by_remote: bool = False) -> None:
        """The channel's end, whoever wanted it, and all that follows from it."""
        channel = self.channels.pop(leg, None)
        if channel is None:
            return
        waited = leg in self.waiting
        if waited:
            self.waiting.remove(leg)
        for path in channel.files:
            self._tell(sw.RecordingStopped, leg, path, 1000, 16000)
        told: list[Callable[[], None]] = [lambda: self._tell_end(channel, cause, by_remote)]
        if channel.placed and not channel.up:
            told.append(lambda: self.failed.append((channel.placed, f"-ERR {cause}")))
        if channel.member:
            told.append(lambda: self._queue_word(channel, cause))
        self.dice.shuffle(told)
        for tell in told:
            tell()
        self._left(channel, cause)
        if waited:
            self._abandon(channel)
        for other in list(self.channels.values()):
            if other.doing == "listen" and other.other == leg:
                self.end(other.uuid)
        self._distribute()

    def pass_time(self, ms: int) -> None:
        self.now += ms
        for channel in list(self.channels.values()):
            if channel.doing == "orphan" and self.now >= channel.until:
                self.queue(channel.uuid, channel.queue)
        self._distribute()

    # --- the controller -----------------------------------------------------------------------

    def carry_out(self, asked: Any) -> None:
        """Raises Refused."""
        getattr(self, f"_do_{type(asked).__name__}")(asked)
        self._distribute()

    def _do_SetAgentStatus(self, asked: actions.SetAgentStatus) -> None:
        self.status[asked.agent_no] = asked.status
        self._tell(sw.AgentStatusChanged, asked.agent_no, asked.status)

    def _do_HangUp(self, asked: actions.HangUp) -> None:
        self.end(asked.leg, asked.cause)

    def _do_Hold(self, asked: Any) -> None:
        self._up(asked.leg)

    _do_Resume = _do_Mute = _do_SendDigits = _do_SetListenMode = _do_MaskRecording = _do_Hold
    _do_BearSilence = _do_Hold

    def _do_StartRecording(self, asked: actions.StartRecording) -> None:
        self._up(asked.leg).files.append(asked.storage_key)
        self._tell(sw.RecordingStarted, asked.leg, asked.storage_key)

    def _do_StopRecording(self, asked: actions.StopRecording) -> None:
        files = self._up(asked.leg).files
        if asked.storage_key not in files:
            raise Refused("-ERR not recording")
        files.remove(asked.storage_key)
        self._tell(sw.RecordingStopped, asked.leg, asked.storage_key, 1000, 16000)

    def _do_Dial(self, asked: actions.Dial) -> None:
        kind, who = asked.target.kind, asked.target.value
        in_use = [c for c in self.channels.values() if c.kind == "agent" and c.who == who]
        if kind == "agent" and asked.target.extension not in self.phones:
            raise Refused("-ERR USER_NOT_REGISTERED")
        self._place(Channel(asked.leg, kind, who, self.now, placed=asked))
        if in_use and not asked.auto_answer:
            self.end(asked.leg, "USER_BUSY", True)
        elif asked.auto_answer and self.dice.random() < 0.8:
            self.pick_up(asked.leg)

    def _do_Listen(self, asked: actions.Listen) -> None:
        if asked.extension not in self.phones:
            raise Refused("-ERR USER_NOT_REGISTERED")
        self._place(Channel(asked.leg, "agent", asked.extension, self.now, placed=asked))
        if self.dice.random() < 0.8:
            self.pick_up(asked.leg)

    def _place(self, channel: Channel) -> None:
        self.channels[channel.uuid] = channel
        self._tell(sw.ChannelCreated, channel.uuid, False, "agents", "", channel.who, "agents")

    def _do_SplitToMusic(self, asked: actions.SplitToMusic) -> None:
        leg, other = self._up(asked.leg), self._up(asked.other)
        leg.after = other.after = "park"
        bridged = leg.doing == "bridge" and leg.other == other.uuid
        self._leave(leg)
        leg.doing = "music"
        if bridged:
            other.doing, other.other = "music", ""

    def _do_PlayMusic(self, asked: Any) -> None:
        leg = self._up(asked.leg)
        self._leave(leg)
        leg.doing = "music"

    _do_Ringback = _do_PlayMusic

    def _do_Bridge(self, asked: actions.Bridge) -> None:
        leg, other = self._up(asked.leg), self._up(asked.other)
        afters = ("park", "park") if asked.keep else ("talk", "hangup")
        self._join(leg, other, *afters)
        self._tell(sw.ChannelBridged, leg.uuid, other.uuid)

    def _do_EndTogether(self, asked: actions.EndTogether) -> None:
        leg, other = self._up(asked.leg), self.channels.get(asked.other)
        leg.after = "talk"
        if other:
            other.after = "hangup"
        else:
            self.end(leg.uuid)

    def _do_SendToQueue(self, asked: actions.SendToQueue) -> None:
        leg = self._up(asked.leg)
        self._leave(leg)
        if leg.uuid in self.channels:
            leg.after = "talk"
            self.queue(leg.uuid, asked.queue)

    def _do_SendToFlow(self, asked: actions.SendToFlow) -> None:
        leg = self._up(asked.leg)
        self._leave(leg)
        leg.after, leg.doing = "talk", "flow"

    def _do_JoinConference(self, asked: actions.JoinConference) -> None:
        legs = [self._up(leg) for leg in asked.legs]
        for leg in legs:
            leg.after = "park"
        for leg in legs:
            self._leave(leg)
            leg.doing, leg.other = "conference", asked.name

    # --- inside -------------------------------------------------------------------------------

    def _up(self, leg: str) -> Channel:
        channel = self.channels.get(leg)
        if channel is None or not channel.up:
            raise Refused("-ERR No such channel!")
        return channel

    def _join(self, leg: Channel, other: Channel, after: str, other_after: str) -> None:
        if not (leg.doing == "bridge" and leg.other == other.uuid):
            self._leave(other)
            self._leave(leg)
        leg.after, other.after = after, other_after
        leg.doing = other.doing = "bridge"
        leg.other, other.other = other.uuid, leg.uuid

    def _leave(self, channel: Channel) -> None:
        """Stop what it does; whom it leaves alone does as told before."""
        was = replace(channel)
        if channel.uuid in self.waiting:
            self.waiting.remove(channel.uuid)
            self._abandon(channel, hung_up=False)
        channel.doing, channel.other = "park", ""
        self._left(was, "NORMAL_CLEARING")

    def _left(self, channel: Channel, cause: str) -> None:
        partner = self.channels.get(channel.other) if channel.doing == "bridge" else None
        if partner is None or partner.other != channel.uuid:
            return
        partner.doing, partner.other = "park", ""
        if partner.after == "talk" and partner.queue and cause in LOST_CAUSES:
            partner.doing, partner.until = "orphan", self.now + GRACE_MS
        elif partner.after in ("talk", "hangup"):
            self.end(partner.uuid)

    def _tell_end(self, channel: Channel, cause: str, by_remote: bool) -> None:
        up_at = channel.born_at if channel.up else 0
        inbound = "callers" if channel.kind == "caller" else "agents"
        times = (channel.born_at, 0, up_at)
        self._tell(
            sw.ChannelHungUp, channel.uuid, cause, "200", by_remote, *times, "PCMU", "", "", inbound
        )

    def _queue_word(self, leg: Channel, cause: str) -> None:
        """What mod_callcenter tells when the leg that it placed has ended."""
        self.busy.discard(leg.who)
        if leg.up:
            self._tell(sw.AgentTalkEnded, leg.who, leg.queue, leg.member, cause)
            gone = leg.member not in self.channels
            self._tell(sw.QueueLeft, leg.member, leg.queue, "Terminated", "", gone)
            return
        self.blocked[leg.who] = self.now + BLOCKED_MS
        if cause in ("NO_ANSWER", "USER_NOT_REGISTERED"):
            self.status[leg.who] = "On Break"
            self._tell(sw.AgentStatusChanged, leg.who, "On Break")
        self._tell(sw.AgentOfferFailed, leg.who, leg.queue, leg.member, cause)

    def _abandon(self, member: Channel, hung_up: bool = True) -> None:
        for leg in list(self.channels.values()):
            if leg.member == member.uuid and not leg.up:
                self.end(leg.uuid, "ORIGINATOR_CANCEL")
        self._tell(sw.QueueLeft, member.uuid, member.queue, "Cancel", "BREAK_OUT", hung_up)

    def _distribute(self) -> None:
        rung = {c.member for c in self.channels.values() if c.member and not c.up}
        for member in [leg for leg in self.waiting if leg not in rung]:
            code = self.channels[member].queue
            free = [one for one in self.tiers[code] if self._free(one)]
            if free:
                self._offer(self.dice.choice(free), code, member)

    def _free(self, agent_no: str) -> bool:
        blocked = self.blocked.get(agent_no, 0) > self.now
        return self.status.get(agent_no) == "Available" and agent_no not in self.busy | (
            {agent_no} if blocked else set()
        )

    def _offer(self, agent_no: str, code: str, member: str) -> None:
        leg = Channel(self._name(False), "agent", agent_no, self.now, doing="offered", queue=code)
        leg.member = member
        self.busy.add(agent_no)
        self._tell(sw.AgentOffered, agent_no, code, member)
        if agent_no not in self.phones:
            self._queue_word(leg, "USER_NOT_REGISTERED")
            return
        self.channels[leg.uuid] = leg
        self._tell(sw.AgentLegCreated, leg.uuid, agent_no, code, member)

    def _name(self, caller: bool) -> str:
        self.count += 1
        return str(uuids.UUID(int=((1 if caller else 2) << 120) + self.count))

    def _tell(self, kind: Any, *rest: Any) -> None:
        self.now += 20
        self.events.append(kind(self.now, *rest))
