"""Reading the area's forms: text in, typed input out. Rules are the services'."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from crm_web.areas.customers.people import CustomerInput
from crm_web.areas.customers.premises import PremiseInput

Form = MultiDict[str, str]


def text(form: Form, name: str, limit: int = 4000) -> str:
    """A field without surrounding blanks; the limit only bounds work, rules come after."""
    return (form.get(name) or "").strip()[:limit]


def number(form: Form, name: str, default: int = 0) -> int:
    """A whole number, `default` for anything else."""
    value = text(form, name, 18)
    return int(value) if value.isascii() and value.isdigit() else default


def premise_input(form: Form) -> PremiseInput:
    return PremiseInput(
        estate_pub=text(form, "estate", 26),
        building=text(form, "building", 64),
        unit=text(form, "unit", 64),
        door=text(form, "door", 64),
        kind=text(form, "kind", 16) or "home",
        label=text(form, "label"),
    )


def customer_input(form: Form) -> CustomerInput:
    return CustomerInput(
        name=text(form, "name"),
        kind=text(form, "kind", 16) or "person",
        gender=text(form, "gender", 8),
        class_code=text(form, "class_code", 32) or "residential",
        vip_level=number(form, "vip_level", 0 if not text(form, "vip_level") else 99),
        care_flags=tuple(form.getlist("care_flags")[:20]),
        note=text(form, "note"),
        pinyin=text(form, "pinyin", 100),
    )
