"""What is recorded on a real FreeSWITCH: calls as the stand-in's tests play them again.

Each scenario begins with an empty switch on which nobody listens for callers, so they fall
through to the queue `repair`; 1001 serves it, 1002 is registered and on a break.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

MUSIC = "local_stream://moh"
ROOM = "c0123456789abcdefghjkmnpqr0"
PLACED = "{origination_caller_id_number=1001,ignore_early_media=true,originate_timeout=10}"


class Stage(Protocol):
    """A switch with people; `phone` and `caller` act, `wait` reads the switch's events."""

    def api(self, text: str) -> str: ...

    def rings_in(self, number: str = "13800138002") -> str:
        """A caller dials the hotline; gives the channel's uuid."""

    def caller_hangs_up(self) -> None: ...

    def answers(self, extension: str) -> None:
        """Wait until the phone rings, then answer it."""

    def rejects(self, extension: str) -> None: ...

    def hangs_up(self, extension: str) -> None: ...

    def wait(self, event: str, count: int = 1, **headers: str) -> dict[str, str]:
        """The last of at least `count` such events; a header's '-' is written '_'."""

    def count(self, event: str) -> int:
        """How many events of that name there were."""

    def file(self, name: str) -> str:
        """A path that may be written to."""

    def phone_of(self, extension: str) -> str:
        """How an extension is dialled."""


def _talk(stage: Stage) -> tuple[str, str]:
    caller = stage.rings_in()
    stage.answers("1001")
    made = stage.wait("CHANNEL_BRIDGE")
    stage.wait("CUSTOM", CC_Agent_State="In a queue call")
    return caller, made["Bridge-B-Unique-ID"]


def _bridge(stage: Stage, first: str, second: str) -> None:
    before = stage.count("CHANNEL_BRIDGE")
    stage.api(f"uuid_bridge {first} {second}")
    stage.wait("CHANNEL_BRIDGE", before + 1)
    stage.wait("CHANNEL_BRIDGE", Bridge_A_Unique_ID=first, Bridge_B_Unique_ID=second)


def _place(stage: Stage, then: str) -> str:
    stage.api(f"bgapi originate {PLACED}{stage.phone_of('1002')} {then}")
    stage.answers("1002")
    job = stage.wait("BACKGROUND_JOB")
    assert job["_body"].startswith("+OK "), job["_body"]
    return job["_body"].split()[1]


def _consult(stage: Stage, caller: str, agent: str) -> str:
    stage.api(f"uuid_transfer {caller} -both 'endless_playback:{MUSIC}' inline")
    for leg in (caller, agent):
        stage.wait("CHANNEL_EXECUTE", Unique_ID=leg, Application="endless_playback")
    third = _place(stage, "&park()")
    stage.wait("CHANNEL_PARK", Unique_ID=third)
    _bridge(stage, agent, third)
    return third


def abandoned_in_queue(stage: Stage) -> None:
    stage.api("callcenter_config agent set status 1001@default 'On Break'")
    caller = stage.rings_in()
    stage.wait("CUSTOM", CC_Action="member-queue-start")
    stage.caller_hangs_up()
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)


def consult_completed(stage: Stage) -> None:
    caller, agent = _talk(stage)
    stage.api(f"uuid_setvar {agent} hangup_after_bridge false")
    third = _consult(stage, caller, agent)
    _bridge(stage, caller, third)
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)


def consult_cancelled(stage: Stage) -> None:
    caller, agent = _talk(stage)
    for leg in (caller, agent):
        stage.api(f"uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false")
    third = _consult(stage, caller, agent)
    stage.hangs_up("1002")
    stage.wait("CHANNEL_PARK", Unique_ID=agent)
    stage.wait("CHANNEL_DESTROY", Unique_ID=third)
    _bridge(stage, caller, agent)
    stage.hangs_up("1001")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    stage.wait("CHANNEL_PARK", Unique_ID=caller)


def conference(stage: Stage) -> None:
    caller, agent = _talk(stage)
    stage.api(f"uuid_setvar {agent} hangup_after_bridge false")
    stage.api(f"uuid_transfer {caller} -both conf_{ROOM} XML hotline")
    for leg in (caller, agent):
        stage.wait("CUSTOM", Unique_ID=leg, Action="add-member")
    third = _place(stage, f"conf_{ROOM} XML hotline")
    stage.wait("CUSTOM", Unique_ID=third, Action="add-member")
    stage.hangs_up("1001")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    stage.api(f"conference {ROOM} kick all")
    for leg in (caller, third):
        stage.wait("CHANNEL_DESTROY", Unique_ID=leg)
    stage.wait("CUSTOM", Action="conference-destroy")


def listening(stage: Stage) -> None:
    caller, agent = _talk(stage)
    variables = "{origination_caller_id_number=monitor,eavesdrop_enable_dtmf=true}"
    phone = stage.phone_of("1002")
    stage.api(f"bgapi originate {variables}{phone} &eavesdrop({agent})")
    stage.answers("1002")
    stage.wait("MEDIA_BUG_START", Unique_ID=agent)
    listener = stage.wait("CHANNEL_EXECUTE", Application="eavesdrop")["Unique-ID"]
    for place, key in enumerate("21303"):
        stage.api(f"uuid_recv_dtmf {listener} {key}")
        stage.wait("DTMF", place + 1, Unique_ID=listener)
    _bridge(stage, listener, caller)
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)


def recording(stage: Stage) -> None:
    caller, _ = _talk(stage)
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
        abandoned_in_queue, consult_completed, consult_cancelled, conference, listening, recording)
}
