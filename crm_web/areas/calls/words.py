"""Names of the codes on call records, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _


def outcome(code: str) -> str:
    """What became of a contact."""
    return {
        "": _("进行中"),
        "answered": _("人工接听"),
        "abandoned": _("排队时挂断"),
        "short_abandoned": _("进队即挂断"),
        "self_service": _("自助办完"),
        "ivr_abandoned": _("导航里挂断"),
        "to_voicemail": _("转留言"),
        "transferred_out": _("转到外线"),
        "closed_by_system": _("系统结束"),
        "not_reached": _("没有打通"),
        "lost": _("中断"),
    }.get(code) or visit_outcome(code)  # who hung up between two queues came as far as the first


def outcome_kind(code: str) -> str:
    """The colour of an outcome's tag."""
    if code in ("answered", "self_service", "transferred_out"):
        return "ok"
    return {"": "acc", "abandoned": "warn", "lost": "danger"}.get(code, "")


def outcomes() -> list[tuple[str, str]]:
    """Outcomes to filter by."""
    codes = (
        "answered",
        "abandoned",
        "short_abandoned",
        "self_service",
        "ivr_abandoned",
        "to_voicemail",
        "callback_requested",
        "transferred_out",
        "not_reached",
        "to_menu",
        "overflowed",
        "moved",
        "closed_by_system",
        "lost",
    )
    return [(code, outcome(code)) for code in codes]


def step_exit(code: str) -> str:
    """Which way the caller left a step; an empty text where the way says nothing."""
    return {
        "done": "",
        "heard": _("听完播报"),
        "none": _("没有对上"),
        "one": _("对上一户"),
        "several": _("对上几户"),
        "chosen": _("已选户号"),
        "other": _("查别的户号"),
        "bill": _("查账单"),
        "fault": _("报修"),
        "person": _("转人工"),
        "queue": _("转人工"),
        "back": _("返回"),
        "failed": _("多次没有按对"),
        "unknown": _("没有资料"),
        "unavailable": _("资料暂不可用"),
        "hangup": _("挂断"),
        "connected": _("已接通"),
        "transfer": _("转到别的流程"),
        "busy": _("对方忙"),
        "no_answer": _("没有接"),
        "unreachable": _("找不到"),
    }.get(code, code)


def visit_outcome(code: str) -> str:
    """How a stay in a queue ended."""
    return {
        "": _("还在等"),
        "answered": _("接通"),
        "abandoned": _("等候时挂断"),
        "short_abandoned": _("进队即挂断"),
        "overflowed": _("溢出到别的队列"),
        "to_menu": _("按键回菜单"),
        "to_voicemail": _("转留言"),
        "callback_requested": _("要求回呼"),
        "moved": _("班长移走"),
        "closed_by_system": _("系统结束"),
        "lost": _("中断"),
    }.get(code, code)


def offer_result(code: str) -> str:
    """How ringing at an agent ended."""
    return {
        "": _("正在振铃"),
        "answered": _("接起"),
        "no_answer": _("没有接"),
        "rejected": _("拒接"),
        "busy": _("占线"),
        "barred": _("运营商不让拨"),
        "unreachable": _("话机不通"),
        "caller_left": _("用户先挂断"),
        "answered_elsewhere": _("别人接起"),
        "cancelled": _("取消"),
    }.get(code, code)


def flow_exit(code: str) -> str:
    """How a passage through a flow ended."""
    return {
        "goal": _("自助办完"),
        "queue": _("转人工"),
        "transfer": _("转出"),
        "hangup": _("用户挂断"),
        "timeout": _("没有按键"),
        "error": _("出错"),
        "controller_gone": _("控制程序中断"),
    }.get(code, code)


def ended_by(code: str) -> str:
    """Who hung up."""
    return {"customer": _("用户"), "agent": _("坐席"), "system": _("系统")}.get(code, "")


