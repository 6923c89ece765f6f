"""Looking up people, queues and dictionaries; other areas come in through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm_web.areas.org.errors import NoSuchAgent, NoSuchQueue, NoSuchRole, NoSuchUser
from crm_web.areas.org.models import (
    Agent,
    CalledNumber,
    Dictionary,
    DictionaryItem,
    OrgUnit,
    Queue,
    QueueMember,
    Role,
    RolePermission,
    User,
    UserRole,
)
from crm_web.columns import utc_now
from crm_web.extensions import db


def items(kind: str, *, also_inactive: bool = False) -> Sequence[DictionaryItem]:
    """The items of a dictionary in their order."""
    statement = (
        select(DictionaryItem)
        .join(Dictionary, Dictionary.id == DictionaryItem.dictionary_id)
        .where(Dictionary.kind == kind)
        .order_by(DictionaryItem.sort, DictionaryItem.id)
    )
    if not also_inactive:
        statement = statement.where(DictionaryItem.active.is_(True))
    return db.session.scalars(statement).all()


def reason_limits() -> dict[str, int]:
    """Not-ready reason → for how many minutes at a time it is meant; the others have no limit."""
    limits = {item.code: item.attrs.get("most_min") for item in items("not_ready_reason")}
    return {code: int(minutes) for code, minutes in limits.items() if minutes}


def find_item(kind: str, code: str) -> DictionaryItem | None:
    """The item with `code`, also when it is no longer active."""
    return db.session.scalar(
        select(DictionaryItem)
        .join(Dictionary, Dictionary.id == DictionaryItem.dictionary_id)
        .where(Dictionary.kind == kind, DictionaryItem.code == code)
    )


class Named(Protocol):
    """A row with a name in both languages; the English one may be empty."""

    name: Any
    name_en: Any


def item_name(item: Named) -> str:
    """The row's name in the language of the request; the filter `named` of templates."""
    locale = get_locale()
    return str(item.name_en if locale and locale.language == "en" and item.name_en else item.name)


def names(kind: str) -> dict[str, str]:
    """Code → name in the language of the request, with the inactive ones."""
    return {item.code: item_name(item) for item in items(kind, also_inactive=True)}


def find_agent(agent_no: str) -> Agent | None:
    """The agent with this number, active or not."""
    return db.session.scalar(
        select(Agent).options(joinedload(Agent.user)).where(Agent.agent_no == agent_no)
    )


def get_agent(agent_no: str) -> Agent:
    """Raises NoSuchAgent."""
    found = find_agent(agent_no)
    if found is None:
        raise NoSuchAgent(_("没有这个座席"))
    return found


def agent_names() -> dict[str, str]:
    """agent_no → name of every agent, also of those who left."""
    rows = db.session.execute(
        select(Agent.agent_no, User.display_name).join(User, User.id == Agent.user_id)
    )
    return {agent_no: name for agent_no, name in rows}


def expert_numbers() -> set[str]:
    """The agents of the second line: those with the role expert, as long as they have it."""
    statement = (
        select(Agent.agent_no)
        .join(UserRole, UserRole.user_id == Agent.user_id)
        .join(Role, Role.id == UserRole.role_id)
        .where(Role.code == "expert")
        .where(or_(UserRole.expires_at.is_(None), UserRole.expires_at > utc_now()))
    )
    return set(db.session.scalars(statement))


def groups_of_agents() -> dict[str, list[str]]:
    """agent_no → the names of the queues that the agent serves."""
    rows = db.session.execute(
        select(Agent.agent_no, Queue.name)
        .join(QueueMember, QueueMember.agent_id == Agent.id)
        .join(Queue, Queue.id == QueueMember.queue_id)
        .where(Queue.active.is_(True))
        .order_by(Queue.sort, Queue.code)
    )
    found: dict[str, list[str]] = {}
    for agent_no, name in rows:
        found.setdefault(agent_no, []).append(name)
    return found


def agents() -> Sequence[Agent]:
    """All agents by number, with their users, extensions and queues."""
    return db.session.scalars(agents_statement()).all()


