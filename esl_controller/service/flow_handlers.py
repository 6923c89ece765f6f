"""What the flow runner tells about a caller's way through the menus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain.call_machine import Step, fact
from esl_controller.domain.evolve import replace
from esl_controller.domain.facts import Fact
from esl_controller.domain.flow_machine import begin_flow, end_of_flow
from esl_controller.service import menu_handlers
from esl_controller.service.call_handlers import close_call
from esl_controller.service.controller import Controller
from esl_controller.service.items import (
    AccountChosen,
    CallerIdentified,
    ConnectAsked,
    ConnectCancelled,
    ConnectReady,
    FlowFinished,
    FlowStarted,
    MessageTaken,
    StepPassed,
)


def on_flow_started(controller: Controller, item: FlowStarted) -> None:
    call = controller.open_call(item.uuid, item.caller_number, item.called_number, item.at)
    controller.registry.flows_running.add(call.contact_id)
    call = replace(call, fallback_queue=item.fallback_queue)
    controller.apply(Step(begin_flow(call, item.at, item.flow_code, item.flow_version)))


def on_identified(controller: Controller, item: CallerIdentified) -> None:
    call = controller.registry.calls.get(item.contact_id)
    if call is None:
        return
    profile = item.profile
    told = fact(
        call,
        "contact.identified",
        item.at,
        match_kind=profile.match_kind,
        premise_ids=[premise.premise_id for premise in profile.premises],
        account_no=profile.premises[0].account_no if len(profile.premises) == 1 else None,
        customer_ids=[customer["id"] for customer in profile.customers],
    )
    controller.apply(Step(replace(call, profile=profile.to_json()), (told,)))


def on_account_chosen(controller: Controller, item: AccountChosen) -> None:
    call = controller.registry.calls.get(item.contact_id)
    if call is None:
        return
    told = fact(
        call,
        "contact.account_chosen",
        item.at,
        account_no=item.account_no,
        premise_id=item.premise_id,
    )
    controller.apply(Step(replace(call, account_no=item.account_no), (told,)))


def on_step(controller: Controller, item: StepPassed) -> None:
    call = controller.registry.calls.get(item.contact_id)
    if call:
        controller.apply(Step(replace(call, trail=(*call.trail, item.step.to_json()))))


def on_message(controller: Controller, item: MessageTaken) -> None:
    """Told also when the call is over: the message is there all the same."""
    call = controller.registry.calls.get(item.contact_id)
    message = item.message
    body = {
        "n": message.n,
        "storage_key": message.storage_key,
        "left_at": message.left_at,
        "ms": message.ms,
        "queue": message.queue,
        "agent_no": message.agent_no,
        "account_no": call.account_no if call else None,
    }
    told = Fact("voicemail.left", item.at, item.contact_id, None, body)
    if call is None:
        controller.effects.facts.append(told)
    else:
        controller.apply(Step(replace(call, messages=call.messages + 1), (told,)))


def on_flow_finished(controller: Controller, item: FlowFinished) -> None:
    call = controller.registry.calls.get(item.contact_id)
    controller.registry.flows_running.discard(item.contact_id)
    if call is None:
        return
    ended = item.ended
    if call.state == "connecting":  # the flow failed meanwhile: its caller is somewhere else
        call = menu_handlers.give_up(controller, call, ended.left_at, "caller_left")
    call = controller.apply(
        end_of_flow(
            call,
            ended.left_at,
            ended.exit_kind,
            ended.goal_code,
            ended.last_node,
            [step.to_json() for step in ended.trail],
        )
    )
    hung_up = controller.registry.hung_up.pop(item.contact_id, None)
    if hung_up:
        close_call(controller, call, hung_up.at, hung_up.cause, hung_up.by_remote)


FLOW_HANDLERS: Mapping[type, Callable[[Controller, Any], None]] = {
    FlowStarted: on_flow_started,
    CallerIdentified: on_identified,
    AccountChosen: on_account_chosen,
    StepPassed: on_step,
    MessageTaken: on_message,
    ConnectAsked: menu_handlers.on_connect_asked,
    ConnectReady: menu_handlers.on_connect_ready,
    ConnectCancelled: menu_handlers.on_connect_cancelled,
    FlowFinished: on_flow_finished,
}
