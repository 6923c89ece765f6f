"""Which switch a scenario needs, said where it is skipped."""

from __future__ import annotations

import os

import pytest

ON_REHEARSAL = os.environ.get("SWITCH", "freeswitch") == "rehearsal"


def freeswitch_only(reason: str) -> pytest.MarkDecorator:
    """For what the stand-in cannot know; `reason` appears in the report."""
    return pytest.mark.skipif(ON_REHEARSAL, reason=f"FreeSWITCH only: {reason}")
