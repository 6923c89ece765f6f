"""Telephone numbers as people of this town write them."""

from __future__ import annotations

from flask import current_app

from esl_controller.domain import numbers


def normalise(raw: str | None) -> str | None:
    """The normal form of a typed or signalled number, None when it is none. What is dialled in
    the town without its area code gets it, where the site has one."""
    return numbers.normalise(raw, current_app.extensions["settings"].area_code)
