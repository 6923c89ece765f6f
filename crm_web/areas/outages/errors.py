"""What the outages area refuses."""

from crm_web.errors import Conflict, Invalid, NotFound
from esl_controller.domain.errors import DomainError


class NoSuchOutage(NotFound):
    pass


class BadOutage(Invalid):
    """Fields that can't be used; details["fields"] maps names to messages."""


class OutageRefused(DomainError):
    """The step does not fit the outage's state."""

    code = "outage_refused"


class ChangedMeanwhile(Conflict):
    """Somebody changed it after this page was opened."""
