"""The queue dispatcher and one offer: ring an agent, bridge, and what follows a failure."""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event as Flag

from esl_controller.rehearsal.bridge import claim
from esl_controller.rehearsal.center import SYSTEM, Agent, CallCenter, Member, now
from esl_controller.rehearsal.channel import Party
from esl_controller.rehearsal.event import Value
from esl_controller.rehearsal.phones import dialled, in_domain, media_timeout
from esl_controller.rehearsal.placing import place
from esl_controller.rehearsal.session import Session

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

_UNREGISTERED_DELAY_S = 5
_BRIDGE_WAIT_S = 3.0
# The module notices the end of the agent's leg by polling, when the member has mostly gone on.
_NOTICE_S = 0.02


@dataclass
class Offer:
    """One agent being rung for one member."""

    agent: Agent
    member: Member
    caller: Session
    called_at: int
    leg: Session | None = None
    answered_at: int = 0

    def headers(self) -> dict[str, Value]:
        """The member's headers that every callcenter event of an offer ends with."""
        party = self.caller.party
        found: dict[str, Value] = {
            "CC-Member-UUID": self.member.uuid,
            "CC-Member-Session-UUID": self.member.session_uuid,
            "CC-Member-CID-Name": self.member.cid_name,
            "CC-Member-CID-Number": self.member.cid_number,
        }
        dnis = self.caller.first_dialled
        if dnis and dnis != party.destination:
            found["CC-Member-DNIS"] = dnis
        return found


