"""Reading the forms of the org area into plain values. Nonsense becomes a value that is refused."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from crm_web.areas.org.services import UserForm
from crm_web.areas.org.telephony import LIMITS, QueueForm
from crm_web.permissions import PERMISSIONS

Form = MultiDict[str, str]


def text(form: Form, name: str, longest: int = 190) -> str:
    """The field without outer spaces, cut so that nothing endless goes on."""
    return form.get(name, "").strip()[: longest + 1]


def number(form: Form, name: str, otherwise: int = -1) -> int:
    """A whole number up to nine digits; anything else is `otherwise`."""
    value = form.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise


def ver(form: Form) -> int:
    """The version that the form was opened with."""
    return number(form, "ver")


def user_form(form: Form, login_name: str = "") -> UserForm:
    """`login_name` is given when it can't be changed."""
    return UserForm(
        login_name=login_name or text(form, "login_name", 32).lower(),
        display_name=text(form, "display_name", 80),
        unit_id=number(form, "unit_id"),
        role_codes=tuple(dict.fromkeys(form.getlist("roles")))[:50],
        status=text(form, "status", 16) or "active",
        phone=text(form, "phone", 32),
        email=text(form, "email", 190),
    )


def role_scopes(form: Form) -> dict[str, str]:
    """permission → scope of the selects that are not empty."""
    found = {name: form.get(f"scope:{name}", "") for name in PERMISSIONS}
    return {name: scope for name, scope in found.items() if scope}


def members(form: Form) -> list[tuple[str, int]]:
    """(agent_no, level) by level, within one in the form's order; an empty level is no member."""
    levels = ((key.removeprefix("level:"), value.strip()) for key, value in form.items())
    found = [
        (agent_no, int(level) if level.isascii() and level.isdigit() and len(level) < 3 else 0)
        for (agent_no, level), key in zip(levels, form, strict=True)
        if key.startswith("level:") and level
    ]
    return sorted(found, key=lambda member: member[1])


def queue_form(form: Form, code: str = "") -> QueueForm:
    """`code` is given when it can't be changed."""
    return QueueForm(
        code=code or text(form, "code", 32),
        name=text(form, "name", 80),
        strategy=text(form, "strategy", 32),
        times={name: number(form, name) for name in LIMITS},
        active=form.get("active") == "1",
        members=members(form),
    )
