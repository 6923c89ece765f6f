"""After a reconnect: make the registry agree with the switch, and tell what was missed.

Works the same whether the link, the controller or the switch was away, since it only compares
what we believe (kept in Redis across our own restart) with what is.
"""

from __future__ import annotations

from collections.abc import Container

from esl_controller.domain import (
    actions,
    agent_events,
    menu_transfer,
    recording_machine,
    rejoin,
)
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.call import Call
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import leg_ended
from esl_controller.domain.flow_machine import end_of_flow
from esl_controller.domain.missed import told_afterwards
from esl_controller.ports import ChannelRow, MemberRow
from esl_controller.service import (
    call_handlers,
    menu_handlers,
    outgoing_handlers,
    party_handlers,
)
from esl_controller.service.controller import Controller
from esl_controller.service.items import CallersMissed, PictureTaken

#: A channel or member younger than this may simply not be in the switch's tables yet.
YOUNG_MS = 2_000
#: The switch's word for a channel that is up; one that rings has another.
ANSWERED = "ACTIVE"
#: And for one whose telephone holds the call by its own key.
HELD = "HELD"


def on_picture(controller: Controller, taken: PictureTaken) -> None:
    picture, registry = taken.picture, controller.registry
    alive = {channel.uuid: channel for channel in picture.channels}
    members = {member.member_uuid: member for member in picture.members}
    _phones(controller, picture.extensions, taken.at)
    for channel in picture.channels:
        if channel.uuid in registry.ended_unknown:
            continue  # its end was told after the picture was asked for, and before it came
        if channel.state == "HANGUP":
            continue  # on its way out: its CDR tells more than can be seen now
        if channel.inbound and channel.context in ("callers", "hotline"):
            controller.open_call(
                channel.uuid, channel.caller_number, channel.called_number, channel.created_at
            )
    for call in [call for call in registry.calls.values() if not call.ended_at]:
        _tell_ended_legs(controller, call, alive.keys(), taken)
        call = _flow_given_up(controller, call, taken.at)
        if call.state == "dialling":
            _placed(controller, call, alive, taken)
        elif call.uuid in alive:
            _catch_up(controller, call, alive, members.get(call.uuid), taken)
        elif _settled(call.started_at, taken):
            _close(controller, call, taken)
    for call in [call for call in registry.calls.values() if call.ended_at]:
        _let_go(controller, call, alive.keys(), taken)
    _tell_legs_off_their_call(controller, taken)
    _agents(controller, taken)


def on_callers_missed(controller: Controller, missed: CallersMissed) -> None:
    """Tell the calls of which nothing was seen: they came and went while the link, or this
    process, was away."""
    for record in missed.callers:
        if controller.registry.find_member(record.uuid):
            continue
        config = controller.queue(record.queue)
        short = config.short_abandon_s if config else call_handlers.DEFAULT_SHORT_ABANDON_S
        call = controller.apply(told_afterwards(record, short, controller.area_code))
        _tell_leg(controller, call, record.uuid, "customer", None, missed)
        if record.agent_leg:
            _tell_leg(controller, call, record.agent_leg, "agent", record.agent_no, missed)


def _flow_given_up(controller: Controller, call: Call, at: int) -> Call:
    """A flow that was running when this process died has nobody to tell its end."""
    running = call.contact_id in controller.registry.flows_running
    run = call.run
    if running or run is None:
        return call
    if call.state == "connecting":
        call = menu_handlers.give_up(controller, call, at)
    steps = list(call.trail[run.trail_from :])
    ended_at = steps[-1]["at"] + steps[-1]["ms"] if steps else run.entered_at
    node = steps[-1]["node"] if steps else ""
    return controller.apply(
        end_of_flow(call, ended_at, "controller_gone", None, node, steps)
    )


