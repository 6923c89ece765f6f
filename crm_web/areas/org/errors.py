"""What the org area refuses."""

from crm_web.errors import Conflict, Invalid, NotFound


class NoSuchUser(NotFound):
    """No user has this public id."""


class NoSuchRole(NotFound):
    """No role has this code."""


class NoSuchAgent(NotFound):
    """No agent has this number."""


class NoSuchQueue(NotFound):
    """No queue has this code."""


class NoSuchNumber(NotFound):
    """No called number is on file like this."""


class BadInput(Invalid):
    """Fields that can't be used; details["fields"] maps their names to messages."""


class Taken(Conflict):
    """The name, number or code belongs to another."""


class LastAdministrator(Conflict):
    """The last active administrator can't be removed, locked or demoted."""
