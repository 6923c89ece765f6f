"""What the rehearsal's callers say, for the page that plays them to the agent.

On the rehearsal switch there is no sound between caller and agent; the desk plays these instead,
so that a newcomer lives a whole call.
"""

from __future__ import annotations

from pathlib import Path

import ivr_scripts

FOLDER = Path(ivr_scripts.__file__).parent / "prompts" / "audio" / "callers"
OPENINGS = (
    "no_water",
    "bill_too_high",
    "pipe_leak",
    "low_pressure",
    "yellow_water",
    "meter_reading",
    "pay_bill",
    "rename",
)
REPLIES = ("address", "yes_right", "when_back", "thanks_bye")


def openings() -> list[str]:
    """Codes of the sentences that a call may begin with, those that have a sound file."""
    return [code for code in OPENINGS if (FOLDER / f"{code}.wav").exists()]


def replies() -> list[str]:
    """Codes of what the caller says after that, in order."""
    return [code for code in REPLIES if (FOLDER / f"{code}.wav").exists()]