def _phones(controller: Controller, extensions: frozenset[str], at: int) -> None:
    """What was told of a phone after the picture was asked for is newer than the picture."""
    registry = controller.registry
    newer = registry.phones_told
    registry.registered = {*(extensions - newer), *(registry.registered & newer)}
    for agent in list(registry.agents.values()):
        if agent.extension in registry.registered:
            controller.apply_agent(agent_events.phone_registered(agent, at))
        elif agent.media != "rehearsal" or agent.presence == "signed_out":
            controller.apply_agent(agent_events.phone_unregistered(agent, at))


def _placed(
    controller: Controller, call: Call, alive: dict[str, ChannelRow], taken: PictureTaken
) -> None:
    """A call that an agent places: who answered unseen is connected, or nobody was reached."""
    own, other = call.talks[-1].agent_leg, call.uuid
    ended = [taken.records[leg] for leg in (own, other) if leg in taken.records]
    if ended or (own not in alive and _settled(call.started_at, taken)):
        if other in taken.records:
            _tell_leg(controller, call, other, "customer", None, taken)
        first = min(ended, key=lambda record: record.ended_at, default=None)
        cause, at = (first.hangup_cause, first.ended_at) if first else ("LOST", taken.at)
        outgoing_handlers.failed(controller, call, cause, at or taken.at)
        return
    leg = other if other in alive else own
    if leg in alive and alive[leg].state == ANSWERED:
        call_handlers.on_channel_answered(controller, sw.ChannelAnswered(taken.at, leg))


def _catch_up(
    controller: Controller,
    call: Call,
    alive: dict[str, ChannelRow],
    member: MemberRow | None,
    taken: PictureTaken,
) -> None:
    """Replay what must have happened while we did not look, through the usual handlers."""
    if call.talk and call.talk.agent_leg in alive:
        leg, on = call.talk.agent_leg, alive[call.talk.agent_leg].state == HELD
        if on != call.talk.held_at_phone:
            call_handlers.on_phone_holds(controller, sw.PhoneHolds(taken.at, leg, on))
            call = controller.registry.calls[call.contact_id]
    if call.talk and call.talk.agent_leg in alive:
        call = _recorded_all_the_same(controller, call, taken.at)
    for leg in _gone(call, alive.keys(), taken):
        ended_at = _ended_at(leg, taken)
        if not menu_handlers.on_leg_lost(controller, call, leg, ended_at, "LOST"):
            party_handlers.leg_lost(controller, call, leg, ended_at)
        call = controller.registry.calls[call.contact_id]
    call = _placed_legs(controller, call, alive, taken)
    party = menu_transfer.called(call)
    if party and alive[call.uuid].bridged_to == party.leg:
        menu_handlers.connected(controller, call, taken.at)
        call = controller.registry.calls[call.contact_id]
    if member and _joined_unseen(call, member):
        joined_at = min(member.joined_at or taken.at, taken.at)
        joined = sw.QueueJoined(joined_at, call.uuid, member.queue, call.caller_number)
        call_handlers.on_queue_joined(controller, joined)
        call = controller.registry.calls[call.contact_id]
    if call.talk and call.talk.agent_leg in _gone(call, alive.keys(), taken):
        ended_at = _ended_at(call.talk.agent_leg, taken)
        ended = sw.AgentTalkEnded(ended_at, call.talk.agent_no, call.talk.queue, call.uuid)
        call_handlers.on_talk_ended(controller, ended)
    elif member and member.state == "Answered" and not call.talk and not call.talks:
        leg = alive[call.uuid].bridged_to
        if leg in alive:
            answered = sw.AgentAnswered(
                taken.at, member.agent_no, member.queue, call.uuid, leg
            )
            call_handlers.on_answered(controller, answered)
    elif call.offer and call.offer.offered_at < taken.at and (
        member is None or member.state == "Waiting"
    ):
        failed = sw.AgentOfferFailed(
            taken.at, call.offer.agent_no, call.offer.queue, call.uuid, "LOSE_RACE"
        )
        call_handlers.on_offer_failed(controller, failed)
    visit = None if member or call.talk else call.visit
    if visit and _settled(visit.entered_at, taken):  # who joins is told before it is written
        left = sw.QueueLeft(taken.at, call.uuid, visit.queue, "Cancel", "BREAK_OUT", False)
        call_handlers.on_queue_left(controller, left)


