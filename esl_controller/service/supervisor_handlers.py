"""What shift supervisors do to calls and agents from their board."""

from __future__ import annotations

from typing import Any

from esl_controller.contract.shown import UNSERVED
from esl_controller.domain import agent_events, monitor_machine
from esl_controller.domain import switch_events as sw
from esl_controller.domain.agent import Agent
from esl_controller.domain.agent_machine import AgentStep
from esl_controller.domain.call import Call
from esl_controller.domain.errors import CommandRefused, DomainError
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.service.controller import Controller
from esl_controller.service.party_handlers import settle

SUPERVISOR_COMMANDS = frozenset(
    {*monitor_machine.MODES, "stop_monitor", "take_over", "forced_release", "answer_help"}
)


def command(controller: Controller, supervisor: Agent, asked: Any, now: int) -> None:
    """`asked.body` has the agent meant, `target`, and the call that the board showed there,
    `contact_id`. Raises CommandRefused."""
    target_no = str(asked.body.get("target", ""))
    if asked.type == "answer_help":
        answer_help(controller, supervisor, target_no, asked.body, now)
        return
    if asked.type == "stop_monitor":
        _stop(controller, supervisor, asked)
        return
    call = _call_of(controller, target_no, asked.body)
    if asked.type in monitor_machine.MODES:
        _listen(controller, supervisor, call, asked, now)
    elif asked.type == "take_over":
        step = monitor_machine.take_over(call, now, supervisor.agent_no)
        settle(controller, controller.apply(step, supervisor.agent_no, asked.id), now)
    else:
        by = (asked.body.get("by") or {}).get("user_id")
        step = monitor_machine.forced_release(call, now, supervisor.agent_no, by)
        controller.apply(step, supervisor.agent_no, asked.id)


def on_key_pressed(controller: Controller, event: sw.ListenKeyPressed) -> None:
    call = controller.registry.find_call(event.uuid)
    if call:
        controller.apply(monitor_machine.key_pressed(call, event.uuid, event.mode))


def _stop(controller: Controller, supervisor: Agent, asked: Any) -> None:
    """Whomever the page names: a supervisor listens to one call at a time, and may always leave."""
    call = controller.registry.calls.get(supervisor.contact_id or "")
    if call is None:
        raise CommandRefused("not_listening", "you are not listening to this call")
    controller.apply(monitor_machine.stop(call, supervisor.agent_no), None, asked.id)


def _listen(
    controller: Controller, supervisor: Agent, call: Call, asked: Any, now: int
) -> None:
    listening = call.find_monitor(supervisor.agent_no)
    if not listening:
        _require_free(supervisor)
    step = monitor_machine.start(
        call,
        now,
        asked.type,
        supervisor.agent_no,
        supervisor.extension,
        controller.new_leg(),
    )
    controller.apply(step, supervisor.agent_no, asked.id)
    if not listening:
        controller.apply_agent(
            agent_events.called_in(
                supervisor, now, call.contact_id, "supervisor", "ringing"
            )
        )


def _require_free(supervisor: Agent) -> None:
    if supervisor.presence == "signed_out":
        raise CommandRefused("listener_signed_out", "sign in first")
    if supervisor.phone == "unregistered":
        raise CommandRefused("listener_unregistered", "your phone is not registered")
    if supervisor.work == "wrap_up":
        raise CommandRefused("listener_in_wrap_up", "finish your wrap-up first")
    if supervisor.work not in ("ready", "not_ready"):
        raise CommandRefused("listener_busy", "you are on a call")


def release_unserved(controller: Controller, asked: Any) -> None:
    """End a call that goes on without an agent, with somebody outside. Raises CommandRefused."""
    call = controller.registry.calls.get(str(asked.body.get("contact_id", "")))
    if call is None or call.ended_at or call.state != UNSERVED:
        raise CommandRefused("not_unserved", "that call is over, or an agent serves it")
    by = (asked.body.get("by") or {}).get("user_id")
    controller.apply(monitor_machine.forced_release(call, asked.at, None, by), None, asked.id)


def order_refused(controller: Controller, asked: Any, refusal: DomainError, now: int) -> None:
    """To who gave the order: they may have no agent number, so not to a desk. The words of an
    agent's own commands would not fit: it is somebody else who is ready already."""
    body = {
        "command_id": asked.id,
        "code": f"order_{refusal.code}",
        "message": refusal.message,
        "user_id": (asked.body.get("by") or {}).get("user_id"),
    }
    controller.effects.facts.append(Fact("command.refused", now, None, None, body))


def ask_help(controller: Controller, agent: Agent, body: Any, now: int) -> None:
    """An agent asks for help with the call in hand; asking again changes the reason."""
    asked = {"reason": str(body.get("reason", ""))[:200], "at": now, "answered_by": None}
    controller.apply_agent(AgentStep(replace(agent, help=asked)))
    told = Fact("help.asked", now, agent.contact_id, agent.agent_no, {"reason": asked["reason"]})
    controller.effects.facts.append(told)


def answer_help(
    controller: Controller, supervisor: Agent, target_no: str, body: Any, now: int
) -> None:
    agent = controller.registry.agents.get(target_no)
    if agent is None or agent.help is None:
        raise CommandRefused("no_help_asked", "that agent does not ask for help any more")
    _require_shown(agent.contact_id, body)
    reply = str(body.get("reply", ""))[:500]
    if not reply:
        _require_coming(controller, supervisor, agent)
    answered = {**agent.help, "answered_by": supervisor.agent_no, "reply": reply}
    controller.apply_agent(AgentStep(replace(agent, help=answered)))
    controller.effects.facts.append(
        Fact(
            "help.answered",
            now,
            agent.contact_id,
            agent.agent_no,
            {"by": supervisor.agent_no, "reply": reply, "asked_at": agent.help["at"]},
        )
    )


def _require_coming(controller: Controller, supervisor: Agent, agent: Agent) -> None:
    """An answer without a word means coming to the call. Who cannot come must not end the cry for
    help, and a page with an old picture must not wipe what a colleague has written."""
    if agent.open_help is None:
        raise CommandRefused("help_answered", "somebody has answered already")
    call = controller.registry.calls.get(agent.contact_id or "")
    if not (call and call.find_monitor(supervisor.agent_no)):
        _require_free(supervisor)


def _call_of(controller: Controller, agent_no: str, body: Any) -> Call:
    """The call that the agent serves. Who has handed the caller on, is a guest or only listens
    still has the call on the desk, but an act meant for them must not hit whoever serves it."""
    agent = controller.registry.agents.get(agent_no)
    call = controller.registry.calls.get(agent.contact_id or "") if agent else None
    if call is None or call.talk is None or call.talk.agent_no != agent_no:
        raise CommandRefused("no_talk", "that agent is not talking now")
    _require_shown(call.contact_id, body)
    return call


def _require_shown(contact_id: str | None, body: Any) -> None:
    """A board with an old picture, or a question that stood open while one caller left and the
    next came, must not hit the next."""
    if body.get("contact_id") not in (None, contact_id):
        raise CommandRefused("other_call", "that agent has another call by now")
