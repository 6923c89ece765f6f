"""Names of codes that the pop shows, in the language of the request; for templates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from crm_web.areas.org import queries as org
from crm_web.areas.tickets import workflow
from crm_web.columns import from_ms
from crm_web.localtime import show_time

RELATIONS = ("owner", "tenant", "occupant", "payer", "property_manager")


def relation_name(code: str) -> str:
    """What a person is to a door."""
    return {
        "owner": _("户主"),
        "tenant": _("租户"),
        "occupant": _("住户"),
        "payer": _("缴费人"),
        "property_manager": _("物业"),
        "agent": _("代办"),
    }.get(code, code)


def relation_options() -> list[tuple[str, str]]:
    return [(code, relation_name(code)) for code in RELATIONS]


def care_name(code: str) -> str:
    return {
        "elderly_alone": _("独居老人"),
        "disabled": _("残疾人"),
        "medical_device": _("家用医疗设备"),
        "infant": _("有婴儿"),
        "language": _("语言不通"),
        "hospital": _("医院"),
        "key_user": _("重点用户"),
    }.get(code, code)


def talk_role(code: str) -> str:
    """What an agent did on a call, by the role of the talk."""
    return {
        "primary": pgettext("done", "接听"),
        "transferee": _("接转来的电话"),
        "consult": _("被咨询"),
        "conference": _("会议"),
        "take_over": _("接手"),
        "outbound": _("呼出"),
    }.get(code, code)


def supply_name(code: str) -> str:
    return {
        "supplied": _("正常供水"),
        "suspended": _("暂停供水"),
        "disconnected": _("已拆表"),
        "closed": _("已销户"),
    }.get(code, code)


def ticket_state(code: str) -> str:
    return str(workflow.STATE_NAMES.get(code, code))


def ticket_url(pub: str) -> str:
    """The page of a ticket."""
    return url_for("tickets.detail", pub=pub)


def show_ms(epoch_ms: int | None, pattern: str = "%H:%M") -> str:
    """Milliseconds since the epoch on the site's clock; '' for None."""
    at: datetime | None = from_ms(epoch_ms) if epoch_ms else None
    return show_time(at, pattern)


def for_templates() -> dict[str, Callable[..., Any]]:
    """The functions that the desk's templates call by name."""
    classes = org.names("customer_class")
    return {
        "relation_name": relation_name,
        "relation_options": relation_options,
        "care_name": care_name,
        "words_supply": supply_name,
        "words_role": talk_role,
        "ticket_state": ticket_state,
        "ticket_url": ticket_url,
        "class_name": lambda code: classes.get(code, code),
    }
