"""The keys of the desk as its page lists them, and what help is asked for most."""

from __future__ import annotations

from flask_babel import gettext as _


def keys_help() -> list[tuple[str, str]]:
    """The keyboard, for the page behind `?`."""
    return [
        ("F2", _("接听")),
        ("Shift F2", _("挂机、拒接")),
        ("F4", _("保持、取回")),
        ("F8", _("静音、取消静音")),
        ("Shift F8", _("停录、恢复录音")),
        ("Alt V", _("按需录音：开始、结束")),
        ("F9", _("转接；咨询中：完成转接")),
        ("Shift F9", _("邀请开会；咨询中：并成会议")),
        ("Alt W", _("咨询中换线")),
        ("Alt C", _("取消转接或咨询，接回用户")),
        ("Alt X", _("结束会议，都挂断")),
        ("F1", _("向班长求助")),
        ("F10", _("整理完，示闲")),
        ("Alt Y", _("延长整理")),
        ("Alt N", _("整理后示忙，选原因")),
        ("Alt D", _("拨号、拨号盘；打开时 0…9 * # 送号")),
        ("Alt G", _("到其他人的按键：静音、移出")),
        ("Alt S", _("改状态")),
        ("Alt R", _("示闲")),
        ("Alt M", _("收起班长的消息")),
        ("Alt 2…6", _("选来电人")),
        ("1…9", _("选通话结果")),
        ("Ctrl Enter", _("建单")),
        ("Ctrl K", _("查户号、地址、电话、姓名")),
        ("↑ ↓ Enter", _("转接窗口：选人，转接；Shift Enter 咨询")),
        ("Esc", _("关上窗口")),
        ("?", _("快捷键一览")),
    ]


def help_reasons() -> list[str]:
    """What agents ask help for most; a click writes it."""
    return [_("用户要投诉"), _("用户情绪激动"), _("不会办"), _("有人身危险"), _("要领导接")]
