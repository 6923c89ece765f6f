"""A town of two estates for the web's tests: small enough to be built for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from crm_web import localtime
from crm_web.areas.customers import addresses, names
from crm_web.areas.customers.models import Account, Bill, District, Estate, EstateAlias
from crm_web.areas.customers.services import (
    CustomerInput,
    PremiseInput,
    add_person,
    create_customer,
    create_premise,
    link_phone,
)
from crm_web.extensions import db
from crm_web.transaction import unit_of_work

WANG, LEI, LANDLORD, STRANGER = "13600000427", "18900006613", "19900000001", "18900003380"


@dataclass(frozen=True)
class Town:
    """Public ids by what tests call them."""

    district_id: int
    estate: str
    other_estate: str
    home: str  # 和风小区 3-2-401: 王秀兰 and 王磊, two overdue bills
    neighbour: str  # 和风小区 3-2-402: nobody
    far: str  # 翠湖湾 1-1-101: 赵国栋, as are home's neighbour's doors
    wang: str
    lei: str
    account_no: str = "20000006"


def build_town() -> Town:
    """Write the town in a transaction of its own; needs an app context."""
    with unit_of_work():
        district = District(code="chengdong", name="城东区", level=2)
        db.session.add(district)
        db.session.flush()
        estate, other = (_estate(name, district.id) for name in ("和风小区", "翠湖湾"))
        home = create_premise(PremiseInput(estate.pub, "3号楼", "2单元", "401"))
        neighbour = create_premise(PremiseInput(estate.pub, "3", "2", "402"))
        far = create_premise(PremiseInput(other.pub, "1", "1", "101"))
        wang = create_customer(CustomerInput("王秀兰", care_flags=("elderly_alone",)))
        lei = create_customer(CustomerInput("王磊"))
        landlord = create_customer(CustomerInput("赵国栋"))
        add_person(home, wang, "owner")
        add_person(home, lei, "payer")
        link_phone(WANG, customer=wang, premise=home)
        link_phone(LEI, customer=lei, premise=home)
        for door in (neighbour, far):
            add_person(door, landlord, "owner")
            link_phone(LANDLORD, customer=landlord, premise=door)
        account = Account(account_no="20000006", premise_id=home.id, payer_id=wang.id)
        db.session.add(account)
        db.session.flush()
        _bills(account)
        found = Town(
            district.id, estate.pub, other.pub, home.pub, neighbour.pub, far.pub, wang.pub, lei.pub
        )
    db.session.remove()
    return found


def _estate(name: str, district_id: int) -> Estate:
    row = Estate(
        name=name,
        name_norm=addresses.estate_norm(name),
        pinyin=names.pinyin_of(name),
        district_id=district_id,
    )
    db.session.add(row)
    db.session.flush()
    short = addresses.estate_short(name)
    db.session.add(EstateAlias(estate_id=row.id, alias=short, alias_norm=short))
    db.session.flush()
    return row


def _bills(account: Account) -> None:
    today = localtime.today()
    for back in range(4):
        last = today.replace(day=1) - timedelta(days=1 + 31 * back)
        due = today + timedelta(days=20 - 31 * back)
        paid = back == 3
        db.session.add(
            Bill(
                account_id=account.id,
                bill_no=f"B{back}",
                period_from=date(last.year, last.month, 1),
                period_to=last,
                due_on=due,
                usage=18 - back,
                reading=1234 - back * 18,
                amount_fen=5805 + back,
                paid_fen=5805 + back if paid else 0,
                status="paid" if paid else "open",
            )
        )
    account.arrears_fen = 5806 + 5807
