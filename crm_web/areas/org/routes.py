"""Users and roles. The switch's tables are in `switch_routes`."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm_web.areas.org import forms, queries, services, telephony
from crm_web.areas.org.models import Agent, Role, User, UserRole
from crm_web.areas.org.reasons_routes import bp as reasons_bp
from crm_web.areas.org.switch_routes import bp as switch_bp
from crm_web.errors import Conflict, Invalid
from crm_web.paging import page_number, paginate
from crm_web.permissions import BREADTH, PERMISSIONS
from crm_web.security import reason_for, require

bp = Blueprint("org", __name__, url_prefix="/org", template_folder="templates")
blueprints = (bp, switch_bp, reasons_bp)
bp.add_app_template_filter(queries.item_name, "named")


@bp.get("/users")
@require("user.edit")
def index() -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()[:64]
    statement = select(User).options(
        joinedload(User.unit),
        joinedload(User.agent),
        selectinload(User.roles).joinedload(UserRole.role),
    )
    if wanted:
        statement = statement.where(
            or_(
                User.login_name.contains(wanted, autoescape=True),
                User.display_name.contains(wanted, autoescape=True),
                User.id.in_(select(Agent.user_id).where(Agent.agent_no == wanted)),
            )
        )
    page = paginate(statement.order_by(User.login_name), page_number(request.args.get("page")))
    return render_template("org/users.html", found=page, wanted=wanted)


def _user_page(user: User | None, fields: dict[str, str], status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "org/user.html",
        user=user,
        form=(
            forms.user_form(request.form, user.login_name if user else "")
            if request.method == "POST"
            else None
        ),
        units=queries.units(),
        roles=queries.roles(),
        media=telephony.MEDIA,
        fields=fields,
    )
    return page, status


@bp.get("/users/new")
@require("user.edit")
def new_user() -> ResponseReturnValue:
    return _user_page(None, {})


@bp.post("/users/new")
@require("user.edit")
def create_user() -> ResponseReturnValue:
    try:
        user, password = services.create_user(forms.user_form(request.form))
    except (Invalid, Conflict) as error:
        return _user_page(None, error.details.get("fields", {}), 422)
    return render_template("org/password.html", user=user, password=password), 201


@bp.get("/users/<pub>")
@require("user.edit")
def user(pub: str) -> ResponseReturnValue:
    return _user_page(queries.get_user(pub), {})


@bp.post("/users/<pub>")
@require("user.edit")
def edit_user(pub: str) -> ResponseReturnValue:
    found = queries.get_user(pub)
    form = forms.user_form(request.form, found.login_name)
    try:
        services.edit_user(found, form, forms.ver(request.form))
    except Invalid as error:
        return _user_page(found, error.details.get("fields", {}), 422)
    flash(_("已保存"), "ok")
    return redirect(url_for("org.index"))


@bp.post("/users/<pub>/password")
@require("user.edit")
def reset_password(pub: str) -> ResponseReturnValue:
    found = queries.get_user(pub)
    password = services.reset_password(found)
    return render_template("org/password.html", user=found, password=password)


@bp.get("/roles")
@require("role.edit")
def roles() -> ResponseReturnValue:
    page = paginate(queries.roles_statement(), page_number(request.args.get("page")))
    return render_template("org/roles.html", found=page)


def _role_page(role: Role, fields: dict[str, str], status: int = 200) -> ResponseReturnValue:
    entered = forms.role_scopes(request.form) if request.method == "POST" else None
    page = render_template(
        "org/role.html",
        role=role,
        scopes=(
            {grant.permission: grant.scope for grant in role.permissions}
            if entered is None
            else entered
        ),
        permissions=PERMISSIONS,
        reaches=BREADTH,
        fields=fields,
    )
    return page, status


@bp.get("/roles/<code>")
@require("role.edit")
def role(code: str) -> ResponseReturnValue:
    return _role_page(queries.get_role(code), {})


@bp.post("/roles/<code>")
@require("role.edit")
def edit_role(code: str) -> ResponseReturnValue:
    found = queries.get_role(code)
    try:
        services.edit_role(
            found,
            forms.text(request.form, "name", 80),
            forms.role_scopes(request.form),
            forms.ver(request.form),
            reason_for("role.edit", request.form.get("reason")),
        )
    except Invalid as error:
        return _role_page(found, error.details.get("fields", {}), 422)
    flash(_("已保存"), "ok")
    return redirect(url_for("org.roles"))
