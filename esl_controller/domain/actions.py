"""What the controller asks of the switch. Decided by the domain, carried out by the Switch port.

`leg` is a channel UUID. Actions of one `lane` (agent or contact) are carried out in order.
"""

from __future__ import annotations

from dataclasses import dataclass


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
class SendDigits:
    leg: str
    digits: str


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Stereo file under the recordings folder: left the customer, right the agent."""

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


Action = (
    SetAgentStatus
    | HangUp
    | Hold
    | Resume
    | Mute
    | SendDigits
    | StartRecording
    | MaskRecording
    | AnswerPhone
    | RegisterPhone
)
