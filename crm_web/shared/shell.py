"""What every page shows around its content: rail, user menu, language, theme.

The rail lists only places that exist (the endpoint is registered) and that the signed-in user may
open, so nobody meets a link that ends in a refusal.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Callable, NamedTuple

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale, lazy_gettext, lazy_pgettext
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("crm_web.shell")

LANGUAGES = {"zh": ("zh-CN", "中文"), "en": ("en", "English")}
LANGUAGE_COOKIE = "clearline_lang"
THEME_COOKIE = "clearline_theme"
THEMES = ("light", "dark")


class Place(NamedTuple):
    """One entry of the rail or of the user menu."""

    endpoint: str
    icon: str
    label: Any
    permission: str | None = None
    whole_site: bool = False  # only for those whose permission reaches everybody
    agents_only: bool = False  # only for those who have an agent number
    instead_of: str = ""  # only for those who lack this permission, and with it the way there


RAIL = (
    Place(
        "supervisor.page",
        "layout-board",
        lazy_gettext("现场"),
        "agent_state.view_live",
        whole_site=True,
    ),
    Place("desk.page", "headset", lazy_pgettext("rail", "坐席"), "desk.use", agents_only=True),
    Place(
        "live_queues.index",
        "users-group",
        lazy_pgettext("rail", "队列"),
        "queue.change_live",
        instead_of="telephony.edit",
    ),
    Place("tickets.index", "clipboard-list", lazy_gettext("工单"), "ticket.view"),
    Place("customers.index", "home", lazy_pgettext("rail", "客户"), "customer.view"),
    Place(
        "customers.import_page",
        "upload",
        lazy_pgettext("rail", "导入"),
        "customer.import",
        instead_of="customer.view",
    ),
    Place("calls.index", "phone-call", lazy_pgettext("rail", "通话"), "contact.view"),
    Place("voicemails.index", "inbox", lazy_gettext("留言"), "voicemail.handle"),
    Place("outages.index", "droplet-off", lazy_pgettext("rail", "停水"), "outage.view"),
    Place("reports.index", "chart-bar", lazy_gettext("报表"), "report.view"),
    Place("org.index", "users", lazy_pgettext("rail", "人员"), "user.edit"),
    Place(
        "reasons.index",
        "coffee",
        lazy_pgettext("rail", "示忙"),
        "dictionary.edit",
        instead_of="user.edit",
    ),
    Place("audit.index", "shield", lazy_pgettext("rail", "日志"), "audit.view"),
    Place("system.index", "server", lazy_gettext("系统"), "setting.edit"),
)
#: What a place of the rail may count: how many, told to screen readers as a sentence.
COUNTED = {"voicemails.index": lazy_gettext("%(n)s 条新留言")}
MOST_SHOWN = 99
USER_MENU = (Place("auth.password", "lock", lazy_gettext("改密码")),)
# Blueprints whose pages stand behind another one's entry of the rail.
BEHIND = {
    "telephony": "org",
    "recording_rules": "org",
    "recording_gaps": "org",
    "reasons": "org",
}
SEARCH = ("customers.index", "customer.view")
LOGOUT = "auth.logout"


@dataclass(frozen=True)
class Link:
    endpoint: str
    url: str
    icon: str
    label: str
    current: bool


@dataclass(frozen=True)
class Count:
    """How much waits at a place. `told` is the sentence with %(n)s for it."""

    number: int
    told: str

    @property
    def shown(self) -> str:
        """The number, or 99+."""
        return str(self.number) if self.number <= MOST_SHOWN else f"{MOST_SHOWN}+"

    @property
    def sentence(self) -> str:
        """What a screen reader says of it."""
        return self.told % {"n": self.shown}


@dataclass(frozen=True)
class Shell:
    """Everything base.html and bare.html read, under the name `shell`."""

    signed_in: bool
    user_name: str
    user_no: str
    site_name: str
    lang_tag: str
    other_lang: str
    other_lang_name: str
    theme: str
    home: str
    rail: tuple[Link, ...]
    user_menu: tuple[Link, ...]
    search_url: str | None
    logout_url: str | None


def wanted_language(default: str = "zh") -> str:
    """The language of this request: the cookie of the switch, else the site's default.

    The browser's Accept-Language is left alone: a Chinese-first desk must not turn English because
    somebody installed an English browser.
    """
    chosen = request.cookies.get(LANGUAGE_COOKIE, default)
    return chosen if chosen in LANGUAGES else default


def wanted_theme() -> str:
    """`light`, `dark`, or an empty string: follow the system."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _links(places: tuple[Place, ...], can: Callable[[str], bool]) -> tuple[Link, ...]:
    area = (request.endpoint or "").partition(".")[0]
    here = (area, BEHIND.get(area))
    return tuple(
        Link(
            place.endpoint,
            url_for(place.endpoint),
            place.icon,
            str(place.label),
            place.endpoint.partition(".")[0] in here,
        )
        for place in places
        if _exists(place.endpoint) and _open_to_user(place, can)
    )