def _placed_legs(
    controller: Controller, call: Call, alive: dict[str, ChannelRow], taken: PictureTaken
) -> Call:
    """Legs that we placed and that were answered, or the agent's that rang in vain, unseen."""
    ringing = [party.leg for party in call.parties if party.state == "dialling"]
    ringing += [monitor.leg for monitor in call.monitors if monitor.state == "dialling"]
    for leg in call.rejoin_legs:
        if leg in taken.records:
            call = controller.apply(rejoin.not_rejoined(call, leg))
        else:  # it may just have been placed
            ringing.append(leg)
    for leg in ringing:
        if leg in alive and alive[leg].state == ANSWERED:
            call_handlers.on_channel_answered(controller, sw.ChannelAnswered(taken.at, leg))
    return controller.registry.calls[call.contact_id]


def _joined_unseen(call: Call, member: MemberRow) -> bool:
    """The caller waits in a queue, the first one or a further one, and we have not been told."""
    served = call.talk is not None and call.state != "orphaned"
    waits = member.state != "Answered" and call.visit is None and not served
    return not call.visits or waits


def _recorded_all_the_same(controller: Controller, call: Call, at: int) -> Call:
    """A recording whose beginning nobody has told: asked for again, which changes nothing for one
    that runs."""
    recording = call.recording
    if recording is None or recording.state != "starting":
        return call
    again = actions.StartRecording(call.uuid, recording.storage_key)
    controller.ask(again, call.contact_id, call.agent_no)
    begun = sw.RecordingStarted(at, call.uuid, recording.storage_key)
    call_handlers.on_recording_started(controller, begun)
    return controller.registry.calls[call.contact_id]


def _close(controller: Controller, call: Call, taken: PictureTaken) -> None:
    """The channel is gone. Its own CDR tells when and why; without one it was lost."""
    record = taken.records.get(call.uuid)
    cause = record.hangup_cause if record else "LOST"
    ended_at = record.ended_at if record and record.ended_at else taken.at
    by_remote = cause == "NORMAL_CLEARING"
    _tell_leg(controller, call, call.uuid, "customer", None, taken)
    if call.talks and not call.talks[-1].leg_closed:
        # The agent's leg is gone as well; nobody will tell its hang-up any more.
        talk = replace(call.talks[-1], leg_closed=True)
        call = replace(call, talks=(*call.talks[:-1], talk))
    for recording in call.recordings:
        if recording.state != "stopped":
            end = sw.RecordingStopped(ended_at, call.uuid, recording.storage_key, 0, None)
            call_handlers.on_recording_stopped(controller, end)
            call = recording_machine.with_recording(call, replace(recording, state="stopped"))
    call_handlers.close_call(controller, call, ended_at, cause, by_remote)


def _let_go(
    controller: Controller, call: Call, alive: Container[str], taken: PictureTaken
) -> None:
    """Listeners, consulted agents and conference members of a call that is over: nobody will tell
    the hang-up of a leg that is gone as well, and without it they would be on the call for ever."""
    for leg in _gone(call, alive, taken):
        party_handlers.leg_lost(controller, call, leg, _ended_at(leg, taken))
        call = controller.registry.calls[call.contact_id]


def _gone(call: Call, alive: Container[str], taken: PictureTaken) -> list[str]:
    """The legs besides the customer's that the picture lacks; in the order in which the call has
    them. A young one counts only if the switch has a record of its end."""
    began = {talk.agent_leg: talk.started_at for talk in call.talks}
    began |= {monitor.leg: monitor.asked_at for monitor in call.monitors}
    began |= {party.leg: party.asked_at for party in call.members}
    if call.party:
        began[call.party.leg] = call.party.asked_at
    if call.offer:
        began[call.offer.leg] = call.offer.offered_at
    others = dict.fromkeys(leg for leg in call.legs if leg != call.uuid)
    missing = [leg for leg in others if leg not in alive]
    return [
        leg for leg in missing if leg in taken.records or _settled(began.get(leg, 0), taken)
    ]


