"""What a site starts with: roles, dictionaries, kinds of case; and the demonstration's people.

Everything here may run again at any time: what exists is left as the site has changed it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from crm_web.areas.auth.passwords import hash_password
from crm_web.areas.org.models import (
    Agent,
    CalledNumber,
    Dictionary,
    DictionaryItem,
    Extension,
    OrgUnit,
    Queue,
    QueueMember,
    Role,
    RolePermission,
    Setting,
    User,
    UserRole,
)
from crm_web.areas.tickets.models import TicketKind
from crm_web.extensions import db
from crm_web.permissions import GRANTS, PERMISSIONS, ROLES
from crm_web.seeds.dictionaries import DICTIONARIES
from crm_web.settings import Settings

DATA = Path(__file__).parent / "data"
LOGINS_FILE = "demo-logins.txt"
KNOWN_PERMISSIONS = "seed.permissions"  # the setting with the names that roles were given once
# Without 0 O 1 l I: these passwords are read from a screen and typed.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

UNITS = (  # code, parent, name, kind
    ("company", None, "青澜水务", "company"),
    ("hotline", "company", "客服中心", "department"),
    ("team_a", "hotline", "一组", "team"),
    ("team_b", "hotline", "二组", "team"),
    ("station_east", "company", "城东保供站", "station"),
    ("station_west", "company", "城西保供站", "station"),
)
AGENTS = (  # agent_no, name, team
    ("1001", "林晓", "team_a"),
    ("1002", "何静", "team_a"),
    ("1003", "赵敏", "team_a"),
    ("1004", "孙宇", "team_a"),
    ("1005", "郭涛", "team_b"),
    ("1006", "蒋波", "team_b"),
    ("1007", "冯雪", "team_b"),
)
EXPERTS = (("1008", "马莉", "team_b"),)
# In no queue: their extension is for listening, helping and calling out.
SUPERVISORS = (
    ("2001", "陈国栋", "hotline"),
    ("2002", "周雯", "hotline"),
)
OTHERS = (  # login_name, name, unit, role
    ("admin", "系统管理员", "company", "administrator"),
    ("director", "方远", "company", "director"),
    ("3001", "吴建", "station_east", "station_dispatcher"),
    ("3002", "马强", "station_east", "field_worker"),
)
QUEUES = (  # code, name, members
    ("general", "综合", ("1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008")),
    ("repair", "报修", ("1001", "1002", "1003", "1004", "1005")),
    ("billing", "账务", ("1004", "1005", "1006", "1007", "1008")),
)


@dataclass(frozen=True)
class Login:
    """A demonstration login; the password is known only here and in the logins file."""

    login_name: str
    name: str
    role: str
    password: str


def seed_base() -> None:
    """Roles, dictionaries, ticket kinds and the company's units; no people."""
    _seed_roles()
    _seed_dictionaries()
    _seed_ticket_kinds()
    _seed_units()


def seed_demo(settings: Settings) -> list[Login]:
    """The demonstration's people, queues and numbers; returns the logins made in this run."""
    logins = seed_agents(AGENTS, "agent") + seed_agents(EXPERTS, "expert")
    logins += seed_agents(SUPERVISORS, "shift_supervisor")
    for login_name, name, unit, role in OTHERS:
        _seed_user(logins, login_name, name, unit, role)
    db.session.flush()
    _seed_queues()
    _seed_numbers(settings)
    return logins


def seed_agents(people: Iterable[tuple[str, str, str]], role: str) -> list[Login]:
    """Users with an agent number and an extension; `people` as in AGENTS. Returns new logins."""
    logins: list[Login] = []
    for agent_no, name, unit in people:
        _seed_user(logins, agent_no, name, unit, role)
        _seed_agent(agent_no)
    return logins


def write_logins(home: Path, logins: list[Login]) -> Path:
    """Append the logins to a file that only its owner can read; returns its path."""
    path = home / LOGINS_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        for login in logins:
            out.write(f"{login.login_name}\t{login.password}\t{login.role}\t{login.name}\n")
    return path


