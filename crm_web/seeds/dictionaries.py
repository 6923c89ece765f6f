"""The dictionaries that every site starts with. Codes are permanent, names are not. Pure data."""

from __future__ import annotations

from typing import Any, NamedTuple


class Item(NamedTuple):
    """One code with its Chinese and English name."""

    code: str
    name: str
    name_en: str
    attrs: dict[str, Any] = {}


class Kind(NamedTuple):
    """A dictionary with its items in the order of display."""

    kind: str
    name: str
    items: tuple[Item, ...]


DICTIONARIES = (
    Kind(
        "not_ready_reason",
        "示忙原因",
        (
            Item("sign_in", "签入准备", "Signing in", {"system": True}),
            Item("rest", "小休", "Break", {"paid": True, "most_min": 10, "most_a_shift": 3}),
            Item("meal", "用餐", "Meal", {"paid": False, "most_min": 45}),
            Item("meeting", "会议", "Meeting", {"paid": True}),
            Item("training", "培训", "Training", {"paid": True}),
            Item("coaching", "辅导", "Coaching", {"paid": True}),
            Item("ticket_work", "工单处理", "Ticket work", {"productive": True}),
            Item("follow_up", "回访", "Follow-up calls", {"productive": True}),
            Item("fault", "设备故障", "Equipment fault", {"paid": True}),
            Item("no_answer", "未应答", "No answer", {"system": True}),
            Item("rejected", "连续拒接", "Rejected", {"system": True}),
            Item("unreachable", "话机不可达", "Phone unreachable", {"system": True}),
            Item("forced", "班长置忙", "Set by supervisor", {"system": True}),
        ),
    ),
    Kind(
        "wrap_up_result",
        "处理结果",
        (
            Item("resolved", "已解答", "Resolved"),
            Item("ticket_created", "已建单", "Ticket created"),
            Item("ticket_progress", "进度查询", "Ticket progress"),
            Item("chased", "催单", "Chased"),
            Item("transferred", "已转接", "Transferred"),
            Item("callback_promised", "约定回电", "Call-back promised"),
            Item("wrong_number", "打错", "Wrong number"),
            Item("silent", "无声", "Silent call"),
            Item("nuisance", "骚扰", "Nuisance"),
            Item("dropped", "中断", "Cut off"),
            Item("not_ours", "非本单位业务", "Not our business", {"hint": "12345"}),
            Item("test", "测试", "Test"),
            Item("no_result", "未填写", "No result", {"system": True}),
        ),
    ),
    Kind(
        "customer_class",
        "客户类别",
        (
            Item("residential", "居民", "Residential"),
            Item("low_income", "低保特困", "Low income"),
            Item("public", "学校、医院、养老", "Schools, hospitals, care homes"),
            Item("office", "行政事业", "Public offices"),
            Item("commercial", "经营服务", "Commercial"),
            Item("industrial", "工业", "Industrial"),
            Item("special", "特种行业", "Special trades"),
            Item("construction", "施工临时", "Construction"),
            Item("municipal", "绿化消防", "Parks and fire service"),
            Item("bulk_meter", "总表转供", "Bulk meter"),
        ),
    ),
    Kind(
        "care_flag",
        "关爱对象",
        (
            Item("elderly_alone", "独居老人", "Elderly living alone", {"raises_urgency": True}),
            Item("disabled", "残障", "Disabled"),
            Item("medical_device", "居家医疗设备", "Medical device", {"raises_urgency": True}),
            Item("infant", "婴幼儿", "Infant", {"raises_urgency": True}),
            Item("language", "语言不通", "Other language"),
            Item("hospital", "医院", "Hospital", {"raises_urgency": True}),
            Item("key_user", "重点用户", "Key user"),
        ),
    ),
    Kind(
        "ticket_cause",
        "故障原因",
        (
            Item("pipe_age", "管道老化", "Ageing pipe"),
            Item("third_party", "第三方损坏", "Third party"),
            Item("frost", "冻害", "Frost"),
            Item("valve", "阀门", "Valve"),
            Item("design", "设计", "Design"),
            Item("customer_side", "用户侧", "Customer's side"),
            Item("power", "停电", "Power failure"),
        ),
    ),
    Kind(
        "send_back_reason",
        "退单原因",
        (
            Item("wrong_unit", "派错单位", "Wrong unit"),
            Item("wrong_address", "地址不对", "Wrong address"),
            Item("duplicate", "重复", "Duplicate"),
            Item("not_ours", "非本单位业务", "Not ours"),
            Item("no_contact", "联系不上", "No contact"),
            Item("lacks_info", "信息不全", "Information missing"),
        ),
    ),
    Kind(
        "pause_reason",
        "挂起原因",
        (
            Item("no_access", "进不了门", "No access"),
            Item("parts", "等材料", "Waiting for parts"),
            Item("permit", "等掘路许可", "Waiting for a permit"),
            Item("weather", "天气", "Weather"),
            Item("customer_date", "用户约时间", "Customer's date"),
            Item("with_parent", "随主单", "With the parent ticket"),
        ),
    ),
)