class Dispatcher:
    """Looks every tick for a waiting member and a free agent, longest idle first."""

    def __init__(self, switch: Switch, pause_s: float) -> None:
        self._switch = switch
        self._center: CallCenter = switch.center
        self._pause = pause_s
        self._poke = Flag()
        self._offers: dict[str, Offer] = {}
        self._loop: gevent.Greenlet | None = None

    def start(self) -> None:
        self._loop = gevent.spawn(self._run)

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.kill()

    def poke(self) -> None:
        """Something changed; look now instead of at the next tick."""
        self._poke.set()

    def withdraw(self, agent: str) -> None:
        """The agent is no longer Available: a ringing offer to it is cancelled."""
        offer = self._offers.get(agent)
        if offer and offer.leg and not offer.leg.answered:
            offer.leg.hang_up("ORIGINATOR_CANCEL")

    def leave(self, member: Member) -> None:
        """The member left the queue: whatever rings for it stops."""
        for offer in list(self._offers.values()):
            if offer.member is member and offer.leg and not offer.leg.bridged.is_set():
                offer.leg.hang_up("ORIGINATOR_CANCEL")

    def _run(self) -> None:
        while True:
            self._poke.wait(self._pause)
            self._poke.clear()
            self._center.discard_abandoned()
            rows = [row for row in self._center.members.values() if row.state == "Waiting"]
            for member in sorted(rows, key=lambda row: -row.score):
                agent = self._pick(member.queue)
                caller = self._switch.sessions.get(member.session_uuid)
                if agent and caller and caller.up:
                    self._begin(agent, member, caller)

    def _pick(self, queue: str) -> Agent | None:
        """The agent of the lowest level who is idle for longest, by the module's own rule."""
        clock = now()
        ready = []
        for tier in self._center.tiers_of(queue=queue):
            agent = self._center.agents.get(tier.agent)
            if (
                agent is not None
                and tier.state in ("No Answer", "Ready")
                and agent.state == "Waiting"
                and agent.status in ("Available", "Available (On Demand)")
                and agent.last_bridge_end + agent.wrap_up_time < clock
                and agent.ready_time <= clock
                and agent.external_calls_count == 0
            ):
                ready.append((tier.level, agent.last_bridge_end, tier.position, agent))
        return min(ready, key=lambda one: one[:3])[3] if ready else None

    def _begin(self, agent: Agent, member: Member, caller: Session) -> None:
        agent.last_offered_call = now()
        member.state, member.serving_agent = "Trying", agent.name
        for tier in self._center.tiers_of(agent=agent.name):
            tier.state = "Offering" if tier.queue == member.queue else "Standby"
        self._center.set_state(agent, "Receiving")
        offer = Offer(agent, member, caller, now())
        self._offers[agent.name] = offer
        self._center.info("agent-offering", {
            "CC-Queue": member.queue, "CC-Agent": agent.name, "CC-Agent-Type": agent.type,
            "CC-Agent-System": SYSTEM, **offer.headers()}, "CC-Queue")
        gevent.spawn(self._offer, offer)

    def _offer(self, offer: Offer) -> None:
        caller = offer.caller
        caller.hold_back()
        try:
            cause = self._ring(offer)
            if cause:
                self._failed(offer, cause)
            else:
                self._bridge(offer)
        finally:
            self._offers.pop(offer.agent.name, None)
            caller.let_go()
            self._free(offer.agent)

    def _ring(self, offer: Offer) -> str:
        """Dial the agent and wait; "" when answered, else the hang-up cause."""
        extension, timeout = dialled(offer.agent.contact)
        known = in_domain(offer.agent.contact, self._switch.settings.sip_domain)
        if not known or not self._switch.phones.registered(extension):
            return "USER_NOT_REGISTERED"
        leg = offer.leg = self._leg(offer, extension, timeout)
        place(leg, extension, timeout)
        if leg.up:
            return ""
        if leg.hangup_cause == "NO_ANSWER":
            self._count_no_answer(offer)
        leg.ended.wait()
        return str(leg.hangup_cause)

    def _leg(self, offer: Offer, extension: str, timeout: int) -> Session:
        member, caller = offer.member, offer.caller
        domain = self._switch.settings.sip_domain
        party = Party(member.cid_number, member.cid_name, extension, "hotline")
        leg = Session(
            self._switch.bus, f"sofia/agents/{extension}@127.0.0.1:6001", "outbound", party,
            presence_id=f"{extension}@{domain}", switch=self._switch, resting=True)
        exported = caller.var("cc_export_vars")
        leg.variables.update({
            "is_outbound": "true", "session_id": str(self._switch.next_session()),
            "channel_name": leg.name, "sofia_profile_name": "agents",
            "cc_queue": member.queue, "cc_queue_joined_epoch": str(member.joined_epoch),
            "cc_member_uuid": member.uuid, "cc_member_session_uuid": member.session_uuid,
            "cc_member_pre_answer_uuid": member.uuid, "cc_agent": offer.agent.name,
            "cc_agent_type": offer.agent.type, "cc_side": "agent",
            "ignore_early_media": "true",
            "origination_caller_id_name": member.cid_name,
            "origination_caller_id_number": member.cid_number,
            "leg_timeout": str(timeout), "dialed_user": extension, "dialed_domain": domain,
            "sip_to_user": extension,
        })
        if silence := media_timeout(offer.agent.contact):
            leg.variables["media_timeout"] = silence
        if exported:
            leg.variables["cc_export_vars"] = exported
            for name in exported.split(","):
                if name in caller.variables:
                    leg.variables[name] = caller.variables[name]
        return leg

    def _count_no_answer(self, offer: Offer) -> None:
        agent = offer.agent
        agent.no_answer_count += 1
        agent.ready_time = now() + agent.no_answer_delay_time
        if 0 < agent.max_no_answer <= agent.no_answer_count:
            self._center.info("agent-max-no-answer", {
                "CC-Agent": agent.name,
                "CC-Agent-No-Answer-Count": str(agent.no_answer_count),
                "CC-Agent-No-Answer-Status": "On Break",
                "CC-Member-UUID": offer.member.uuid,
                "CC-Member-Session-UUID": offer.member.session_uuid}, "CC-Agent")
            self._center.set_status(agent, "On Break")

    def _failed(self, offer: Offer, cause: str) -> None:
        agent, member = offer.agent, offer.member
        delay = {
            "USER_BUSY": agent.busy_delay_time, "CALL_REJECTED": agent.reject_delay_time,
            "USER_NOT_REGISTERED": _UNREGISTERED_DELAY_S,
        }.get(cause, 0)
        if delay:
            agent.ready_time = now() + delay
        self._center.info("bridge-agent-fail", {
            "CC-Queue": member.queue, "CC-Hangup-Cause": cause, "CC-Agent": agent.name,
            "CC-Agent-System": SYSTEM, "CC-Agent-Called-Time": str(offer.called_at),
            "CC-Agent-Aborted-Time": str(now()), **offer.headers(),
            "CC-Member-Joined-Time": str(member.joined_epoch)}, "CC-Queue")
        if member.state == "Trying":
            member.state, member.serving_agent = "Waiting", ""
        for tier in self._center.tiers_of(agent=agent.name):
            counted = cause == "NO_ANSWER" and tier.queue == member.queue
            tier.state = "No Answer" if counted else "Ready"

    def _bridge(self, offer: Offer) -> None:
        agent, member, caller, leg = offer.agent, offer.member, offer.caller, offer.leg
        assert leg is not None
        offer.answered_at = member.bridge_epoch = now()
        leg.hold_back()
        leg.variables.pop("cc_member_pre_answer_uuid", None)
        times: dict[str, Value] = {
            "CC-Agent": agent.name, "CC-Agent-System": SYSTEM, "CC-Agent-UUID": leg.uuid,
            "CC-Agent-Called-Time": str(offer.called_at),
            "CC-Agent-Answered-Time": str(offer.answered_at)}
        joined: dict[str, Value] = {"CC-Member-Joined-Time": str(member.joined_epoch)}
        queue: dict[str, Value] = {"CC-Queue": member.queue}
        leg.fire("CHANNEL_OUTGOING")
        leg.fire("CUSTOM", {**queue, "CC-Action": "bridge-agent-start", **times, **joined,
                            **offer.headers()}, subclass="callcenter::info")
        agent.calls_answered, agent.no_answer_count = agent.calls_answered + 1, 0
        agent.uuid, agent.last_bridge_start = leg.uuid, now()
        self._center.queue(member.queue).calls_answered += 1
        caller.variables.update({
            "cc_agent_uuid": leg.uuid, "cc_agent_bridged": "true",
            "cc_queue_answered_epoch": str(now()), "cc_cause": "answered"})
        claim(caller, leg)
        gevent.wait([leg.bridged, leg.reported], timeout=_BRIDGE_WAIT_S, count=1)
        bridged = leg.bridged.is_set()
        # Not before: in a second queue the caller still has the name of the first one's agent.
        caller.variables["cc_agent"] = agent.name
        member.state = "Answered"
        for tier in self._center.tiers_of(queue=member.queue, agent=agent.name):
            tier.state = "Active Inbound"
        if bridged:
            self._center.set_state(agent, "In a queue call")
        else:
            leg.hang_up("ORIGINATOR_CANCEL")
        leg.reported.wait()
        gevent.sleep(_NOTICE_S)
        agent.last_bridge_end = now()
        agent.talk_time += now() - agent.last_bridge_start
        agent.uuid = ""
        ended = str(now())
        leg.fire("CUSTOM", {
            **queue, "CC-Action": "bridge-agent-end", "CC-Hangup-Cause": "SUCCESS", **times,
            "CC-Agent-Bridged": "true" if bridged else "false", **joined,
            "CC-Bridge-Terminated-Time": ended, **offer.headers()},
            subclass="callcenter::info")
        if bridged:
            caller.variables["cc_queue_terminated_epoch"] = ended
            caller.fire("CUSTOM", {
                **queue, "CC-Action": "member-queue-end", "CC-Hangup-Cause": "SUCCESS",
                "CC-Cause": "Terminated", **times, "CC-Member-Leaving-Time": ended, **joined,
                **offer.headers()}, subclass="callcenter::info")
            self._center.members.pop(member.uuid, None)
        phone = self._switch.phones.get(dialled(agent.contact)[0])
        if phone.leg is leg:
            phone.leg = None
        gevent.spawn_later(0, leg.let_go)

    def _free(self, agent: Agent) -> None:
        for tier in self._center.tiers_of(agent=agent.name):
            if tier.state != "No Answer":
                tier.state = "Ready"
        self._center.set_state(agent, "Waiting")
        self.poke()
