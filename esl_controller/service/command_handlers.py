"""Commands from desks: carried out, or refused with a sentence that reaches the desk."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import (
    actions,
    monitor_machine,
    party_commands,
    recording_machine,
    rejoin,
)
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_commands import AGENT_COMMANDS, ORDERS
from esl_controller.domain.call import Call, guest_actions
from esl_controller.domain.call_commands import CALL_COMMANDS, require_allowed
from esl_controller.domain.call_machine import Step
from esl_controller.domain.errors import CommandRefused, SwitchUnavailable
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.ids import new_ulid
from esl_controller.service import (
    menu_handlers,
    outgoing_handlers,
    party_handlers,
    supervisor_handlers,
)
from esl_controller.service.controller import Controller
from esl_controller.service.items import ActionFailed

log = logging.getLogger(__name__)

#: A command that waited longer than this (Redis or the controller was away) is refused: nobody
#: wants a hang-up that was pressed a minute ago. State wishes are still meant.
STALE_CALL_COMMAND_MS = 10_000
#: Words between people; they need no switch.
WITHOUT_SWITCH = frozenset({"ask_help", "withdraw_help", "answer_help"})


def on_command(
    controller: Controller, command: Any, now: int, switch_up: bool = True
) -> None:
    """`command` is an Envelope of calls:commands; unknown types are refused, never fatal. What
    the switch cannot be asked now is refused, lest the desk shows what is not so."""
    try:
        if command.type == "release_unserved":
            _require_timely(command, now, switch_up)
            supervisor_handlers.release_unserved(controller, command)
            return
        agent = _agent(controller, command.agent_no)
        if command.type in AGENT_COMMANDS:
            body = {**command.body}
            if command.type == "sign_in":
                body["session_id"] = new_ulid(now)
            step = AGENT_COMMANDS[command.type](agent, now, body)
            controller.apply_agent(step, command.id)
        elif command.type in OTHERS:
            _require_timely(command, now, switch_up or command.type in WITHOUT_SWITCH)
            OTHERS[command.type](controller, agent, command, now)
        else:
            raise CommandRefused("unknown_command", f"unknown command {command.type!r}"[:200])
    except (CommandRefused, SwitchUnavailable) as refusal:
        if command.type in {*ORDERS, "release_unserved"}:
            supervisor_handlers.order_refused(controller, command, refusal, now)
            return
        asker = str(command.agent_no) if command.agent_no else None
        refuse(controller, asker, command.id, refusal.code, refusal.message, now)


def _require_timely(command: Any, now: int, switch_up: bool) -> None:
    if now - command.at > STALE_CALL_COMMAND_MS:
        raise CommandRefused("too_late", "the command came too late")
    if not switch_up:
        raise SwitchUnavailable("the link to the switch is down")


def _agent(controller: Controller, agent_no: str | None) -> Agent:
    agent = controller.registry.agents.get(agent_no or "")
    if agent is None:
        raise CommandRefused("no_such_agent", "this agent number is not in the telephony snapshot")
    return agent


def _call_command(controller: Controller, agent: Agent, command: Any, now: int) -> None:
    call = _own_call(controller, agent, command.body.get("contact_id"))
    if agent.role == "guest":
        _guest_command(controller, agent, call, command)
        return
    if agent.role == "supervisor":
        raise CommandRefused("not_now", "you are listening to this call")
    if command.type == "rejoin":
        step = rejoin.rejoin(call, now, agent.extension, controller.new_leg())
        controller.apply(step, agent.agent_no, command.id)
        return
    require_allowed(call, command.type)
    if command.type in party_handlers.PARTY_COMMANDS:
        party_handlers.command(controller, agent, call, command, now)
        return
    if command.type == "ask_help":
        supervisor_handlers.ask_help(controller, agent, command.body, now)
        return
    if command.type == "answer":
        controller.apply(Step(call, actions=(_answer(agent),)), agent.agent_no, command.id)
        return
    body = {**command.body, "zone": controller.zone}
    step = CALL_COMMANDS[command.type](call, now, body)
    controller.apply(step, agent.agent_no, command.id)
    controller.effects.agents.add(agent.agent_no)


def _answer(agent: Agent) -> actions.AnswerPhone:
    """Only a simulated phone can be answered from here."""
    if agent.media != "rehearsal":
        raise CommandRefused("answer_on_phone", "answer on your phone")
    return actions.AnswerPhone(agent.extension)


def _guest_command(controller: Controller, agent: Agent, call: Call, command: Any) -> None:
    """Somebody who was called into the call may be silent, leave it, or not come at all."""
    party = call.find_guest(agent.agent_no)
    if party and command.type == "rejoin":
        step = rejoin.rejoin_guest(call, party, agent.extension, controller.new_leg())
        controller.apply(step, agent.agent_no, command.id)
        return
    if party is None or command.type not in guest_actions(party):
        raise CommandRefused("not_now", f"{command.type}: you are a guest on this call")
    if command.type in ("mute", "unmute"):
        step = party_commands.mute_guest(call, party, command.type == "mute")
        controller.apply(step, agent.agent_no, command.id)
        controller.effects.agents.add(agent.agent_no)
        return
    asked: actions.Action
    if command.type == "answer":
        asked = _answer(agent)
    else:
        cause = "CALL_REJECTED" if command.type == "reject" else "NORMAL_CLEARING"
        asked = actions.HangUp(party.leg, cause)
    controller.ask(asked, call.contact_id, agent.agent_no, command.id)


def _own_call(controller: Controller, agent: Agent, contact_id: str | None) -> Call:
    """The call in the agent's hands; a desk that names another one has an old picture."""
    call = controller.registry.calls.get(agent.contact_id or "")
    if call is None or agent.work == "wrap_up":
        raise CommandRefused("no_call", "you have no call")
    if contact_id and contact_id != call.contact_id:
        raise CommandRefused("other_call", "that call is no longer yours")
    return call


