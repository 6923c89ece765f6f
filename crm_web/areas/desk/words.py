"""The texts that the desk's scripts show, translated for this request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext

from crm_web.areas.desk.chair_words import chair_refusals
from crm_web.columns import from_ms
from crm_web.localtime import show_time


def state_names() -> dict[str, str]:
    """What an agent's state is called, by the name the scripts use."""
    return {
        "loading": _("正在连接"),
        "off": _("离线"),
        "signed_out": _("离线"),
        "ready": _("示闲"),
        "ringing": _("振铃中"),
        "offered": _("振铃"),
        "on_call": _("通话"),
        "talking": _("通话中"),
        "held": _("保持中"),
        "wrapping": _("整理中"),
        "wrap_up": _("整理"),
        "not_ready": _("小休"),
        "unreachable": _("话机不通"),
        "set_aside": _("未响应"),
        "listening": _("监听中"),
    }


def system_reasons() -> dict[str, str]:
    """Reasons that the system sets; a person's own come from the dictionary."""
    return {
        "sign_in": _("签入准备"),
        "no_answer": _("未响应"),
        "rejected": _("拒接后停派"),
        "unreachable": _("话机不通"),
        "forced": _("班长设置"),
    }


def outage_kinds() -> dict[str, str]:
    return {
        "no_supply": _("这一户正在停水"),
        "low_pressure": _("这一户水压低"),
        "water_quality": _("这一户水质异常"),
        "no_heat": _("这一户正在停暖"),
        "no_gas": _("这一户正在停气"),
    }


def planned_outage_kinds() -> dict[str, str]:
    """What an outage is called that has not begun yet."""
    return {
        "no_supply": _("停水"),
        "low_pressure": _("降压供水"),
        "water_quality": _("水质可能异常"),
        "no_heat": _("停暖"),
        "no_gas": _("停气"),
    }


def outage_headline(outage: Mapping[str, Any], now: int, own: bool) -> str:
    """`outage` as in the caller's profile, times in ms; `own`: it hits the household shown."""
    starts, until = outage.get("starts_at") or 0, outage.get("etr_at")
    if own and starts > now:
        what = planned_outage_kinds().get(outage["kind"], outage["title"])
        said = _("计划 %(time)s %(what)s", time=_short(starts), what=what)
    else:
        said = outage_kinds().get(outage["kind"], outage["title"]) if own else outage["title"]
    return said + (_("，预计 %(time)s 恢复", time=_short(until)) if until else "")


def _short(at: int) -> str:
    return show_time(from_ms(at), "%m-%d %H:%M")


def refusals() -> dict[str, str]:
    """What the controller answers to a command that does not fit, by its code."""
    return {
        "not_now": _("现在不能这样做，状态已经变了。"),
        "no_call": _("你手上没有电话。"),
        "other_call": _("那通电话已经不在你这里。"),
        "signed_out": _("先签入。"),
        "already_signed_in": _("你已经签入。"),
        "already_ready": _("你已经示闲。"),
        "phone_unregistered": _("话机还没有注册，接不了电话。"),
        "bad_reason": _("选一个小休原因。"),
        "in_call": _("挂机以后再签出。"),
        "in_wrap_up": _("整理完再签出。"),
        "not_in_wrap_up": _("整理已经结束。"),
        "extended_already": _("整理只能延长一次。"),
        "not_ringing": _("话机还没有响。"),
        "held_at_phone": _("这是话机上的保持，请在话机上取回。"),
        "answer_on_phone": _("请在话机上接听。"),
        "no_such_agent": _("你的工号还没有发布到话务系统，请管理员发布配置。"),
        "too_late": _("命令到得太晚，没有执行。"),
        "switch_unavailable": _("交换机没有回应，没有办成。"),
        "switch_refused": _("交换机没有执行，没有办成。"),
        "bad_digits": _("只能按 0 到 9、* 和 #。"),
        "failed": _("话务系统出错，没有办成，再试一次。"),
        "too_many": _("命令太多，没有执行，稍后再试。"),
        **party_refusals(),
        **chair_refusals(),
    }


