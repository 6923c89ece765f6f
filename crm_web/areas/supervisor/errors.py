"""What the floor page refuses."""

from crm_web.errors import Forbidden, Invalid


class NotYourAgent(Forbidden):
    """The agent is outside the supervisor's reach."""


class BadOrder(Invalid):
    """Not one of the things that a supervisor may order."""
