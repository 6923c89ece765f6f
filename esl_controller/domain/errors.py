"""Refusals in our own words. They know nothing of HTTP or ESL; each edge maps them once."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Something was asked that can't be done. `code` is for machines, `message` for people."""

    code = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class CommandRefused(DomainError):
    """A command does not fit the present state; `code` names the reason."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class SnapshotInvalid(DomainError):
    """The telephony snapshot can't be used; the message names the path."""

    code = "snapshot_invalid"


class SwitchUnavailable(DomainError):
    """The switch did not answer in time or the link is down."""

    code = "switch_unavailable"


class SwitchRefused(DomainError):
    """The switch answered -ERR; the message is its own text."""

    code = "switch_refused"


class NoSuchChannel(SwitchRefused):
    """The leg has hung up; its own event tells that as well."""


class CrmUnavailable(DomainError):
    """The CRM did not answer within its limit. Flows take their unknown branch."""

    code = "crm_unavailable"


class LegGone(DomainError):
    """The caller hung up, or the leg's socket closed. No more commands can be sent to it."""

    code = "leg_gone"