def party_refusals() -> dict[str, str]:
    """Transfers, conferences and outgoing calls that did not come about. A caller is never lost
    by one, and each sentence that could raise the question says so."""
    return {
        "target_no_answer": _("转接没有人接，用户还在你这里。"),
        "target_busy": _("对方正忙，用户还在你这里。"),
        "target_rejected": _("对方没有接这通电话，用户还在你这里。"),
        "target_unreachable": _("这个号码打不通，用户还在你这里。"),
        "target_barred": _("运营商不让拨这个号码，用户还在你这里。"),
        "target_caller_left": _("呼叫已取消，用户还在你这里。"),
        "target_answered_elsewhere": _("已由别人接起，用户还在你这里。"),
        "transfer_in_flow": _("转接没有人接，用户已回到队列最前。"),
        "transfer_closed": _("转接没有人接，通话已经结束。"),
        "own_phone_no_answer": _("你的话机没有人接，电话没有拨出。"),
        "own_phone_busy": _("你的话机正忙，电话没有拨出。"),
        "own_phone_rejected": _("你的话机拒接，电话没有拨出。"),
        "own_phone_unreachable": _("你的话机打不通，电话没有拨出。"),
        "dial_answered_elsewhere": _("已由别人接起。"),
        "dial_no_answer": _("对方没有接。"),
        "dial_busy": _("对方正忙。"),
        "dial_rejected": _("对方拒接。"),
        "dial_unreachable": _("这个号码打不通。"),
        "dial_barred": _("运营商不让拨这个号码。"),
        "dial_caller_left": _("呼叫已取消。"),
        "agent_absent": _("这位同事没有签入，换一位。"),
        "agent_busy": _("这位同事正忙，换一位。"),
        "agent_unreachable": _("这位同事的话机不通，换一位。"),
        "bad_target": _("不能转到这里，换一个。"),
        "no_such_queue": _("没有这个组。"),
        "no_agent_ready": _("这个组现在没有人示闲。"),
        "no_such_flow": _("没有这个流程。"),
        "barred": _("这个号码不许从这里拨打。"),
        "bad_number": _("这不是电话号码，再核对一遍。"),
        "not_answered": _("对方还没有接，接了才能转过去。"),
        "no_such_party": _("这个人已经不在会议里。"),
        "already_in": _("已经在这通电话里，或者正在呼叫。"),
        "conference_full": _("会议人数已满。"),
    }


def missed() -> dict[str, str]:
    return {
        "no_answer": _("响铃到时没有接，用户已回到队列最前。"),
        "rejected": _("你拒接了，用户已回到队列最前。"),
        "unreachable": _("电话没有送到你的话机，用户已回到队列最前。"),
        "busy": _("你的话机忙，用户已回到队列最前。"),
        "caller_left": _("用户已先挂断，不计入你的未接。"),
        "answered_elsewhere": _("已由别的坐席接听。"),
        "colleague_no_answer": _("同事找你，响铃到时没有接。"),
        "colleague_rejected": _("你没有接同事的电话。"),
        "colleague_busy": _("同事找你的时候，你的话机忙。"),
        "colleague_unreachable": _("同事找你，电话没有送到你的话机。"),
        "colleague_caller_left": _("同事找过你，没等到你接就不再呼叫了。"),
    }


