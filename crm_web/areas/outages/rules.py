"""When an outage counts as active, and which step fits which state. Pure."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _

NOTICE_BEFORE = timedelta(hours=24)
SHOWN_AFTER_RESTORE = timedelta(hours=2)

KINDS = {
    "no_supply": _("停水"),
    "low_pressure": _("降压"),
    "water_quality": _("水质异常"),
    "no_heat": _("停热"),
    "no_gas": _("停气"),
}
CAUSES = {"planned": _("计划"), "emergency": _("抢修")}
STATUSES = {
    "draft": _("草稿"),
    "review": _("待审批"),
    "published": _("已发布"),
    "ongoing": _("进行中"),
    "restored": _("已恢复"),
    "closed": _("已结束"),
    "cancelled": _("已取消"),
    "discarded": _("已废弃"),
}
SCOPES = {
    "district": _("城区"),
    "estate": _("小区"),
    "building": _("楼栋"),
    "building_unit": _("单元"),
    "premise": _("单户"),
}
VISIBLE = ("published", "ongoing", "restored")

STEP_NAMES = {
    "submit": _("报审批"),
    "approve": _("批准发布"),
    "discard": _("废弃"),
    "publish": _("发布"),
    "start": _("开始"),
    "set_etr": _("改预计恢复"),
    "restore": _("已恢复"),
    "cancel": _("取消"),
}

# step: (states it fits, state after it or None = stays)
STEPS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "submit": (("draft",), "review"),
    "approve": (("review",), "published"),
    "discard": (("draft", "review"), "discarded"),
    "publish": (("draft",), "ongoing"),
    "start": (("published",), "ongoing"),
    "set_etr": (("published", "ongoing"), None),
    "restore": (("published", "ongoing"), "restored"),
    "cancel": (("published",), "cancelled"),
}


def is_active(
    status: str, starts_at: datetime | None, restored_at: datetime | None, now: datetime
) -> bool:
    """True from the notice time before a planned start until two hours after the restoring."""
    if status == "ongoing":
        return True
    if status == "published":
        return starts_at is not None and starts_at - NOTICE_BEFORE <= now
    if status == "restored":
        return restored_at is not None and now < restored_at + SHOWN_AFTER_RESTORE
    return False


def allowed_steps(status: str, cause_kind: str) -> tuple[str, ...]:
    """The steps that fit; an emergency is published at once, a planned outage is approved."""
    other = {"planned": ("publish",), "emergency": ("submit", "approve")}[cause_kind]
    return tuple(
        step for step, (states, _after) in STEPS.items() if status in states and step not in other
    )
