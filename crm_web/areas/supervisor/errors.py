"""What the floor page refuses."""

from crm_web.errors import Conflict, Forbidden, Invalid


class NotYourAgent(Forbidden):
    """The agent is outside the supervisor's reach."""


class BadOrder(Invalid):
    """Not one of the things that a supervisor may order."""


class NoPhone(Conflict):
    """Listening needs a telephone, and the account has no agent number."""


class NotUnserved(Conflict):
    """The call is over, or an agent serves it."""