def sentences() -> dict[str, str]:
    """Everything else, by key."""
    return {
        "building": _("号楼"),
        "unit": _("单元"),
        "people": _("来电人"),
        "account": _("户号"),
        "open_tickets": _("在办工单"),
        "colleague": _("坐席 {no} {name}"),
        "colleague_no": _("内部通话，坐席 {no}"),
        "number_hidden": _("没有显示号码"),
        "not_on_file": _("这个号码没有登记过"),
        "several_people": _("登记了 {n} 人，先问清是谁"),
        "several_premises": _("这个号码登记了 {n} 户，先问清是哪一户"),
        "left": _("还剩 {s} 秒"),
        "longest": _("最长 {time}"),
        "after_call": _("挂机后：{state}"),
        "after_wrap_up": _("整理后：{state}"),
        "after_sign_out": _("之后：签出"),
        "held_for": _("保持，用户在听音乐"),
        "held_at_phone": _("话机保持，请在话机上取回"),
        "wrap_left": _("整理剩余"),
        "recording_on": _("录音中"),
        "recording_paused": _("录音已停，记得恢复"),
        "key_hold": _("保持"),
        "key_resume": _("取回"),
        "key_mute": _("静音"),
        "key_unmute": _("取消静音"),
        "key_pause_recording": _("停录"),
        "key_resume_recording": _("恢复录音"),
        "key_start_recording": _("录音"),
        "key_stop_recording": _("结束录音"),
        "trail_arrived": _("接入"),
        "trail_keyed": _("按键 {keys}"),
        "trail_queued": _("{queue}排队"),
        "trail_rings": _("振铃到你"),
        "trail_answered": pgettext("done", "接听"),
        "trail_held": _("保持"),
        "trail_ended": _("用户挂断"),
        "trail_ended_agent": _("你挂机"),
        "title_ringing": _("来电"),
        "hint_loading": _("正在取你的状态。一直不出来的话，话务控制可能还没有启动。"),
        "hint_off": _("签入后打开话机和麦克风，再示闲就会派电话给你。"),
        "hint_ready": _("有电话会先显示是哪一户，再响铃。"),
        "hint_not_ready": _("现在不给你派电话。"),
        "limit_of": _("限 {n} 分钟"),
        "limit_left": _("限 {n} 分钟，还剩 {time}"),
        "limit_over": _("限 {n} 分钟，已超 {time}"),
        "hint_unreachable": _("话机没有注册，不给你派电话；话机恢复后自动回到原来的状态。"),
        "hint_listening": _("你正在听别人的通话，在“现场”页操作。"),
        "outage_planned": _("计划 {time} {what}"),
        "missed_other": _("刚才的来电没有接成。"),
        "phone_ready": _("话机就绪"),
        "phone_in_call": _("话机通话中"),
        "phone_connecting": _("话机正在注册"),
        "phone_asking": _("等浏览器允许麦克风"),
        "phone_lost": _("话机断线"),
        "phone_refused": _("话机没有注册上"),
        "phone_no_microphone": _("没有麦克风"),
        "phone_moved_short": _("话机在别处"),
        "phone_unregistered": _("话机未注册"),
        "phone_off": _("话机没有开"),
        "moved_title": _("话机已移到另一个页面或另一台电脑。"),
        "moved_body": _("这里只能看，不能接。"),
        "moved_action": _("移回这里"),
        "microphone_title": _("浏览器不让用麦克风，接不了电话。"),
        "microphone_body": _("点地址栏左边的图标，允许麦克风，再试一次。"),
        "microphone_action": _("再试一次"),
        "link_title": _("页面和服务器断开了，正在重连。"),
        "link_body": _("在重连之前不给你派电话。"),
        "link_body_call": _("通话没有断；挂机仍然有效。"),
        "lost_title": _("话机断线，正在重连。"),
        "lost_body": _("连上以前不给你派电话。"),
        "lost_body_call": _("通话没有断，对方听得到你。"),
        "refused_title": _("话机没有注册上。"),
        "refused_body": _("每 5 秒自动再试；一直不行请找管理员。"),
        "refused_action": _("马上再试"),
        "sound_title": _("浏览器不让这个页面出声。"),
        "sound_body": _("点一下就能听到对方。"),
        "sound_action": _("打开声音"),
        "pop_silent": _("资料系统没有回应，用户资料暂时看不到；电话不受影响。"),
        "not_sent": _("没有送到服务器，再试一次。"),
        "pick_up_phone": _("请拿起话机"),
        "dial_not_now": _("现在不能呼叫：先签入，或先整理完。"),
        "key_not_now": _("现在不能用这个键。"),
        "draft_kept": _("草稿 {time} 已存"),
        "discard_sure": _("再按一次就不要了"),
        "ticket_made": _("工单 {no} 已建"),
        "wrap_saved": _("小结已存"),
        "look": _("查看"),
        **party_sentences(),
        **phone_sentences(),
    }


def ring_sentences() -> dict[str, str]:
    """What a phone rings for, at the desk and at the board."""
    return {
        "ring_inbound": _("来电"),
        "ring_flow": _("来电，语音导航指定找你"),
        "ring_transfer": _("{name} 转来的电话"),
        "ring_consult": _("{name} 找你咨询"),
        "ring_conference": _("{name} 请你进会议"),
        "ring_internal": _("{name} 打来的内部电话"),
    }


