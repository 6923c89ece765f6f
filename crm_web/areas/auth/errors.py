"""What the auth area refuses."""

from crm_web.errors import NotFound


class NoSuchSession(NotFound):
    """The session is not the user's."""
