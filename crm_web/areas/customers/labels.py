"""The names of the area's codes, for pages. Codes are permanent, these words are not."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

Names = Mapping[str, LazyString]

PREMISE_KINDS: Names = {
    "home": _("住宅"), "shop": _("商铺"), "office": _("办公"), "public": _("公共"),
}  # fmt: skip
PREMISE_STATES: Names = {"active": _("在用"), "gone": _("已拆除"), "merged": _("已合并")}
RELATIONS: Names = {
    "owner": _("业主"), "tenant": _("租户"), "occupant": _("住户"), "payer": _("缴费人"),
    "property_manager": _("物业或中介"),
}  # fmt: skip
CONFIDENCE: Names = {"confirmed": _("已核实"), "likely": _("可能"), "guess": _("猜测")}
CUSTOMER_KINDS: Names = {"person": _("个人"), "organisation": _("单位")}
CLASSES: Names = {
    "residential": _("居民"), "low_income": _("低保特困"), "public": _("学校医院养老"),
    "office": _("行政事业"), "commercial": _("经营服务"), "industrial": _("工业"),
    "special": _("特种行业"), "construction": _("施工临时"), "municipal": _("绿化消防"),
    "bulk_meter": _("总表转供"),
}  # fmt: skip
CARE: Names = {
    "elderly_alone": _("独居老人"), "disabled": _("残障"), "medical_device": _("居家医疗设备"),
    "infant": _("有婴儿"), "language": _("语言不通"), "hospital": _("医院"),
    "key_user": _("重点用户"),
}  # fmt: skip
ACCOUNT_STATES: Names = {
    "applied": _("已申请"), "active": _("正常"), "suspended": _("报停"),
    "disconnected": _("欠费停水"), "closing": _("销户中"), "closed": _("已销户"),
}  # fmt: skip
SUPPLY: Names = {
    "supplied": _("正常供水"), "suspended": _("暂停供水"), "disconnected": _("已停水"),
    "closed": _("已拆表"),
}  # fmt: skip
BILL_STATES: Names = {
    "open": _("未缴"), "part_paid": _("部分缴"), "paid": _("已缴"), "void": _("作废"),
}  # fmt: skip


def name_of(names: Names, code: str) -> str:
    """The word of a code; a code that a site added shows itself."""
    return str(names.get(code, code))


def options(names: Names) -> list[tuple[str, str]]:
    """(code, word) for a select."""
    return [(code, str(word)) for code, word in names.items()]