def _settled(began_at: int, taken: PictureTaken) -> bool:
    """Whether what began then must be in the switch's tables by now, if it goes on."""
    return taken.at - began_at > YOUNG_MS


def _tell_ended_legs(
    controller: Controller, call: Call, alive: Container[str], taken: PictureTaken
) -> None:
    """Every leg besides the customer's whose end nobody has told. One of which the switch has no
    record may just have been placed; only of the agent who served is certain that it was."""
    last = call.talks[-1] if call.talks else None
    told = {talk.agent_leg for talk in call.talks if talk is not last or talk.leg_closed}
    for leg in _gone(call, alive, taken):
        served = last is not None and leg == last.agent_leg and call.state != "dialling"
        if leg not in told and (leg in taken.records or served):
            _tell_leg(controller, call, leg, *call.owner_of(leg), taken)


def _tell_legs_off_their_call(controller: Controller, taken: PictureTaken) -> None:
    """Who was let go is off the call before the channel ends. The switch still showed it in the
    first picture, it ended before we listened again, and nobody has told its end."""
    registry = controller.registry
    for uuid in taken.records.keys() & registry.legs.keys() - registry.legs_told:
        leg = registry.legs[uuid]
        call = registry.calls[leg.contact_id]
        if uuid not in call.legs and all(uuid != talk.agent_leg for talk in call.talks):
            _tell_leg(controller, call, uuid, leg.role, leg.agent_no, taken)


def _tell_leg(
    controller: Controller,
    call: Call,
    leg: str,
    role: str,
    agent_no: str | None,
    taken: PictureTaken | CallersMissed,
) -> None:
    """The leg's record from the switch's own CDR; without one, only what is certain."""
    record = taken.records.get(leg)
    ended_at = record.ended_at if record else taken.at
    controller.registry.legs_told.add(leg)
    controller.effects.facts.append(
        leg_ended(
            call.contact_id,
            agent_no,
            ended_at,
            switch_uuid=leg,
            role=role,
            started_at=record.started_at if record else call.started_at,
            answered_at=(record.answered_at or None) if record else None,
            hangup_cause=record.hangup_cause if record else "LOST",
        )
    )


def _ended_at(uuid: str, taken: PictureTaken) -> int:
    record = taken.records.get(uuid)
    return record.ended_at if record and record.ended_at else taken.at


def _agents(controller: Controller, taken: PictureTaken) -> None:
    """Free agents whose call is gone, and set every status that differs on the switch."""
    status = {row.agent_no: row.status for row in taken.picture.agents}
    for agent in list(controller.registry.agents.values()):
        agent = _freed(controller, agent, taken.at)
        if status.get(agent.agent_no) != agent.switch_status:
            wanted = actions.SetAgentStatus(agent.agent_no, agent.switch_status)
            controller.ask(wanted, agent.agent_no, agent.agent_no)
        if agent.media == "rehearsal" and agent.presence != "signed_out":
            plug = actions.RegisterPhone(agent.extension, True)
            controller.ask(plug, agent.agent_no, agent.agent_no)


def _freed(controller: Controller, agent: Agent, at: int) -> Agent:
    call = controller.registry.calls.get(agent.contact_id or "")
    if agent.work == "offered" and (call is None or call.offer is None):
        step = agent_events.offer_failed(agent, at, agent.contact_id or "", "cancelled", "")
        return controller.apply_agent(step)
    if agent.work == "on_call" and not (call and _has_part(call, agent.agent_no)):
        contact_id = agent.contact_id or ""
        if agent.role != "serving":
            return controller.apply_agent(agent_events.left_the_line(agent, at, contact_id))
        seq = call.talks[-1].seq if call and call.talks else 1
        step = agent_events.talk_ended(agent, at, contact_id, seq, agent.wrap_up_s)
        return controller.apply_agent(step)
    return agent


def _has_part(call: Call, agent_no: str) -> bool:
    """Whether the agent may still be on the call: with somebody serving it, or called by a menu."""
    return call.ended_at is None and bool(call.talk or call.find_guest(agent_no))