def new_password() -> str:
    """Fourteen characters, about 80 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(14))


def _seed_roles() -> None:
    known = set(db.session.scalars(select(Role.code)))
    _grant_what_is_new()
    for code, name in ROLES.items():
        if code in known:
            continue
        grants = [
            RolePermission(permission=grant.permission, scope=grant.scope)
            for grant in GRANTS
            if grant.role == code
        ]
        db.session.add(Role(code=code, name=name, built_in=True, permissions=grants))


def _grant_what_is_new() -> None:
    """Give the built-in roles of a site the permissions that a newer program brings.

    What the site has taken from a role stays taken: each name is granted once in a site's life.
    Before that was written down, a name that no role holds counts as new.
    """
    noted = db.session.scalar(select(Setting).where(Setting.key == KNOWN_PERMISSIONS))
    roles = {role.code: role for role in db.session.scalars(select(Role).where(Role.built_in))}
    met = set(noted.value if noted else db.session.scalars(select(RolePermission.permission)))
    new = set(PERMISSIONS) - met
    for grant in GRANTS:
        if grant.permission in new and grant.role in roles:
            roles[grant.role].permissions.append(
                RolePermission(permission=grant.permission, scope=grant.scope)
            )
    if noted is None:
        db.session.add(Setting(key=KNOWN_PERMISSIONS, value=sorted(PERMISSIONS)))
    elif new:
        noted.value = sorted({*noted.value, *PERMISSIONS})


def _seed_dictionaries() -> None:
    for kind in DICTIONARIES:
        found = db.session.scalar(select(Dictionary).where(Dictionary.kind == kind.kind))
        if found is None:
            found = Dictionary(kind=kind.kind, name=kind.name)
            db.session.add(found)
            db.session.flush()
        known = set(
            db.session.scalars(
                select(DictionaryItem.code).where(DictionaryItem.dictionary_id == found.id)
            )
        )
        for sort, item in enumerate(kind.items):
            if item.code not in known:
                db.session.add(
                    DictionaryItem(
                        dictionary_id=found.id,
                        code=item.code,
                        name=item.name,
                        name_en=item.name_en,
                        attrs=dict(item.attrs),
                        sort=sort,
                    )
                )


def _seed_ticket_kinds() -> None:
    rows = db.session.execute(select(TicketKind.code, TicketKind.id))
    known: dict[str, int] = {code: row_id for code, row_id in rows}
    lines = (DATA / "ticket_kinds_water.txt").read_text(encoding="utf-8").splitlines()
    for sort, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        code, name, name_en, *rest = [part.strip() for part in line.split("|")]
        if code in known:
            continue
        urgency, flags = (rest + ["", ""])[:2]
        kind = TicketKind(
            code=code,
            name=name,
            name_en=name_en,
            kind_class=code.partition(".")[0],
            level=code.count(".") + 1,
            default_urgency=urgency or "U3",
            needs_premise="p" not in flags,
            needs_visit="v" in flags,
            follow_up="always" if "f" in flags else "sample" if "s" in flags else "never",
            sort=sort,
            parent_id=known.get(code.rpartition(".")[0]),
        )
        db.session.add(kind)
        db.session.flush()
        known[code] = kind.id


def _seed_units() -> None:
    for sort, (code, parent, name, kind) in enumerate(UNITS):
        if _unit(code) is not None:
            continue
        above = _unit(parent) if parent else None
        unit = OrgUnit(
            code=code, name=name, kind=kind, sort=sort, parent_id=above.id if above else None
        )
        db.session.add(unit)
        db.session.flush()
        unit.path = f"{above.path if above else '/'}{unit.id}/"
    db.session.flush()


def _unit(code: str) -> OrgUnit | None:
    return db.session.scalar(select(OrgUnit).where(OrgUnit.code == code))


def _seed_user(
    logins: list[Login], login_name: str, name: str, unit_code: str, role_code: str
) -> User | None:
    """A new user with a new password, or None when the login name is taken."""
    if db.session.scalar(select(User.id).where(User.login_name == login_name)) is not None:
        return None
    unit = db.session.scalars(select(OrgUnit).where(OrgUnit.code == unit_code)).one()
    role = db.session.scalars(select(Role).where(Role.code == role_code)).one()
    password = new_password()
    user = User(
        login_name=login_name,
        display_name=name,
        password_hash=hash_password(password),
        unit_id=unit.id,
    )
    user.roles.append(UserRole(role_id=role.id, unit_id=unit.id))
    db.session.add(user)
    logins.append(Login(login_name, name, role_code, password))
    return user


def _seed_agent(agent_no: str) -> None:
    """An agent with an extension for the user of this login name, unless he is one already."""
    user = db.session.scalars(select(User).where(User.login_name == agent_no)).one()
    taken = select(Extension.id).where(Extension.number == agent_no)
    if user.agent is None and db.session.scalar(taken) is None:
        extension = Extension(number=agent_no, sip_secret=secrets.token_urlsafe(24))
        db.session.add(Agent(agent_no=agent_no, user=user, extension=extension, media="webrtc"))


def _seed_queues() -> None:
    hotline = db.session.scalars(select(OrgUnit).where(OrgUnit.code == "hotline")).one()
    for sort, (code, name, members) in enumerate(QUEUES):
        if db.session.scalar(select(Queue.id).where(Queue.code == code)) is not None:
            continue
        queue = Queue(code=code, name=name, unit_id=hotline.id, sort=sort)
        for position, agent_no in enumerate(members, start=1):
            agent = db.session.scalars(select(Agent).where(Agent.agent_no == agent_no)).one()
            queue.members.append(QueueMember(agent_id=agent.id, position=position))
        db.session.add(queue)
    db.session.flush()


def _seed_numbers(settings: Settings) -> None:
    general = db.session.scalars(select(Queue).where(Queue.code == "general")).one()
    for number in settings.hotline_number.split(","):
        if db.session.scalar(select(CalledNumber.id).where(CalledNumber.number == number)) is None:
            db.session.add(
                CalledNumber(
                    number=number,
                    label="供水热线",
                    flow_code="water_main",
                    fallback_queue_id=general.id,
                )
            )
