"""What is recorded on a real FreeSWITCH: calls as the stand-in's tests play them again.

Each scenario begins with an empty switch on which nobody listens for callers, so they fall
through to the queue `repair`; 1001 serves it, 1002 is registered and on a break.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.transcripts.scenarios_moves import MOVES
from tests.transcripts.stage import ROOM, Stage, bridge, consult, place, talk


def complete_life(stage: Stage) -> None:
    caller, agent = talk(stage)
    stage.hangs_up("1001")
    for leg in (caller, agent):
        stage.wait("CHANNEL_DESTROY", Unique_ID=leg)
    stage.wait("CUSTOM", CC_Action="member-queue-end")


def abandoned_in_queue(stage: Stage) -> None:
    stage.api("callcenter_config agent set status 1001@default 'On Break'")
    caller = stage.rings_in()
    stage.wait("CUSTOM", CC_Action="member-queue-start")
    stage.caller_hangs_up()
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)


def consult_completed(stage: Stage) -> None:
    caller, agent = talk(stage)
    stage.api(f"uuid_setvar {agent} hangup_after_bridge false")
    third = consult(stage, caller, agent)
    bridge(stage, caller, third)
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)


def consult_cancelled(stage: Stage) -> None:
    caller, agent = talk(stage)
    for leg in (caller, agent):
        stage.api(f"uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false")
    third = consult(stage, caller, agent)
    stage.hangs_up("1002")
    stage.wait("CHANNEL_PARK", Unique_ID=agent)
    stage.wait("CHANNEL_DESTROY", Unique_ID=third)
    bridge(stage, caller, agent)
    stage.hangs_up("1001")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    stage.wait("CHANNEL_PARK", Unique_ID=caller)


def conference(stage: Stage) -> None:
    caller, agent = talk(stage)
    stage.api(f"uuid_setvar {agent} hangup_after_bridge false")
    stage.api(f"uuid_transfer {caller} -both conf_{ROOM} XML hotline")
    for leg in (caller, agent):
        stage.wait("CUSTOM", Unique_ID=leg, Action="add-member")
    third = place(stage, f"conf_{ROOM} XML hotline")
    stage.wait("CUSTOM", Unique_ID=third, Action="add-member")
    stage.hangs_up("1001")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    stage.api(f"conference {ROOM} kick all")
    for leg in (caller, third):
        stage.wait("CHANNEL_DESTROY", Unique_ID=leg)
    stage.wait("CUSTOM", Action="conference-destroy")


def listening(stage: Stage) -> None:
    caller, agent = talk(stage)
    variables = "{origination_caller_id_number=monitor,eavesdrop_enable_dtmf=true}"
    phone = stage.phone_of("1002")
    stage.api(f"bgapi originate {variables}{phone} &eavesdrop({agent})")
    stage.answers("1002")
    stage.wait("MEDIA_BUG_START", Unique_ID=agent)
    listener = stage.wait("CHANNEL_EXECUTE", Application="eavesdrop")["Unique-ID"]
    for nth, key in enumerate("21303"):
        stage.api(f"uuid_recv_dtmf {listener} {key}")
        stage.wait("DTMF", nth + 1, Unique_ID=listener)
    bridge(stage, listener, caller)
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)


def recording(stage: Stage) -> None:
    caller, _ = talk(stage)
    path = stage.file("a.wav")
    stage.api(f"uuid_setvar {caller} RECORD_STEREO true")
    for action in ("start", "mask", "unmask", "stop"):
        stage.api(f"uuid_record {caller} {action} {path}")
    stage.wait("RECORD_STOP")
    stage.caller_hangs_up()
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    play.__name__: play
    for play in (
        complete_life, abandoned_in_queue, consult_completed, consult_cancelled, conference,
        listening, recording, *MOVES,
    )
}
