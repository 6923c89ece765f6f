"""A caller passed on: to queues, agents and parties outside, by the controller's own recipes
(esl_controller/adapters/esl_parties.py)."""

from __future__ import annotations

from tests.transcripts.stage import MUSIC, ROOM, Stage, bridge, consult, originate, place, talk


def _after_bridge(stage: Stage, *legs: str, park: bool) -> None:
    """What shall become of a leg when its bridge ends: wait for us, or end too."""
    values = ("true", "false") if park else ("false", "true")
    for leg in legs:
        stage.api(
            f"uuid_setvar_multi {leg} park_after_bridge={values[0]};hangup_after_bridge={values[1]}"
        )


def _kept_talk(stage: Stage) -> tuple[str, str]:
    """In a talk whose legs stay when it is taken apart; 1001 gets no further caller."""
    caller, agent = talk(stage)
    stage.api("callcenter_config agent set status 1001@default 'On Break'")
    _after_bridge(stage, caller, agent, park=True)
    return caller, agent


def _music(stage: Stage, leg: str) -> None:
    before = stage.count("PLAYBACK_START")
    stage.api(f"uuid_transfer {leg} 'endless_playback:{MUSIC}' inline")
    stage.wait("PLAYBACK_START", before + 1)
    stage.wait("PLAYBACK_START", Unique_ID=leg)


def _apart(stage: Stage, caller: str, agent: str) -> None:
    """Music for both."""
    stage.api(f"uuid_transfer {caller} -both 'endless_playback:{MUSIC}' inline")
    for leg in (caller, agent):
        stage.wait("PLAYBACK_START", Unique_ID=leg)


def _handed_over(stage: Stage, caller: str, agent: str, new: str) -> None:
    """The caller talks to the new leg, and when that one leaves the call is over."""
    bridge(stage, caller, new)
    stage.api(f"uuid_kill {agent}")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    _after_bridge(stage, new, park=False)
    after = "park_after_bridge=false;transfer_after_bridge=after_talk:XML:hotline"
    stage.api(f"uuid_setvar_multi {caller} {after}")


def _called_outside(stage: Stage) -> str:
    leg = originate(stage, f"{stage.outside()} &park()")
    stage.wait("CHANNEL_PARK", Unique_ID=leg)
    return leg


def transfer_to_agent(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    _apart(stage, caller, agent)
    third = place(stage, "&park()")
    stage.wait("CHANNEL_PARK", Unique_ID=third)
    _handed_over(stage, caller, agent, third)
    stage.hangs_up("1002")
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)
    stage.wait("CHANNEL_DESTROY", Unique_ID=third)


def transfer_outside(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    _apart(stage, caller, agent)
    third = _called_outside(stage)
    _handed_over(stage, caller, agent, third)
    stage.caller_hangs_up()
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)
    stage.wait("CHANNEL_DESTROY", Unique_ID=third)


def _to_queue(stage: Stage, caller: str, agent: str) -> None:
    _after_bridge(stage, caller, park=False)
    stage.api(f"uuid_setvar {caller} cc_base_score 1000")
    stage.api(f"uuid_transfer {caller} queue_repair XML hotline")
    stage.wait("CHANNEL_EXECUTE", 2, Unique_ID=caller, Application="callcenter")
    stage.api(f"uuid_kill {agent}")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)


def transfer_to_queue(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    _to_queue(stage, caller, agent)
    stage.api("callcenter_config agent set status 1002@default Available")
    stage.answers("1002")
    stage.wait("CHANNEL_BRIDGE", 2)
    stage.wait("CUSTOM", 2, CC_Agent_State="In a queue call")
    stage.hangs_up("1002")
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)
    stage.wait("CHANNEL_DESTROY", 3)


def front_of_queue(stage: Stage) -> None:
    """Who was talking already is offered before somebody who waited all the time."""
    caller, agent = _kept_talk(stage)
    waiting = stage.rings_in("13800138003")
    stage.wait("CUSTOM", 2, CC_Action="member-queue-start")
    _to_queue(stage, caller, agent)
    stage.api("callcenter_config agent set status 1002@default Available")
    offered = stage.wait("CUSTOM", 2, CC_Action="agent-offering")
    assert offered["CC-Member-Session-UUID"] == caller
    stage.answers("1002")
    stage.wait("CUSTOM", 2, CC_Agent_State="In a queue call")
    stage.api("callcenter_config agent set status 1002@default 'On Break'")
    stage.hangs_up("1002")
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)
    stage.api(f"uuid_kill {waiting}")
    stage.wait("CHANNEL_DESTROY", Unique_ID=waiting)


