"""Invented people for the demonstration city: names, numbers and how they belong to doors. Pure.

The random generator is passed in and seeded by the caller: the same city on every machine.
"""

from random import Random

from crm_web.seeds.city_story import Household, Person, Place

_FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
)
_FIRST = (
    "建国", "建军", "国强", "志刚", "文斌", "海波", "永军", "立新", "德明", "春生", "卫东", "晓东",
    "伟", "强", "磊", "军", "勇", "斌", "涛", "超", "鹏", "浩", "俊杰", "宇航", "子轩", "浩然",
    "秀英", "桂兰", "玉兰", "淑珍", "秀兰", "玉梅", "丽华", "红梅", "春梅", "凤英", "桂芳", "美玲",
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "燕", "雪梅", "佳怡", "梓涵", "思雨", "欣怡",
    "慧敏", "晓燕", "建平", "志远", "文静", "天宇", "明哲", "雅琴",
)  # fmt: skip
_SHOPS = ("饭店", "洗车行", "理发店", "超市", "茶楼", "诊所", "宾馆", "面馆", "五金店", "洗衣店")


def person_name(random: Random) -> str:
    """A plain Chinese name; common family names come more often."""
    place = min(int(random.expovariate(1 / 18)), len(_FAMILY) - 1)
    return _FAMILY[place] + random.choice(_FIRST)


def shop_name(random: Random) -> str:
    """A small business at a street door."""
    return person_name(random)[0] + random.choice(_FIRST)[-1] + random.choice(_SHOPS)


def mobile(index: int) -> str:
    """The index-th invented mobile: 199 or 170, then a number that no demo caller has."""
    return f"{'199' if index % 3 else '170'}{10_000_000 + index * 7:08d}"


def household(random: Random, index: int, place: Place, kind: str) -> Household:
    """Invented people for a door: sometimes nobody on file, sometimes a couple, 8 % in arrears."""
    arrears = random.choice((1, 1, 2, 2, 3, 4)) if random.random() < 0.08 else 0
    if random.random() < 0.06:
        return Household(place, (), arrears)
    if place[0] == "商贸城":
        shop = Person(
            f"d{index}", shop_name(random), "owner", (mobile(index),), kind="organisation",
            class_code="commercial",
        )  # fmt: skip
        return Household(place, (shop,), arrears)
    tenant = kind == "estate" and random.random() < 0.15
    care: tuple[str, ...] = ()
    if random.random() < 0.02:
        care = (random.choice(("elderly_alone", "infant", "disabled")),)
    first = Person(
        f"d{index}", person_name(random), "tenant" if tenant else "owner",
        (mobile(index),) if random.random() < 0.93 else (),
        class_code="low_income" if random.random() < 0.03 else "residential",
        vip_level=1 if random.random() < 0.01 else 0, care_flags=care,
        confidence=random.choice(("confirmed", "confirmed", "likely")),
    )  # fmt: skip
    people = [first]
    if random.random() < 0.22:
        people.append(
            Person(f"d{index + 1}", person_name(random), "occupant", (mobile(index + 1),))
        )
    return Household(place, tuple(people), arrears)