def cause(code: str) -> str:
    """Why the switch says that a leg ended; a rare one keeps its code, for who looks it up."""
    if not code:
        return ""
    return {
        "NORMAL_CLEARING": _("正常挂断"),
        "ORIGINATOR_CANCEL": _("主叫先挂断"),
        "LOSE_RACE": _("别人接起"),
        "PICKED_OFF": _("别人接起"),
        "USER_BUSY": _("占线"),
        "NO_ANSWER": _("没有接"),
        "CALL_REJECTED": _("拒接"),
        "NO_USER_RESPONSE": _("话机不通"),
        "USER_NOT_REGISTERED": _("话机不通"),
        "SUBSCRIBER_ABSENT": _("话机不通"),
        "UNALLOCATED_NUMBER": _("空号"),
        "INVALID_NUMBER_FORMAT": _("号码不对"),
        "NO_ROUTE_DESTINATION": _("号码打不通"),
        "DESTINATION_OUT_OF_ORDER": _("对方线路故障"),
        "NETWORK_OUT_OF_ORDER": _("线路故障"),
        "NORMAL_TEMPORARY_FAILURE": _("线路故障"),
        "RECOVERY_ON_TIMER_EXPIRE": _("线路没有回应"),
        "MEDIA_TIMEOUT": _("没有声音，已断开"),
        "ALLOTTED_TIMEOUT": _("超过最长时间"),
        "ATTENDED_TRANSFER": _("已转出"),
        "BLIND_TRANSFER": _("已转出"),
        "MANAGER_REQUEST": _("系统结束"),
        "SYSTEM_SHUTDOWN": _("系统结束"),
    }.get(code) or _("其他原因（%(code)s）", code=code)


def recording_status(code: str) -> str:
    """What state a recording's file is in."""
    return {
        "recording": _("正在录音或等待处理"),
        "complete": "",
        "missing": _("没有找到录音文件"),
        "corrupt": _("录音文件损坏，放不出来"),
        "purged": _("录音已按保存期限删除"),
    }.get(code, code)


def recording_mode(code: str) -> str:
    """What a recording rule says."""
    return dict(recording_modes()).get(code, code)


def recording_modes() -> list[tuple[str, str]]:
    """Ways to record, to choose from."""
    return [
        ("always", _("总是录音")),
        ("never", _("从不录音")),
        ("on_demand", _("坐席按需录音")),
    ]


def rule_scope(code: str) -> str:
    """What a recording rule is for."""
    return {"queue": _("队列"), "agent": _("坐席"), "extension": _("分机")}.get(code, code)


def direction(code: str) -> str:
    """Who called whom."""
    return dict(directions()).get(code, code)


def directions() -> list[tuple[str, str]]:
    """Directions of a call, to choose from."""
    return [("inbound", _("呼入")), ("outbound", _("呼出")), ("internal", _("内部通话"))]


def talk(role: str, agent: str) -> str:
    """An agent's part in a call."""
    return {
        "transferee": _("转接后通话：%(agent)s", agent=agent),
        "consult": _("被咨询：%(agent)s", agent=agent),
        "conference": _("加入通话：%(agent)s", agent=agent),
        "take_over": _("接管：%(agent)s", agent=agent),
        "outbound": _("呼出通话：%(agent)s", agent=agent),
    }.get(role, _("通话：%(agent)s", agent=agent))


def transfer(kind: str, target: str) -> str:
    """How a talk was handed on."""
    return {
        "blind": _("直接转给 %(target)s", target=target),
        "attended": _("咨询后转给 %(target)s", target=target),
        "take_over": _("由 %(target)s 接管", target=target),
    }.get(kind, target)


def listening(mode: str, agent: str) -> str:
    """What a supervisor did on a call."""
    return {
        "monitor": _("监听 %(agent)s", agent=agent),
        "whisper": _("耳语 %(agent)s", agent=agent),
        "barge_in": _("强插 %(agent)s", agent=agent),
    }.get(mode, mode)


def leg_role(code: str) -> str:
    """Whose channel it was."""
    return {
        "customer": _("用户"),
        "agent": _("坐席"),
        "consult": _("被咨询的坐席"),
        "outside": _("外线"),
        "supervisor": _("班长"),
    }.get(code, code)


def gap(kind: str) -> str:
    """What is wrong between files and records."""
    return {
        "file_without_row": _("有录音文件，没有通话记录"),
        "row_without_file": _("有通话记录，没有录音文件"),
        "file_corrupt": _("录音文件损坏，放不出来"),
        "talk_not_recorded": _("按规则该录音，没有录"),
        "talk_partly_recorded": _("按规则该录音，只录了一部分"),
    }.get(kind, kind)
