"""What the controller asks of the switch. Decided by the domain, carried out by the Switch port.

`leg` is a channel UUID. Actions of one `lane` (agent or contact) are carried out in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from esl_controller.domain.parties import Target


@dataclass(frozen=True, slots=True)
class SetAgentStatus:
    """`status` is Available, On Break or Logged Out: mod_callcenter's only gate for offers."""

    agent_no: str
    status: str


@dataclass(frozen=True, slots=True)
class HangUp:
    leg: str
    cause: str = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True)
class Hold:
    """The customer hears music, the agent silence."""

    leg: str


@dataclass(frozen=True, slots=True)
class Resume:
    leg: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Silence the agent towards the customer."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True)
class BearSilence:
    """A telephone that has just begun to hold by its own key need not send any sound until it takes
    the call back: its silence is no loss."""

    leg: str


@dataclass(frozen=True, slots=True)
class SendDigits:
    leg: str
    digits: str


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Stereo file under the recordings folder: left the customer, right the agent."""

    leg: str
    storage_key: str


@dataclass(frozen=True, slots=True)
class StopRecording:
    leg: str
    storage_key: str


@dataclass(frozen=True, slots=True)
class MaskRecording:
    leg: str
    storage_key: str
    on: bool


@dataclass(frozen=True, slots=True)
class AnswerPhone:
    """Only phones that the switch itself simulates (media `rehearsal`) answer on request."""

    extension: str


@dataclass(frozen=True, slots=True)
class RegisterPhone:
    """Plug in or pull out the simulated phone of an agent with media `rehearsal`."""

    extension: str
    on: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """Place a leg and park it. Its answer and its end come as events of the leg; a leg that
    cannot even be created comes back as a failed action. `contact_id` is sent to the phone."""

    leg: str
    target: Target
    shown_number: str
    timeout_s: int
    contact_id: str
    auto_answer: bool = False


@dataclass(frozen=True, slots=True)
class SplitToMusic:
    """Part two bridged legs; both stay up and hear music."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class PlayMusic:
    """Take one leg out of its bridge to the music; the other leg waits, parked."""

    leg: str


@dataclass(frozen=True, slots=True)
class Ringback:
    """Let a leg hear that the other side is being called."""

    leg: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Connect two legs. With `keep` each is parked when the other leaves, else it ends too."""

    leg: str
    other: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class EndTogether:
    """Two legs were bridged to be kept; from now on the end of one is the end of the other."""

    leg: str
    other: str


@dataclass(frozen=True, slots=True)
class SendToQueue:
    leg: str
    queue: str


@dataclass(frozen=True, slots=True)
class SendToFlow:
    leg: str
    flow: str


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Bring legs together in the conference of a contact."""

    legs: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Call a supervisor's phone and let it listen to `target_leg`, heard by nobody."""

    leg: str
    extension: str
    target_leg: str
    contact_id: str


@dataclass(frozen=True, slots=True)
class SetListenMode:
    """monitor: nobody hears the supervisor; whisper: the agent alone; barge_in: everybody.

    `before` is the mode that goes on when the switch does not do it.
    """

    leg: str
    mode: str
    before: str = field(default="monitor", compare=False)


Action = (
    SetAgentStatus
    | Dial
    | SplitToMusic
    | PlayMusic
    | Ringback
    | Bridge
    | EndTogether
    | SendToQueue
    | SendToFlow
    | JoinConference
    | Listen
    | SetListenMode
    | HangUp
    | Hold
    | Resume
    | Mute
    | BearSilence
    | SendDigits
    | StartRecording
    | StopRecording
    | MaskRecording
    | AnswerPhone
    | RegisterPhone
)
