"""The demonstration city 青澜: its estates, its doors and the callers worth trying. Pure.

Everything is invented. Numbers begin with prefixes no story of ours can belong to; the same
doors come out in the same order on every machine, so a README can name them.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class EstatePlan:
    """One estate as a grid: buildings × units × floors × doors on a floor."""

    name: str
    district: str
    kind: str
    buildings: int
    units: int
    floors: int
    doors: int
    aliases: tuple[str, ...] = ()
    lat: float = 36.1
    lng: float = 120.4

    @property
    def size(self) -> int:
        return self.buildings * self.units * self.floors * self.doors


DISTRICTS = (("chengdong", "城东区"), ("chengxi", "城西区"), ("gaoxin", "高新区"))

# Which station of the base data serves a district.
STATIONS = {
    "chengdong": "station_east",
    "gaoxin": "station_east",
    "chengxi": "station_west",
}

ESTATES = (
    EstatePlan("和风小区", "chengdong", "estate", 12, 3, 6, 3, ("和风",), 36.102, 120.411),
    EstatePlan("望江苑", "chengdong", "estate", 10, 2, 11, 2, ("望江",), 36.104, 120.414),
    EstatePlan("学府花园", "chengxi", "estate", 12, 3, 6, 3, ("学府",), 36.088, 120.371),
    EstatePlan("锦绣里", "chengxi", "estate", 14, 3, 11, 2, ("锦绣",), 36.085, 120.366),
    EstatePlan("文澜苑", "chengdong", "estate", 8, 2, 11, 3, ("文澜",), 36.099, 120.418),
    EstatePlan("阳光里", "gaoxin", "estate", 10, 2, 6, 4, ("阳光小区", "阳光花园"), 36.131, 120.433),
    EstatePlan("滨河家园", "gaoxin", "estate", 9, 2, 18, 2, ("滨河",), 36.135, 120.441),
    EstatePlan("翠湖湾", "gaoxin", "estate", 6, 1, 30, 3, ("翠湖",), 36.140, 120.446),
    EstatePlan("王庄村", "chengxi", "village", 5, 1, 1, 20, (), 36.071, 120.340),
    EstatePlan("商贸城", "chengxi", "industrial", 4, 1, 1, 11, (), 36.090, 120.380),
)

PREMISES = sum(plan.size for plan in ESTATES)


@dataclass(frozen=True)
class Door:
    """A supplied place before it has an id: parts in normal form, '' = none."""

    estate: str
    building: str
    unit: str
    door: str

    @property
    def place(self) -> tuple[str, str, str, str]:
        return (self.estate, self.building, self.unit, self.door)


def doors_of(plan: EstatePlan) -> Iterator[Door]:
    """Every door of an estate, in walking order."""
    for building in range(1, plan.buildings + 1):
        for unit in range(1, plan.units + 1):
            for floor in range(1, plan.floors + 1):
                for number in range(1, plan.doors + 1):
                    yield Door(
                        plan.name,
                        str(building),
                        str(unit) if plan.kind == "estate" else "",
                        f"{floor}{number:02d}" if plan.kind == "estate" else str(number),
                    )


def luhn_digit(digits: str) -> int:
    """The check digit that makes a single wrong key or two swapped keys miss every account."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10


def account_no(index: int) -> str:
    """The account number of the index-th door (0-based): eight digits, the last one a check."""
    body = f"{2000000 + index:07d}"
    return f"{body}{luhn_digit(body)}"


@dataclass(frozen=True)
class DemoCaller:
    """A number to call from, and what the desk then shows."""

    number: str
    who: str
    situation: str


DEMO_CALLERS = (
    DemoCaller("13600000427", "王秀兰、王磊", "一户两人，正在抢修停水，和风小区 3-2-401，有水费"),
    DemoCaller("18900006613", "王磊", "王秀兰的儿子，同一户，关系为代办"),
    DemoCaller("19900000001", "赵国栋", "名下三户，来电先选是哪一户，其中一户欠费"),
    DemoCaller("19900000002", "陈丽华", "学府花园一户，欠费三期，没有停水"),
    DemoCaller("19900000003", "刘建军", "翠湖湾一户，账单都已缴清，明天计划停水"),
    DemoCaller("19900000004", "孙玉梅", "居家透析用户，紧急程度自动提高一级，停水影响"),
    DemoCaller("19900000005", "周文斌", "锦绣里一户，有一张处理中的工单"),
    DemoCaller("19900000006", "安居房产中介", "登记在 25 户上的中介号码，不自动认户"),
    DemoCaller("18900003380", "没有登记", "不认识的号码，请报户号或门牌"),
    DemoCaller("anonymous", "隐藏号码", "没有号码，请报户号或门牌"),
)