def _open_to_user(place: Place, can: Callable[[str], bool]) -> bool:
    if place.permission is None:
        return True
    if place.agents_only and current_user.agent_no is None:
        return False
    if place.instead_of and can(place.instead_of):
        return False
    if place.whole_site and current_user.scope(place.permission) != "all":
        return False
    return can(place.permission)


def count_at(app: Flask, endpoint: str, count: Callable[[], int]) -> None:
    """Show what `count` finds beside a place of the rail; it is asked once for each whole page,
    and need not count further than one above MOST_SHOWN."""
    app.extensions.setdefault("rail_counts", {})[endpoint] = count


def waiting(can: Callable[[str], bool]) -> dict[str, int]:
    """Place of the rail → how much is new there, of the places that the user may open."""
    found = {}
    for place in RAIL:
        if place.endpoint in COUNTED and _exists(place.endpoint) and _open_to_user(place, can):
            count = _waiting_at(place.endpoint)
            if count is not None:
                found[place.endpoint] = count.number
    return found


def _waiting_at(endpoint: str) -> Count | None:
    """None for a place that counts nothing, or can't while the database is away."""
    count = current_app.extensions.get("rail_counts", {}).get(endpoint)
    if count is None:
        return None
    try:
        return Count(count(), str(COUNTED[endpoint]))
    except SQLAlchemyError as error:
        log.warning("%s is not counted: %s", endpoint, error)
        return None


def _language() -> str:
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "zh"


def build_shell(can: Callable[[str], bool], site_name: str) -> Shell:
    """`can(permission)` answers for the signed-in user; it is not asked for anybody else."""
    signed_in = bool(current_user.is_authenticated)
    language = _language()
    other = "en" if language == "zh" else "zh"
    rail = _links(RAIL, can) if signed_in else ()
    return Shell(
        signed_in=signed_in,
        user_name=current_user.name if signed_in else "",
        user_no=current_user.login if signed_in else "",
        site_name=site_name,
        lang_tag=LANGUAGES[language][0],
        other_lang=other,
        other_lang_name=LANGUAGES[other][1],
        theme=wanted_theme(),
        home=rail[0].url if rail else "/",
        rail=rail,
        user_menu=_links(USER_MENU, can) if signed_in else (),
        search_url=(
            url_for(SEARCH[0]) if signed_in and _exists(SEARCH[0]) and can(SEARCH[1]) else None
        ),
        logout_url=url_for(LOGOUT) if signed_in and _exists(LOGOUT) else None,
    )


def init_app(app: Flask, can: Callable[[str], bool]) -> None:
    """Gives every template `shell`, `section` and the counts of the rail."""

    @app.context_processor
    def _shell() -> dict[str, Any]:
        name = app.config.get("SITE_NAME") or lazy_gettext("公用事业服务热线")
        # A function: fragments and refusals show no rail, and must not pay for its figures.
        return {
            "shell": build_shell(can, str(name)),
            "section": "",
            "waiting_at": _waiting_at,
            "with_counts": True,
        }