def refuse(
    controller: Controller,
    agent_no: str | None,
    command_id: str,
    code: str,
    message: str,
    now: int,
) -> None:
    body = {"command_id": command_id, "code": code, "message": message}
    controller.effects.facts.append(Fact("command.refused", now, None, agent_no, body))


def on_action_failed(controller: Controller, failed: ActionFailed) -> None:
    """Take back what the registry believed, and tell who had asked."""
    log.warning("%s failed: %s %s", failed.action, failed.code, failed.message)
    call = controller.registry.calls.get(failed.lane) or controller.registry.find_call(failed.lane)
    if call and isinstance(failed.action, (actions.Dial, actions.Listen)):
        leg_never_was(controller, call, failed)
        return
    bridge = failed.action if isinstance(failed.action, actions.Bridge) else None
    if call and bridge and menu_handlers.not_bridged(controller, call, bridge.other, failed.at):
        return
    if call and bridge and failed.code == "switch_refused":
        if bridge.leg == call.uuid and not call.ended_at:
            party_handlers.not_connected(controller, call, bridge.other, failed.at)
    elif call and isinstance(failed.action, actions.SetListenMode):
        controller.apply(monitor_machine.not_set(call, failed.at, failed.action))
    elif call and isinstance(failed.action, actions.MaskRecording):
        controller.apply(recording_machine.not_masked(call, failed.at, failed.action))
        if call.agent_no:
            controller.effects.agents.add(call.agent_no)
    elif call and call.talk and not _may_be_done(failed):
        controller.apply(Step(_taken_back(call, failed.action, failed.at)))
        if call.agent_no:
            controller.effects.agents.add(call.agent_no)
    if failed.command_id and not isinstance(failed.action, actions.RegisterPhone):
        refuse(
            controller, failed.agent_no, failed.command_id, failed.code, failed.message, failed.at
        )


def _may_be_done(failed: ActionFailed) -> bool:
    """No answer is no refusal: a recording that was asked for may run all the same. The picture
    that follows a lost link asks for it again."""
    asked = isinstance(failed.action, actions.StartRecording)
    return asked and failed.code == SwitchUnavailable.code


def leg_never_was(controller: Controller, call: Call, failed: ActionFailed) -> None:
    """The switch could not place a leg: its text is `-ERR <cause>`."""
    cause = failed.message.removeprefix("-ERR").strip() or "NORMAL_TEMPORARY_FAILURE"
    leg = failed.action.leg  # type: ignore[union-attr]
    if leg in call.rejoin_legs:
        controller.apply(rejoin.not_rejoined(call, leg))
        return
    party = call.find_party(leg)
    if party and party.state == "up":
        return  # it was answered, and moved on before the switch called its dialling done
    if menu_handlers.on_leg_lost(controller, call, leg, failed.at, cause):
        return
    if call.state == "dialling":
        outgoing_handlers.failed(controller, call, cause, failed.at, leg)
    else:
        party_handlers.leg_lost(controller, call, leg, failed.at, cause)


def _taken_back(call: Call, action: actions.Action, at: int) -> Call:
    talk = call.talk
    assert talk is not None
    if isinstance(action, actions.Hold):
        talk, state = replace(talk, held_since=None, hold_count=talk.hold_count - 1), "talking"
    elif isinstance(action, actions.Resume):
        talk, state = replace(talk, held_since=at), "held"
    elif isinstance(action, actions.Mute) and action.leg != talk.agent_leg:
        guest = next((one for one in call.guests if one.leg == action.leg), None)
        return party_commands.with_guest_muted(call, guest, not action.on) if guest else call
    elif isinstance(action, actions.Mute):
        talk, state = replace(talk, muted=not action.on), call.state
    elif isinstance(action, actions.HangUp):
        talk, state = replace(talk, hang_up_asked=False), call.state
    elif isinstance(action, (actions.StartRecording, actions.StopRecording)):
        recording = recording_machine.find(call, action.storage_key)
        if recording is None or recording.state == "stopped":
            return call
        before = "stopped" if isinstance(action, actions.StartRecording) else "on"
        return recording_machine.with_recording(call, replace(recording, state=before))
    else:
        return call
    return replace(call, state=state, talks=(*call.talks[:-1], talk))


#: Commands about calls: (controller, agent, command, now) -> None.
OTHERS: Mapping[str, Callable[[Controller, Agent, Any, int], None]] = {
    **{name: _call_command for name in (*CALL_COMMANDS, "answer", "ask_help", "rejoin")},
    **{name: _call_command for name in party_handlers.PARTY_COMMANDS},
    **{name: supervisor_handlers.command for name in supervisor_handlers.SUPERVISOR_COMMANDS},
    "dial": outgoing_handlers.dial,
}
