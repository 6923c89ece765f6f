"""The households that the demonstration is about. Pure; the doors are those of city_plan."""

from dataclasses import dataclass

Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Person:
    """Somebody at a door; `key` makes one row of a person with several doors."""

    key: str
    name: str
    relation: str = "owner"
    phones: tuple[str, ...] = ()
    kind: str = "person"
    class_code: str = "residential"
    vip_level: int = 0
    care_flags: tuple[str, ...] = ()
    note: str = ""
    confidence: str = "confirmed"


@dataclass(frozen=True)
class Household:
    """A door with its people; `arrears` overdue periods; `newest_paid` None = by chance."""

    place: Place
    people: tuple[Person, ...] = ()
    arrears: int = 0
    newest_paid: bool | None = None
    balance_fen: int = 0


HOME: Place = ("和风小区", "3", "2", "401")
_ZHAO = Person("zhao-guodong", "赵国栋", "owner", ("19900000001",), note="三套房都出租，白天可接电话")
_AGENCY = Person(
    "anju", "安居房产中介", "property_manager", ("19900000006",), kind="organisation",
    class_code="commercial", confidence="likely", note="中介公用号码，先问清是哪一户",
)  # fmt: skip

STORY: tuple[Household, ...] = (
    Household(
        HOME,
        (
            Person("wang-xiulan", "王秀兰", "owner", ("13600000427",),
                   care_flags=("elderly_alone",), note="独居，72 岁，腿脚不便"),
            Person("wang-lei", "王磊", "payer", ("18900006613", "13600000427"),
                   note="王秀兰的儿子，代办"),
        ),
        newest_paid=False,
    ),
    Household(("锦绣里", "5", "1", "301"), (_ZHAO,), newest_paid=True),
    Household(("翠湖湾", "2", "1", "1201"), (_ZHAO,), newest_paid=False),
    Household(("阳光里", "4", "2", "502"), (_ZHAO,), arrears=2),
    Household(
        ("学府花园", "6", "2", "302"),
        (Person("chen-lihua", "陈丽华", "owner", ("19900000002",)),),
        arrears=3,
    ),
    Household(
        ("翠湖湾", "3", "1", "1502"),
        (Person("liu-jianjun", "刘建军", "owner", ("19900000003",), vip_level=1),),
        newest_paid=True,
        balance_fen=12850,
    ),
    Household(
        ("望江苑", "5", "1", "701"),
        (Person("sun-yumei", "孙玉梅", "owner", ("19900000004",),
                care_flags=("medical_device",), note="居家透析，停水前要电话告知"),),
        newest_paid=False,
    ),
    Household(
        ("锦绣里", "8", "3", "602"),
        (Person("zhou-wenbin", "周文斌", "tenant", ("19900000005",)),),
        newest_paid=True,
    ),
    *(
        Household(("阳光里", str(building), "1", f"{floor}01"), (_AGENCY,))
        for building in range(6, 10)
        for floor in range(1, 7)
    ),
    Household(("阳光里", "10", "1", "101"), (_AGENCY,)),
)  # fmt: skip
