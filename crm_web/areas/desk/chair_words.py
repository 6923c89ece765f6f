"""What a supervisor reads at the desk or the board when an act on somebody's call is refused."""

from __future__ import annotations

from flask_babel import gettext as _


def chair_refusals() -> dict[str, str]:
    """By the controller's code; "you" is who wanted to listen or to help."""
    return {
        "no_talk": _("那位坐席没有在通话。"),
        "own_call": _("这是你自己的电话。"),
        "same_mode": _("已经是这个方式。"),
        "not_listening": _("先监听这通电话，再接手。"),
        "no_help_asked": _("那位坐席已经不再求助。"),
        "listen_failed": _("你的话机没有接起来，没有监听上。"),
        "help_answered": _("已经有人回应这次求助。"),
        "listener_signed_out": _("你还没有签入，先打开话机，再介入。"),
        "listener_unregistered": _("你的话机没有注册，现在不能介入。"),
        "listener_in_wrap_up": _("你还在整理，整理完再介入。"),
        "listener_busy": _("你正在通话，挂机以后再介入。"),
    }
