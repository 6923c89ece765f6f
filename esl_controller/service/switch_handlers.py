"""The contents of the controller: which function handles which event of the switch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esl_controller.domain import switch_events as sw
from esl_controller.service import (
    agent_handlers,
    call_handlers,
    menu_handlers,
    supervisor_handlers,
)
from esl_controller.service.controller import Controller

SWITCH_HANDLERS: Mapping[type, Callable[[Controller, Any], None]] = {
    sw.ChannelCreated: call_handlers.on_channel_created,
    sw.AgentLegCreated: call_handlers.on_agent_leg,
    sw.ChannelAnswered: call_handlers.on_channel_answered,
    sw.ChannelBridged: menu_handlers.on_bridged,
    sw.ChannelHungUp: call_handlers.on_hung_up,
    sw.PhoneHolds: call_handlers.on_phone_holds,
    sw.QueueJoined: call_handlers.on_queue_joined,
    sw.QueueLeft: call_handlers.on_queue_left,
    sw.AgentOffered: call_handlers.on_offered,
    sw.AgentOfferFailed: call_handlers.on_offer_failed,
    sw.AgentAnswered: call_handlers.on_answered,
    sw.AgentTalkEnded: call_handlers.on_talk_ended,
    sw.RecordingStarted: call_handlers.on_recording_started,
    sw.RecordingStopped: call_handlers.on_recording_stopped,
    sw.ListenKeyPressed: supervisor_handlers.on_key_pressed,
    sw.AgentStatusChanged: agent_handlers.on_status_changed,
    sw.PhoneRegistered: agent_handlers.on_phone_registered,
    sw.PhoneUnregistered: agent_handlers.on_phone_unregistered,
}
