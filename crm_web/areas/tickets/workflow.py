"""The default repair workflow as a table: which action leads where, and who may do it.

Pure: it answers "may this be done now?" and "what is the state then?". Rows and clocks are the
services' business. An action that does not fit the state is refused with a sentence, because a
person pressed a button that was right a moment ago.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from esl_controller.domain.errors import DomainError

OPEN, DISPATCHED, ACCEPTED = "open", "dispatched", "accepted"
EN_ROUTE, ON_SITE, FINISHED = "en_route", "on_site", "finished"
WRITTEN_OFF, CLOSED, RETURNED, VOID = "written_off", "closed", "returned", "void"

STATES = (
    OPEN, DISPATCHED, ACCEPTED, EN_ROUTE, ON_SITE, FINISHED, WRITTEN_OFF, CLOSED, RETURNED, VOID,
)  # fmt: skip
FINAL_STATES = (CLOSED, VOID)
UNFINISHED_STATES = tuple(state for state in STATES if state not in FINAL_STATES)

STATE_NAMES = {
    OPEN: _("待派单"),
    DISPATCHED: _("待接单"),
    ACCEPTED: _("已接单"),
    EN_ROUTE: _("途中"),
    ON_SITE: _("现场处理"),
    FINISHED: _("待核销"),
    WRITTEN_OFF: _("待回访"),
    CLOSED: _("已办结"),
    RETURNED: _("退回"),
    VOID: _("已作废"),
}


class ActionRefused(DomainError):
    """The action does not fit the ticket's state; the message is for the person who asked."""

    code = "action_refused"


@dataclass(frozen=True)
class Action:
    """One button: `sources` are the states it is shown in, `target` None = the state stays."""

    code: str
    name: LazyString
    sources: tuple[str, ...]
    target: str | None
    permission: str
    needs_note: bool = False
    stamp: str = ""


_BUSY = (DISPATCHED, ACCEPTED, EN_ROUTE, ON_SITE)

ACTIONS = {
    action.code: action
    for action in (
        Action("close_on_call", _("当场办结"), (OPEN,), CLOSED, "ticket.create", stamp="closed_at"),
        Action("dispatch", _("派单"), (OPEN, RETURNED), DISPATCHED, "ticket.dispatch",
               stamp="dispatched_at"),
        Action("accept", _("接单"), (DISPATCHED,), ACCEPTED, "ticket.work", stamp="accepted_at"),
        Action("depart", _("出发"), (ACCEPTED,), EN_ROUTE, "ticket.work"),
        Action("arrive", _("到场"), (ACCEPTED, EN_ROUTE), ON_SITE, "ticket.work",
               stamp="arrived_at"),
        Action("finish", _("完工"), (ON_SITE,), FINISHED, "ticket.work", needs_note=True,
               stamp="finished_at"),
        Action("reassign", _("改派"), _BUSY, DISPATCHED, "ticket.reassign", needs_note=True),
        Action("send_back", _("退回"), (DISPATCHED, ACCEPTED, ON_SITE), RETURNED, "ticket.work",
               needs_note=True),
        Action("write_off", _("核销"), (FINISHED,), WRITTEN_OFF, "ticket.write_off",
               stamp="written_off_at"),
        Action("reject", _("核销不通过"), (FINISHED,), ON_SITE, "ticket.write_off",
               needs_note=True),
        Action("close", _("回访办结"), (WRITTEN_OFF,), CLOSED, "ticket.close", stamp="closed_at"),
        Action("follow_up_bad", _("回访不满意"), (WRITTEN_OFF,), RETURNED, "ticket.follow_up",
               needs_note=True),
        Action("reopen", _("重新打开"), (CLOSED,), RETURNED, "ticket.reopen", needs_note=True),
        Action("chase", _("催办"), UNFINISHED_STATES, None, "ticket.create"),
        Action("comment", _("补充说明"), STATES, None, "ticket.create", needs_note=True),
        Action("void", _("作废"), (OPEN, DISPATCHED, RETURNED), VOID, "ticket.void",
               needs_note=True),
    )
}  # fmt: skip


def find_action(code: str) -> Action | None:
    """The action of that code, or None for a code nobody defined."""
    return ACTIONS.get(code)


def apply(state: str, code: str, note: str = "") -> str:
    """The state after `code`; raises ActionRefused with a sentence when it can't be done."""
    action = ACTIONS.get(code)
    if action is None:
        raise ActionRefused(str(_("没有这个操作")), action=code)
    if state not in action.sources:
        text = _(
            "工单现在是“%(state)s”，不能%(action)s",
            state=str(STATE_NAMES.get(state, state)),
            action=str(action.name),
        )
        raise ActionRefused(str(text), action=code, state=state)
    if action.needs_note and not note.strip():
        text = _("%(action)s要写明原因", action=str(action.name))
        raise ActionRefused(str(text), action=code, state=state)
    return action.target or state


def actions_of(state: str) -> tuple[Action, ...]:
    """The actions that fit a state, main one first (the table's order)."""
    return tuple(action for action in ACTIONS.values() if state in action.sources)
