"""Who may do what, as shipped: permissions, built-in roles and how far each reaches. Pure data.

The table is the role matrix of the product's rules. A cell is the reach: o own, g own group,
u unit and below, t tickets assigned to me, a all, - not at all. `!` after it: a reason is asked
for and recorded. A site may change its roles; the program only knows the permissions' names.
"""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = {"o": "own", "g": "group", "u": "unit", "t": "tickets", "a": "all"}
BREADTH = ("tickets", "own", "group", "unit", "all")  # narrow to wide

ROLES = {
    "agent": "坐席",
    "expert": "专家坐席",
    "shift_supervisor": "班长",
    "quality_inspector": "质检员",
    "station_dispatcher": "站点调度",
    "field_worker": "维修工",
    "director": "主任",
    "administrator": "系统管理员",
}

_MATRIX = """
                            AG EX SS QI SD FW DI AD
desk.use                    o  o  o  -  o  -  -  -
recording.control           o  o  o  -  -  -  -  -
call.transfer_outside       o  o  o  -  -  -  -  -
help_request.answer         -  g  g  -  -  -  a  -
agent_state.view_live       g  g  a  a  u  -  a  a
agent_state.force           -  -  g  -  -  -  a  -
call.monitor                -  -  g  a  -  -  a  -
call.whisper                -  -  g  -  -  -  a  -
call.barge_in               -  -  g  -  -  -  a  -
call.take_over              -  -  g  -  -  -  a  -
call.forced_release         -  -  g  -  -  -  a  -
desk.view_other             -  -  g  -  -  -  a  -
queue.change_live           -  -  a  -  -  -  a  a
contact.view                a  a  a  a  u  t  a  -
customer.view               a  a  a  a  u  t  a  -
premise.view                a  a  a  a  u  t  a  -
ticket.view                 a  a  a  a  u  t  a  -
customer.edit               a  a  a  -  u  -  a  -
billing.view                a  a  a  -  u  -  a  -
customer.unmask             o! o! a! -  u! -  a! -
customer.import             -  -  -  -  -  -  a! a!
customer.export             -  -  -  -  -  -  a! -
care_flag.view              o  o  a  -  u  t  a  -
recording.listen            o  o  g  a  t! t! a  -
recording.download          -  -  g! a! -  -  a! -
recording.hold              -  -  -  -  -  -  a! -
review.mark                 -  -  g! a! -  -  a! -
voicemail.handle            g  g  a  -  -  -  a  -
ticket.follow_up            g  g  a  -  -  -  a  -
ticket.close                g  g  a  -  -  -  a  -
outage.view                 a  a  a  a  a  a  a  a
outage.draft                -  a  a  -  u  -  a  -
outage.publish_emergency    -  -  a  -  u  -  a  -
outage.restore              -  -  a  -  u  -  a  -
outage.approve_planned      -  -  -  -  -  -  a  -
ticket.create               a  a  a  a  u  u  a  -
ticket.edit_intake          o  a  a  -  u  -  a  -
ticket.dispatch             o  a  a  -  u  -  a  -
ticket.link                 a  a  a  -  u  -  a  -
ticket.reassign             -  -  a  -  u  -  a  -
ticket.write_off            -  -  a  -  u  -  a  -
ticket.work                 -  -  -  -  u  t  -  -
ticket.grant                -  -  a  -  -  -  a  -
ticket.reopen               -  -  a  -  -  -  a  -
ticket.supervise            -  -  a  -  -  -  a  -
ticket.void                 -  -  a! -  -  -  a! -
report.view                 o  o  g  a  u  o  a  -
report.export               -  -  g! -  u! -  a! -
report.schedule             -  -  -  -  -  -  a  -
wallboard.view              a  a  a  a  u  u  a  a
user.edit                   -  -  -  -  -  -  -  a
org.edit                    -  -  -  -  -  -  -  a
telephony.edit              -  -  -  -  -  -  -  a
setting.edit                -  -  -  -  -  -  -  a
job.view                    -  -  -  -  -  -  -  a
role.edit                   -  -  -  -  -  -  a! a!
dictionary.edit             -  -  -  -  -  -  a  a
audit.view                  -  -  -  -  -  -  a  a
"""


@dataclass(frozen=True)
class Grant:
    """One cell of the matrix."""

    permission: str
    role: str
    scope: str
    needs_reason: bool


def _read(matrix: str) -> tuple[tuple[str, ...], tuple[Grant, ...]]:
    _heading, *lines = matrix.strip("\n").splitlines()
    names: list[str] = []
    grants: list[Grant] = []
    for line in lines:
        permission, *cells = line.split()
        names.append(permission)
        for role, cell in zip(ROLES, cells, strict=True):
            if cell != "-":
                grants.append(Grant(permission, role, SCOPES[cell[0]], cell.endswith("!")))
    return tuple(names), tuple(grants)


PERMISSIONS, GRANTS = _read(_MATRIX)
NEEDS_REASON = frozenset(grant.permission for grant in GRANTS if grant.needs_reason)


def widest(first: str | None, second: str) -> str:
    """The wider of two scopes: several roles add up."""
    if first is None:
        return second
    return max(first, second, key=BREADTH.index)
