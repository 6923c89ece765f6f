"""How long a not-ready reason may last. Desks and the floor show it; nobody is cut off."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _

from crm_web import audit
from crm_web.areas.org import queries
from crm_web.areas.org.errors import BadInput
from crm_web.areas.org.models import DictionaryItem
from crm_web.errors import Conflict

KIND = "not_ready_reason"
LONGEST_MIN = 480


def editable() -> list[DictionaryItem]:
    """The reasons that a person may choose; what the system sets has no limit."""
    return [item for item in queries.items(KIND) if not item.attrs.get("system")]


def save_limits(entered: Mapping[str, str], versions: Mapping[str, str]) -> None:
    """Set the minutes of each reason, "" for no limit. Raises BadInput with the fields by code,
    Conflict when somebody else changed one that differs."""
    wrong, wanted = {}, {}
    for item in editable():
        text = entered.get(item.code, "").strip()
        wanted[item.code] = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        if text and not 1 <= wanted[item.code] <= LONGEST_MIN:
            wrong[item.code] = _("1 到 %(most)s 分钟，空着不限", most=LONGEST_MIN)
    if wrong:
        raise BadInput(_("看一下标红的地方，改好再保存。"), fields=wrong)
    for item in editable():
        before, after = item.attrs.get("most_min") or 0, wanted[item.code]
        if before == after:
            continue
        if versions.get(item.code) != str(item.ver):
            raise Conflict(_("别人刚改过这一条，刷新后再改。"))
        rest = {name: value for name, value in item.attrs.items() if name != "most_min"}
        item.attrs = {**rest, "most_min": after} if after else rest
        audit.record(
            "dictionary.edit", KIND, item.code, {"most_min": before}, {"most_min": after}
        )