def agents_statement() -> Select[Agent]:
    """The agents by number, with their users, extensions and queues, to be paged."""
    statement = select(Agent).options(
        joinedload(Agent.user),
        joinedload(Agent.extension),
        selectinload(Agent.queues).joinedload(QueueMember.queue),
    )
    return statement.order_by(Agent.agent_no)


def find_queue(code: str) -> Queue | None:
    """The queue with this code."""
    return db.session.scalar(select(Queue).where(Queue.code == code))


def get_queue(code: str) -> Queue:
    """Raises NoSuchQueue."""
    found = find_queue(code)
    if found is None:
        raise NoSuchQueue(_("没有这个队列"))
    return found


def get_active_queue(code: str) -> Queue:
    """A queue that takes calls; raises NoSuchQueue."""
    found = get_queue(code)
    if not found.active:
        raise NoSuchQueue(_("没有这个队列"))
    return found


def queues() -> Sequence[Queue]:
    """All queues in their order, with members."""
    return db.session.scalars(queues_statement()).all()


def queues_statement() -> Select[Queue]:
    """The queues in their order, with members, to be paged."""
    statement = select(Queue).options(
        selectinload(Queue.members).joinedload(QueueMember.agent).joinedload(Agent.user)
    )
    return statement.order_by(Queue.sort, Queue.code)


def called_numbers() -> Sequence[CalledNumber]:
    """All published numbers."""
    return db.session.scalars(called_numbers_statement()).all()


def called_numbers_statement() -> Select[CalledNumber]:
    """The published numbers with their queues, to be paged."""
    statement = select(CalledNumber).options(joinedload(CalledNumber.fallback_queue))
    return statement.order_by(CalledNumber.number)


def units() -> Sequence[OrgUnit]:
    """The active org units, parents before children."""
    return db.session.scalars(
        select(OrgUnit).where(OrgUnit.active.is_(True)).order_by(OrgUnit.path, OrgUnit.sort)
    ).all()


def get_user(pub: str) -> User:
    """Raises NoSuchUser."""
    found = db.session.scalar(
        select(User)
        .options(selectinload(User.roles).joinedload(UserRole.role), joinedload(User.agent))
        .where(User.pub == pub)
    )
    if found is None:
        raise NoSuchUser(_("没有这个人"))
    return found


def roles() -> Sequence[Role]:
    """All roles with their permissions, the built-in ones first."""
    return db.session.scalars(roles_statement()).all()


def roles_statement() -> Select[Role]:
    """The roles with their permissions, the built-in ones first, to be paged."""
    statement = select(Role).options(selectinload(Role.permissions))
    return statement.order_by(Role.built_in.desc(), Role.id)


def get_role(code: str) -> Role:
    """Raises NoSuchRole."""
    found = db.session.scalar(
        select(Role).options(selectinload(Role.permissions)).where(Role.code == code)
    )
    if found is None:
        raise NoSuchRole(_("没有这个角色"))
    return found


def user_names(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Row id → display name, for histories; ids that are None or gone are left out."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {user_id: name for user_id, name in rows}


def users_who_can(permission: str) -> list[tuple[str, str]]:
    """(public id, name) of the active people whose roles give `permission`, for a select."""
    rows = db.session.execute(
        select(User.pub, User.display_name)
        .join(UserRole, UserRole.user_id == User.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .where(User.status == "active", RolePermission.permission == permission)
        .order_by(User.display_name, User.pub)
        .distinct()
    )
    return [(pub, name) for pub, name in rows]


def user_id_of(pub: str | None) -> int | None:
    """Row id of an active person's public id, None for an unknown or missing one."""
    if not pub:
        return None
    return db.session.scalar(select(User.id).where(User.pub == pub, User.status == "active"))


def unit_id_of(row_id: int | None) -> int | None:
    """The id itself when it is an active org unit's, else None."""
    if row_id is None:
        return None
    return db.session.scalar(
        select(OrgUnit.id).where(OrgUnit.id == row_id, OrgUnit.active.is_(True))
    )
