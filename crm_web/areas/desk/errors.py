"""What the desk refuses."""

from crm_web.errors import Conflict, Forbidden, Invalid, OutOfReach


class NotAnAgent(Forbidden):
    """The account may use a desk, but no agent number belongs to it."""


class NotYourCall(OutOfReach):
    """The contact is not, and never was, this agent's."""


class BadCommand(Invalid):
    """The command's name or body is not one that a desk sends."""


class ResultMissing(Invalid):
    """A wrap-up without a result; details["fields"] names it."""


class DraftMoved(Conflict):
    """Somebody else changed the draft in between; details["draft"] is the newer one."""
