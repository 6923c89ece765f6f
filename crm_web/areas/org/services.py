"""Changing users and roles: the rules, the audit rows, the publishing that follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm_web import audit
from crm_web.areas.auth import passwords, sessions
from crm_web.areas.org import publishing
from crm_web.areas.org.errors import BadInput, LastAdministrator, Taken
from crm_web.areas.org.models import OrgUnit, Role, RolePermission, User, UserRole
from crm_web.columns import utc_now
from crm_web.errors import Conflict
from crm_web.extensions import db
from crm_web.permissions import BREADTH, PERMISSIONS
from crm_web.security import me
from crm_web.seeds.base import new_password

LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
STATUSES = ("active", "locked", "left")
KEEPS_SYSTEM = "user.edit"  # who holds it everywhere can repair everything else


@dataclass(frozen=True)
class UserForm:
    """What the form of a user says, cleaned of spaces only."""

    login_name: str
    display_name: str
    unit_id: int
    role_codes: tuple[str, ...]
    status: str = "active"
    phone: str = ""
    email: str = ""


def create_user(form: UserForm) -> tuple[User, str]:
    """A new user and his first password, which he must change; shown once, stored nowhere."""
    _check(form)
    if db.session.scalar(select(User.id).where(User.login_name == form.login_name)) is not None:
        raise Taken(_("这个登录名已经有人用"), fields={"login_name": _("已经有人用")})
    password = new_password()
    user = User(
        login_name=form.login_name,
        display_name=form.display_name,
        password_hash=passwords.hash_password(password),
        must_change=True,
        unit_id=form.unit_id,
        phone=form.phone,
        email=form.email,
    )
    _give_roles(user, form)
    db.session.add(user)
    db.session.flush()
    audit.record("user.create", "user", user.pub, after=_view(user))
    return user, password


def edit_user(user: User, form: UserForm, ver: int) -> None:
    """Change a user. Leaving or locking ends his sessions and takes his agent off the switch."""
    check_ver(user.ver, ver)
    _check(form)
    before = _view(user)
    user.display_name, user.unit_id = form.display_name, form.unit_id
    user.phone, user.email = form.phone, form.email
    if form.status != user.status:
        user.status = form.status
        user.left_at = utc_now() if form.status == "left" else None
        if form.status != "active":
            sessions.end_sessions(user.id, form.status)
    _give_roles(user, form)
    db.session.flush()
    _keep_an_administrator()
    audit.record("user.edit", "user", user.pub, before, _view(user))
    if user.agent is not None:
        publishing.publish(me().id)


def reset_password(user: User) -> str:
    """A new password that must be changed; ends all sessions of the user."""
    password = new_password()
    user.password_hash = passwords.hash_password(password)
    user.must_change, user.failed_count, user.locked_until = True, 0, None
    sessions.end_sessions(user.id, "reset")
    audit.record("user.reset_password", "user", user.pub)
    return password


def edit_role(role: Role, name: str, scopes: Mapping[str, str], ver: int, reason: str) -> None:
    """Set the permissions of a role; `scopes` maps those that it shall have to their reach."""
    check_ver(role.ver, ver)
    unknown = [n for n, scope in scopes.items() if n not in PERMISSIONS or scope not in BREADTH]
    if unknown or not name.strip():
        raise BadInput(_("填写的内容有问题"), fields={"name": _("名称不能空")})
    before = _grants(role)
    present = {grant.permission: grant for grant in role.permissions}
    for permission, grant in present.items():
        if permission in scopes:
            grant.scope = scopes[permission]
        else:
            role.permissions.remove(grant)
    for permission, scope in scopes.items():
        if permission not in present:
            role.permissions.append(RolePermission(permission=permission, scope=scope))
    role.name = name.strip()[:80]
    role.updated_at = utc_now()  # a change of its permissions is a change of the role
    db.session.flush()
    _keep_an_administrator()
    audit.record("role.edit", "role", role.code, before, _grants(role), reason=reason)


def publish_telephony() -> None:
    """Tell the controller of a change that another area made to what it is told."""
    publishing.publish(me().id)


def check_ver(present: int, seen: int) -> None:
    """Conflict when the row has been changed since the form was opened."""
    if present != seen:
        raise Conflict(_("别人刚改过这一条，刷新后再改。"), present=present, seen=seen)


def _check(form: UserForm) -> None:
    fields: dict[str, str] = {}
    if not LOGIN_NAME.fullmatch(form.login_name):
        fields["login_name"] = _("2 到 32 位小写字母、数字、点、横线")
    if not 1 <= len(form.display_name) <= 80:
        fields["display_name"] = _("姓名不能空")
    if db.session.get(OrgUnit, form.unit_id) is None:
        fields["unit_id"] = _("选一个部门")
    if form.status not in STATUSES:
        fields["status"] = _("选一个状态")
    if len(_roles(form.role_codes)) != len(set(form.role_codes)):
        fields["roles"] = _("没有这个角色")
    if len(form.phone) > 32 or len(form.email) > 190:
        fields["phone"] = _("太长")
    if fields:
        raise BadInput(_("填写的内容有问题"), fields=fields)


def _roles(codes: Iterable[str]) -> list[Role]:
    return list(db.session.scalars(select(Role).where(Role.code.in_(list(codes)))))


def _give_roles(user: User, form: UserForm) -> None:
    """Give and take roles. They hold for the user's own unit and what is below it."""
    wanted = {role.id: role for role in _roles(form.role_codes)}
    for given in list(user.roles):
        if given.role_id in wanted and given.unit_id == form.unit_id:
            del wanted[given.role_id]
        else:
            user.roles.remove(given)
    db.session.flush()
    for role in wanted.values():
        user.roles.append(UserRole(role=role, unit_id=form.unit_id, granted_by_id=me().id))


def _keep_an_administrator() -> None:
    """At least one active user keeps the permission to edit users everywhere."""
    left = db.session.scalar(
        select(func.count(User.id.distinct()))
        .join(UserRole, UserRole.user_id == User.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .where(
            User.status == "active",
            RolePermission.permission == KEEPS_SYSTEM,
            RolePermission.scope == "all",
            UserRole.expires_at.is_(None) | (UserRole.expires_at > utc_now()),
        )
    )
    if not left:
        raise LastAdministrator(_("至少要留一个能管理人员的账号。"))


def _view(user: User) -> dict[str, Any]:
    return {
        "login_name": user.login_name,
        "display_name": user.display_name,
        "unit_id": user.unit_id,
        "status": user.status,
        "phone": user.phone,
        "email": user.email,
        "roles": sorted(given.role.code for given in user.roles),
    }


def _grants(role: Role) -> dict[str, Any]:
    return {"name": role.name, **{g.permission: g.scope for g in role.permissions}}
