"""What the customers area refuses, in its own words."""

from crm_web.errors import Conflict, Invalid, NotFound
from esl_controller.domain.errors import DomainError


class NoSuchPremise(NotFound):
    pass


class NoSuchCustomer(NotFound):
    pass


class NoSuchAccount(NotFound):
    pass


class NoSuchLink(NotFound):
    pass


class Duplicate(Conflict):
    """It is on file already; details carry `pub` of the row that has the key."""


class BadPhone(Invalid):
    """The text is not a number that can be called."""


class BadInput(Invalid):
    """Fields that cannot be used; details["fields"] maps their names to messages."""


class HasHistory(DomainError):
    """It has bills, tickets or calls: it may be marked, not deleted."""

    code = "has_history"


class ChangedMeanwhile(Conflict):
    """Somebody saved it after this page was opened; the page shows both versions."""


class NeedsReason(DomainError):
    """A sensitive field is shown only to somebody who says why."""

    code = "needs_reason"