def party_sentences() -> dict[str, str]:
    """Transfer, consultation, conference, help, messages."""
    return {
        **ring_sentences(),
        "reach_transfer": _("转给谁"),
        "reach_conference": _("请谁进来"),
        "reach_dial": _("打给谁"),
        "do_transfer": _("转接"),
        "do_consult": _("咨询"),
        "do_invite": _("邀请"),
        "do_dial": _("呼叫"),
        "no_colleague": _("没有找到。输入号码可以直接拨外线。"),
        "outside_number": _("外线 {number}"),
        "queue_line": _("排队 {waiting}，示闲 {ready}"),
        "flow_line": _("语音导航"),
        "expert": _("专家"),
        "expert_words": _("专家 专家坐席 expert"),
        "flow_words": _("流程 菜单 语音导航 flow menu"),
        "no_outside": _("你的账号不能转到外线。"),
        "colleagues_silent": _("同事名单暂时取不到，可以直接输工号。"),
        "st_dialling": _("正在呼叫"),
        "st_transferring": _("正在转给对方，用户在听音乐"),
        "st_consult_dialling": _("正在呼叫，用户在听音乐"),
        "st_consulting": _("正在和对方说，用户在听音乐"),
        "st_swapped": _("正在和用户说，对方在听音乐"),
        "st_member_dialling": _("正在呼叫"),
        "st_member": _("会议中"),
        "st_member_muted": _("会议中，已静音"),
        "st_conference": _("会议中"),
        "st_guest": _("{name} 的通话，你在旁边"),
        "st_calling": _("正在呼叫 {number}"),
        "st_orphaned": _("页面刚刷新，正在把用户接回来，还剩 {s} 秒"),
        "do_complete_transfer": _("完成转接"),
        "do_cancel_consult": _("取消，接回用户"),
        "do_swap": _("换线"),
        "do_merge": _("并成会议"),
        "do_mute_party": _("静音"),
        "do_unmute_party": _("取消静音"),
        "do_drop_party": _("移出"),
        "do_end_conference": _("结束会议"),
        "do_withdraw_help": _("不用了，撤回"),
        "party_outside": _("外线 {value}"),
        "party_queue": _("{value}组"),
        "monitor_monitor": _("{name} 正在听"),
        "monitor_whisper": _("{name} 正在耳语，用户听不到"),
        "monitor_barge_in": _("{name} 已加入通话"),
        "help_waiting": _("已向班长求助：{reason}"),
        "help_answered": _("{name} 已回应：{reply}"),
        "help_seen": _("{name} 已看到你的求助"),
        "help_none": _("没有写原因"),
        "notice_from": _("{name} {time}"),
        "notice_seen": _("知道了"),
        "draft_of": _("{name} {time} 写的草稿，已带过来"),
        "draft_moved": _("{name} 刚改过这份草稿，已换成最新的"),
        "trail_dialled": _("呼出"),
        "trail_party": _("接入 {name}"),
    }


def phone_sentences() -> dict[str, str]:
    """The phone when it is not simply there."""
    return {
        "phone_waiting": _("话机在另一个标签页"),
        "waiting_title": _("话机在本机的另一个标签页。"),
        "waiting_body": _("那边的通话结束，或关上那个标签页，这里自动接管。"),
        "waiting_action": _("移到这里"),
        "asleep_title": _("电脑刚才睡着了，正在重新连接。"),
        "asleep_body": _("连上以前不给你派电话。"),
        "device_title": _("没有找到麦克风，接不了电话。"),
        "device_body": _("插好耳机，再试一次。"),
        "insecure_title": _("这个地址不是 https，浏览器不给麦克风。"),
        "insecure_body": _("请用 https 地址打开。"),
        "orphaned_title": _("页面刚刷新，正在把用户接回来，还剩 {s} 秒。"),
        "orphaned_body": _("用户在听音乐，没有挂断。"),
    }


def desk_texts(reasons: dict[str, str], queues: dict[str, str]) -> dict[str, Any]:
    """The whole block for js/texts.js: sentences, and tables by code."""
    return {
        **sentences(),
        "states": state_names(),
        "reasons": {**system_reasons(), **reasons},
        "queues": queues,
        "outage_kinds": outage_kinds(),
        "planned_outage_kinds": planned_outage_kinds(),
        "refusals": refusals(),
        "missed": missed(),
    }
