"""Carries out actions on the switch without holding up the loop.

One lane per agent or contact keeps their actions in order; lanes work side by side. A lane's
greenlet ends when the lane is empty.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import gevent

from esl_controller.domain import actions
from esl_controller.domain.errors import SwitchRefused, SwitchUnavailable
from esl_controller.ports import Clock, Switch
from esl_controller.service.items import ActionFailed, Asked

log = logging.getLogger(__name__)

LANE_LIMIT = 100

CARRY_OUT: Mapping[type, Callable[[Switch, Any], None]] = {
    actions.SetAgentStatus: lambda switch, a: switch.set_agent_status(a.agent_no, a.status),
    actions.HangUp: lambda switch, a: switch.hang_up(a.leg, a.cause),
    actions.Hold: lambda switch, a: switch.hold(a.leg),
    actions.Resume: lambda switch, a: switch.resume(a.leg),
    actions.Mute: lambda switch, a: switch.mute(a.leg, a.on),
    actions.BearSilence: lambda switch, a: switch.bear_silence(a.leg),
    actions.SendDigits: lambda switch, a: switch.send_digits(a.leg, a.digits),
    actions.StartRecording: lambda switch, a: switch.start_recording(a.leg, a.storage_key),
    actions.StopRecording: lambda switch, a: switch.stop_recording(a.leg, a.storage_key),
    actions.MaskRecording: lambda switch, a: switch.mask_recording(a.leg, a.storage_key, a.on),
    actions.AnswerPhone: lambda switch, a: switch.answer_phone(a.extension),
    actions.Dial: lambda switch, a: switch.dial(a),
    actions.SplitToMusic: lambda switch, a: switch.split_to_music(a.leg, a.other),
    actions.PlayMusic: lambda switch, a: switch.play_music(a.leg),
    actions.Ringback: lambda switch, a: switch.ringback(a.leg),
    actions.Bridge: lambda switch, a: switch.bridge(a.leg, a.other, a.keep),
    actions.EndTogether: lambda switch, a: switch.end_together(a.leg, a.other),
    actions.SendToQueue: lambda switch, a: switch.send_to_queue(a.leg, a.queue),
    actions.SendToFlow: lambda switch, a: switch.send_to_flow(a.leg, a.flow),
    actions.JoinConference: lambda switch, a: switch.join_conference(a.legs, a.name),
    actions.Listen: lambda switch, a: switch.listen(a),
    actions.SetListenMode: lambda switch, a: switch.set_listen_mode(a.leg, a.mode),
    actions.RegisterPhone: lambda switch, a: switch.register_phone(a.extension, a.on),
}


class ActionRunner:
    """`report` takes ActionFailed back into the loop."""

    def __init__(
        self, switch: Switch, clock: Clock, report: Callable[[ActionFailed], None]
    ) -> None:
        self.switch = switch
        self.clock = clock
        self.report = report
        self.lanes: dict[str, deque[Asked]] = {}

    def submit(self, asked: Asked) -> None:
        lane = self.lanes.get(asked.lane)
        if lane is None:
            self.lanes[asked.lane] = deque([asked])
            gevent.spawn(self._work, asked.lane)
        elif len(lane) >= LANE_LIMIT:
            self._fail(asked, "too_many", "too many commands at once")
        else:
            lane.append(asked)

    def _work(self, name: str) -> None:
        lane = self.lanes[name]
        while lane:
            asked = lane[0]
            try:
                CARRY_OUT[type(asked.action)](self.switch, asked.action)
            except (SwitchUnavailable, SwitchRefused) as error:
                self._fail(asked, error.code, error.message)
            except Exception as error:
                log.exception("could not carry out %s", asked.action)
                self._fail(asked, "failed", type(error).__name__)
            lane.popleft()
        del self.lanes[name]

    def _fail(self, asked: Asked, code: str, message: str) -> None:
        self.report(
            ActionFailed(
                action=asked.action,
                lane=asked.lane,
                code=code,
                message=message,
                at=self.clock.now_ms(),
                agent_no=asked.agent_no,
                command_id=asked.command_id,
            )
        )
