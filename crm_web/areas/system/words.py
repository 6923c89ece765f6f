"""What the page calls the parts and their troubles; /healthz itself speaks to programs."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from crm_web.areas.system.queries import NO_SIGN, Part

NAMES: dict[str, Any] = {
    "database": lazy_gettext("数据库"),
    "redis": "Redis",
    "controller": lazy_gettext("话务控制"),
    "switch": lazy_gettext("交换机"),
    "consumer:screen-pop": lazy_gettext("弹屏"),
    "consumer:call-log": lazy_gettext("话单"),
    "consumer:wallboard": lazy_gettext("现场看板"),
    "worker:rq": lazy_gettext("后台任务"),
    "worker:cron": lazy_gettext("定时任务"),
    "recordings": lazy_gettext("录音磁盘"),
    "archive": lazy_gettext("录音存储服务器"),
}
_TEXTS: dict[str, Any] = {
    NO_SIGN: lazy_gettext("没有心跳，看看进程是不是停了"),
    "no picture yet": lazy_gettext("还没有收到话务控制的数据"),
    "the controller has no link to it": lazy_gettext("话务控制连不上它"),
    "the folder is not there": lazy_gettext("录音目录不存在"),
    "the archive is away": lazy_gettext("连不上。录音先留在本机，恢复后自动转存"),
    "jobs failed": lazy_gettext("有任务失败"),
    "rehearsal switch": lazy_gettext("演练交换机"),
    "ConnectionError": lazy_gettext("连不上"),
}


JOBS: dict[str, Any] = {
    "archive-recordings": lazy_gettext("转存录音"),
    "clear-old-marks": lazy_gettext("清理旧标记"),
    "clear-old-cdr": lazy_gettext("清理旧的交换机话单"),
    "compare-recordings": lazy_gettext("核对录音"),
    "daily-export": lazy_gettext("导出日报"),
    "purge-recordings": lazy_gettext("删除到期录音"),
    "recheck-recordings": lazy_gettext("复查录音"),
    "reconcile-contacts": lazy_gettext("补齐话单"),
}
JOB_STATES: dict[str, tuple[Any, str]] = {
    "done": (lazy_gettext("完成"), "ok"),
    "failed": (lazy_gettext("失败"), "danger"),
    "running": (lazy_gettext("进行中"), "acc"),
}


def name_of(part: Part) -> str:
    """The part as people call it."""
    return str(NAMES.get(part.name, part.name))


def text_of(part: Part) -> str:
    """Its one line, in the language of the request where we have words for it."""
    if part.name in ("recordings", "archive") and "free_bytes" in part.figures:
        free, total = (part.figures[name] / 1024**3 for name in ("free_bytes", "total_bytes"))
        return _("空闲 %(free)s GB，共 %(total)s GB", free=f"{free:.1f}", total=f"{total:.1f}")
    return str(_TEXTS.get(part.text, part.text))
