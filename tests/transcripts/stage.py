"""A switch with people on it, real or stand-in, and the steps that several scenarios share."""

from __future__ import annotations

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

    def caller_keys(self, digits: str) -> None: ...

    def phone_of(self, extension: str) -> str:
        """How an extension is dialled."""

    def outside(self) -> str:
        """How a party outside is dialled who answers at once."""


def talk(stage: Stage) -> tuple[str, str]:
    caller = stage.rings_in()
    stage.answers("1001")
    made = stage.wait("CHANNEL_BRIDGE")
    stage.wait("CUSTOM", CC_Agent_State="In a queue call")
    return caller, made["Bridge-B-Unique-ID"]


def bridge(stage: Stage, first: str, second: str) -> None:
    before = stage.count("CHANNEL_BRIDGE")
    stage.api(f"uuid_bridge {first} {second}")
    stage.wait("CHANNEL_BRIDGE", before + 1)
    stage.wait("CHANNEL_BRIDGE", Bridge_A_Unique_ID=first, Bridge_B_Unique_ID=second)


def originate(stage: Stage, what: str, answers: str = "") -> str:
    """Call somebody; `answers`: the extension that has to be picked up. Gives the leg."""
    before = stage.count("BACKGROUND_JOB")
    stage.api(f"bgapi originate {PLACED}{what}")
    if answers:
        stage.answers(answers)
    job = stage.wait("BACKGROUND_JOB", before + 1)
    assert job["_body"].startswith("+OK "), job["_body"]
    return job["_body"].split()[1]


def place(stage: Stage, then: str) -> str:
    return originate(stage, f"{stage.phone_of('1002')} {then}", answers="1002")


def consult(stage: Stage, caller: str, agent: str) -> str:
    stage.api(f"uuid_transfer {caller} -both 'endless_playback:{MUSIC}' inline")
    for leg in (caller, agent):
        stage.wait("CHANNEL_EXECUTE", Unique_ID=leg, Application="endless_playback")
    third = place(stage, "&park()")
    stage.wait("CHANNEL_PARK", Unique_ID=third)
    bridge(stage, agent, third)
    return third
