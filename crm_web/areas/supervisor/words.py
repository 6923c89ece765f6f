"""The texts that the floor's script shows, translated for this request."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm_web.areas.desk.queries import state_names, system_reasons

__all__ = ["STATES", "floor_texts", "system_reasons"]

# In the order of the filter: what needs a look first.
STATES = ("unreachable", "on_call", "offered", "wrap_up", "ready", "not_ready", "signed_out")


def floor_texts() -> dict[str, Any]:
    """Sentences and tables for js/texts.js."""
    return {
        "states": state_names(),
        "team_line": _("示闲 {ready}，通话 {talking}"),
        "team_size": _("{team} {n} 人"),
        "age": _("数据 {s} 秒前"),
        "age_old": _("数据 {s} 秒没有更新"),
        "nothing": _("现在没有要处理的。"),
        "set_aside": _("{name} 未响应，已停派"),
        "lost": _("{name} 话机不通"),
        "wrap_over": _("{name} 整理超时"),
        "long_call": _("{name} 通话超过 10 分钟"),
        "long_wait": _("{queue} 最长等待 {time}"),
        "next": _("之后：{state}"),
        "missed_one": _("未接 {number}"),
        "order_sent": _("已下令，等坐席状态变化"),
        "not_sent": _("没有送到服务器，再试一次。"),
        "no_agents": _("这个条件下没有坐席。"),
        "phone_registered": _("已注册"),
        "phone_unregistered": _("未注册"),
        "ready": _("改示闲"),
        "look": _("查看"),
    }
