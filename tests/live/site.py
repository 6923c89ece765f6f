"""The scenarios' site: the demonstration city, and a number that leads straight to a person.

As a program it adds that number to the city in the database that the environment names.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import redis

WRITTEN_WITHIN_S = 120
#: By this number callers hear the menu, by the next one what a scenario publishes for it.
NUMBER, SECOND_NUMBER = "96001", "96002"
#: Whoever dials it is known and in the queue at once: most scenarios begin with the talk.
STRAIGHT_NUMBER = "96003"
NUMBERS = f"{NUMBER},{SECOND_NUMBER},{STRAIGHT_NUMBER}"


def write(values: Mapping[str, str], within: float = WRITTEN_WITHIN_S) -> None:
    """Into the database that `values` name; it must be empty."""
    for module in (("crm_web.cli", "init-db"), ("tests.live.site",)):
        done = subprocess.run(
            [sys.executable, "-m", *module],
            env=values, capture_output=True, text=True, timeout=within, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{module}: {done.stdout[-2000:]}{done.stderr[-3000:]}"


def known_caller(then: str) -> dict[str, Any]:
    """The first nodes of a flow: the call is answered, and who calls is looked up in silence."""
    found = ("one", "several", "none", "unavailable")
    return {
        "answer": {"type": "answer", "exits": {"done": "identify"}},
        "identify": {"type": "identify", "exits": dict.fromkeys(found, then)},
    }


def straight() -> dict[str, Any]:
    """A flow that knows the caller and says nothing."""
    return {
        "code": "straight",
        "title": "直接转人工",
        "start": "answer",
        "fallback_queue": "general",
        "defaults": {"timeout_s": 6},
        "nodes": {
            **known_caller(then="person"),
            "person": {"type": "queue", "queue": "general"},
        },
    }


def _add_straight_number() -> None:
    # Only the program needs the web's modules, not the scenarios that ask for the numbers.
    from sqlalchemy import select

    from crm_web.app import create_app
    from crm_web.areas.org import telephony
    from crm_web.areas.org.models import CalledNumber
    from crm_web.extensions import db
    from crm_web.settings import Settings
    from crm_web.transaction import unit_of_work

    app = create_app(Settings.from_env())
    # Without Redis the version waits in the database and leaves at the web's start.
    with app.app_context(), suppress(redis.exceptions.RedisError), unit_of_work():
        flow = straight()
        wanted = select(CalledNumber).where(CalledNumber.number == STRAIGHT_NUMBER)
        db.session.scalars(wanted).one().flow_code = flow["code"]
        telephony.save_flow(flow)  # and publishes both


if __name__ == "__main__":
    _add_straight_number()