def swap(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    third = consult(stage, caller, agent)
    _after_bridge(stage, third, park=True)
    _music(stage, third)
    stage.wait("CHANNEL_PARK", Unique_ID=agent)
    bridge(stage, caller, agent)
    _after_bridge(stage, caller, agent, park=True)
    _music(stage, caller)
    stage.wait("CHANNEL_PARK", 2, Unique_ID=agent)
    bridge(stage, agent, third)
    for leg in (third, agent, caller):
        stage.api(f"uuid_kill {leg}")
        stage.wait("CHANNEL_DESTROY", Unique_ID=leg)


def _all_in_one_room(stage: Stage, *legs: str) -> None:
    _after_bridge(stage, *legs, park=True)
    for nth, leg in enumerate(legs):
        stage.api(f"uuid_transfer {leg} conf_{ROOM} XML hotline")
        stage.wait("CUSTOM", nth + 1, Action="add-member")
    stage.api(f"conference {ROOM} kick all")
    for leg in legs:
        stage.wait("CHANNEL_DESTROY", Unique_ID=leg)
    stage.wait("CUSTOM", Action="conference-destroy")


def merge(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    third = consult(stage, caller, agent)
    _all_in_one_room(stage, caller, agent, third)


def invite(stage: Stage) -> None:
    caller, agent = _kept_talk(stage)
    third = place(stage, "&park()")
    stage.wait("CHANNEL_PARK", Unique_ID=third)
    _all_in_one_room(stage, caller, agent, third)


def outgoing(stage: Stage) -> None:
    own = place(stage, "&park()")
    stage.wait("CHANNEL_PARK", Unique_ID=own)
    other = _called_outside(stage)
    _after_bridge(stage, own, other, park=True)
    bridge(stage, own, other)
    _after_bridge(stage, own, other, park=False)
    stage.hangs_up("1002")
    stage.wait("CHANNEL_DESTROY", Unique_ID=other)
    stage.wait("CHANNEL_DESTROY", Unique_ID=own)


def agent_leg_lost(stage: Stage) -> None:
    """Music from the dialplan, then the same agent again, then the end of the talk."""
    caller, agent = talk(stage)
    stage.api("callcenter_config agent set status 1001@default 'On Break'")
    stage.api(f"uuid_setvar {caller} hold_music {MUSIC}")
    stage.api(f"uuid_kill {agent} MEDIA_TIMEOUT")
    stage.wait("CHANNEL_DESTROY", Unique_ID=agent)
    stage.wait("PLAYBACK_START", Unique_ID=caller, Playback_File_Path=MUSIC)
    new = originate(stage, f"{stage.phone_of('1001')} &park()", answers="1001")
    stage.wait("CHANNEL_PARK", Unique_ID=new)
    bridge(stage, caller, new)
    _after_bridge(stage, new, park=False)
    after = "park_after_bridge=false;transfer_after_bridge=after_talk:XML:hotline"
    stage.api(f"uuid_setvar_multi {caller} {after}")
    stage.hangs_up("1001")
    stage.wait("CHANNEL_DESTROY", Unique_ID=new)
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)


def message(stage: Stage) -> None:
    """A caller who would rather speak than wait; '#' ends it."""
    stage.api("callcenter_config agent set status 1001@default 'On Break'")
    caller = stage.rings_in()
    stage.wait("CUSTOM", CC_Action="member-queue-start")
    path = stage.file("message.wav")
    stage.api(f"uuid_setvar {caller} playback_terminators #")
    stage.api(f"uuid_transfer {caller} 'record:{path} 20 200 4' inline")
    stage.wait("RECORD_START", Unique_ID=caller)
    stage.caller_keys("#")
    stage.wait("RECORD_STOP", Unique_ID=caller)
    stage.wait("CHANNEL_DESTROY", Unique_ID=caller)


MOVES = (
    transfer_to_agent, transfer_outside, transfer_to_queue, front_of_queue, swap, merge, invite,
    outgoing, agent_leg_lost, message,
)  # fmt: skip
