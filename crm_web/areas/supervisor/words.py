"""The texts that the floor's script shows, translated for this request."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from crm_web.areas.desk.queries import (
    refusals,
    ring_sentences,
    state_names,
    system_reasons,
)

__all__ = ["STATES", "floor_texts", "keys_help", "system_reasons"]

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
        "stale": _("话务数据没有更新，下面的状态和时间不是现在的情况。"),
        "never": _("还没有收到话务数据。"),
        "switch_down": _("和话务交换机的连接断了，下面的状态和时间不是现在的情况。"),
        "nothing": _("现在没有要处理的。"),
        "set_aside": _("{name} 未响应，已停派"),
        "lost": _("{name} 话机不通"),
        "wrap_over": _("{name} 整理超时"),
        "long_call": _("{name} 通话超过 10 分钟"),
        "over_limit": _("{name} {reason}超过 {n} 分钟"),
        "limit_of": _("限 {n} 分钟"),
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
        "change_queue": _("{queue}：改坐席和分配方式"),
        **call_texts(),
    }


def call_texts() -> dict[str, Any]:
    """Help requests, listening and messages."""
    return {
        "help_of": _("{name} 求助"),
        "help_none": _("没有写原因"),
        "help_taken": _("{name} 已回应"),
        "help_more": _("已通话 {time}"),
        "mode_monitor": _("监听"),
        "mode_whisper": _("耳语"),
        "mode_barge_in": _("插话"),
        "now_monitor": _("正在监听：{name}"),
        "now_whisper": _("正在耳语：{name}"),
        "now_barge_in": _("正在三方通话：{name}"),
        "stop_monitor": _("停止监听"),
        "stop_whisper": _("停止耳语"),
        "stop_barge_in": _("退出通话"),
        "reply": _("回文字"),
        "take_over": _("接手"),
        "take_over_call": _("接手通话"),
        "release": _("强拆"),
        "unserved_with": _("和 {people} 通话"),
        "unserved_last": _("转出：{name}"),
        "release_sent": _("已下令，等通话结束"),
        "connecting": _("正在接通你的话机"),
        "serving": _("你已接手这通电话"),
        "own_call": _("你正在通话"),
        "hang_up": _("挂机"),
        "wrapped": _("整理完"),
        "open_desk": _("打开坐席台"),
        "also": _("同时在听：{names}。"),
        "logged": _("每次介入都记日志。"),
        "listened": _("{name} 正在听"),
        "you": _("你"),
        "citizen": _("用户"),
        "hears_you": _("听得到你"),
        "not_hears": _("听不到你"),
        "you_hear": _("你在听"),
        "talking": _("通话"),
        "hear_monitor": _("你能听到双方，谁都听不到你"),
        "hear_whisper": _("你说的话只有{name}听得到，用户听不到；你能听到双方"),
        "hear_barge_in": _("三个人都能互相听到"),
        "with": _("正在服务：{people}"),
        "ticket": _("工单"),
        "writing": _("正在写工单：{kind} {text}"),
        "reply_sent": _("已回复"),
        "notice_reached": _("已送到 {n} 位已签入的坐席"),
        "notice_kept": _("现在没有人签入，签入后会看到"),
        "no_phone": _("你的账号没有坐席工号，不能监听。"),
        "sign_in_first": _("先打开话机，再监听。"),
        "held": _("保持"),
        "conference": _("会议"),
        "consulting": _("咨询中"),
        "dialling": _("呼叫中"),
        "orphaned": _("页面刷新，正在接回"),
        "help_word": _("求助：{reason}"),
        "long_hold": _("{name} 保持超过 2 分钟"),
        "title_help": _("求助"),
        "phone_off": _("话机没有开"),
        "phone_ready": _("话机就绪"),
        "phone_connecting": _("话机正在注册"),
        "phone_asking_microphone": _("等浏览器允许麦克风"),
        "phone_lost": _("话机断线，正在重连"),
        "phone_refused": _("话机没有注册上，正在再试"),
        "phone_microphone_refused": _("浏览器不让用麦克风"),
        "phone_microphone_missing": _("没有找到麦克风"),
        "phone_insecure": _("这个地址不是 https，用不了麦克风"),
        "phone_waiting": _("话机在另一个标签页"),
        "phone_moved": _("话机在别的页面"),
        **ring_sentences(),
        "number_hidden": _("没有显示号码"),
        "answer": _("接听"),
        "reject": _("拒接"),
        "answer_at_phone": _("请在桌上话机上接听。"),
        "phone_sound_blocked": _("点一下页面打开声音"),
        "refusals": {**refusals(), **order_refusals()},
    }


def order_refusals() -> dict[str, str]:
    """What the controller answers to an order or an act that does not fit the other one's state."""
    return {
        "other_call": _("那位坐席已经换了一通电话，没有执行。"),
        "order_not_unserved": _("没有办成：这通电话已经结束，或者有坐席在接。"),
        "order_too_late": _("没有办成：命令到得太晚。"),
        "order_switch_unavailable": _("没有办成：交换机没有回应。"),
        "order_signed_out": _("没有办成：这位坐席没有签入。"),
        "order_already_ready": _("没有办成：这位坐席已经示闲。"),
        "order_phone_unregistered": _("没有办成：这位坐席的话机没有注册，不能示闲。"),
        "order_no_such_agent": _("没有办成：这个工号还没有发布到话务系统，请管理员发布配置。"),
    }


def keys_help() -> list[tuple[str, str]]:
    """The keyboard of the floor, for the page behind `?`."""
    return [
        ("Alt 1", _("监听选中的坐席；已经在听就换方式")),
        ("Alt 2", _("耳语")),
        ("Alt 3", _("插话")),
        ("Alt 4", _("接手通话")),
        ("Esc", _("停止监听、关上窗口")),
        ("1", _("对第一个求助耳语")),
        ("2", _("给第一个求助回文字")),
        ("3", _("接手第一个求助的通话")),
        ("Alt M", _("写消息")),
        ("F2", _("接听打给自己的电话")),
        ("Shift F2", _("自己的电话：拒接、挂机")),
        ("Ctrl K", _("查户号、地址、电话、姓名")),
        ("?", _("快捷键一览")),
    ]
