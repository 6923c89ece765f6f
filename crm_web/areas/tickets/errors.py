"""What the tickets area refuses (ActionRefused lives beside the workflow's table)."""

from crm_web.errors import Conflict, Invalid, NotFound


class NoSuchTicket(NotFound):
    pass


class NoSuchKind(Invalid):
    """details["fields"] names the field."""


class BadTicket(Invalid):
    """Fields of a ticket that can't be used; details["fields"] maps names to messages."""


class ChangedMeanwhile(Conflict):
    """Somebody else acted on it after this page was opened."""
