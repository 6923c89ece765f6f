"""Taking a registry in from XLSX or CSV: good rows go in, bad ones are named with their number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import xlsxwriter
from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy import select

from crm_web.areas.customers import links, people, places, premises
from crm_web.areas.customers.errors import BadInput
from crm_web.areas.customers.models import Account, Customer, Premise
from crm_web.extensions import db
from esl_controller.domain.errors import DomainError

MAX_ROWS = 5000
MAX_CELL = 500
COLUMNS = ("小区", "楼号", "单元", "门牌", "户号", "姓名", "关系", "电话", "用户类别")
_RELATIONS = {
    "业主": "owner", "租户": "tenant", "住户": "occupant", "缴费人": "payer",
    "物业": "property_manager", "中介": "property_manager",
}  # fmt: skip
_CLASSES = {
    "居民": "residential", "低保": "low_income", "学校": "public", "行政": "office",
    "商业": "commercial", "经营服务": "commercial", "工业": "industrial",
}  # fmt: skip


@dataclass(frozen=True)
class RowError:
    """Row number as the spreadsheet shows it, and what is wrong."""

    row: int
    message: str


@dataclass
class Report:
    """What came of a file."""

    created: int = 0
    checked: int = 0
    only_check: bool = False
    errors: list[RowError] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {"rows": self.checked, "created": self.created, "errors": len(self.errors)}


def read_table(body: bytes, name: str) -> list[list[str]]:
    """The rows of an XLSX or CSV as text; raises BadInput for what is neither."""
    try:
        if body[:4] == b"PK\x03\x04":
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
            table: Iterable[Sequence[object]] = sheet.to_python(nrows=MAX_ROWS + 2)
        elif name.lower().endswith(".csv"):
            table = csv.reader(io.StringIO(_decoded(body)))
        else:
            raise _unreadable()
        rows = [[_cell(value) for value in row[:50]] for row in table]
    except (CalamineError, csv.Error, ValueError) as error:
        raise _unreadable() from error
    if len(rows) > MAX_ROWS + 1:
        text = _("一次最多 %(n)s 行", n=MAX_ROWS)
        raise BadInput(text, fields={"file": text})
    return rows


def _unreadable() -> BadInput:
    text = _("这个文件打不开，要 XLSX 或 CSV")
    return BadInput(text, fields={"file": text})


def _decoded(body: bytes) -> str:
    """UTF-8 with or without a mark, else what Chinese spreadsheets save."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _cell(value: object) -> str:
    """A cell as people see it: 401.0 is 401."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value if value is not None else "").strip()[:MAX_CELL]


def take_in(rows: list[list[str]], only_check: bool = False) -> Report:
    """Each row in a savepoint of its own; with `only_check` all of them are taken back."""
    report = Report(only_check=only_check)
    if not rows or not set(COLUMNS[:4]) <= set(rows[0]):
        text = _("第一行要有这些列：%(names)s", names="、".join(COLUMNS))
        raise BadInput(text, fields={"file": text})
    places_of = {name: rows[0].index(name) for name in COLUMNS if name in rows[0]}
    for number, row in enumerate(rows[1:], 2):
        values = {
            name: row[place] if place < len(row) else "" for name, place in places_of.items()
        }
        if not any(values.values()):
            continue
        report.checked += 1
        savepoint = db.session.begin_nested()
        try:
            _take_row(values)
        except DomainError as error:
            savepoint.rollback()
            report.errors.append(RowError(number, _words(error)))
            continue
        if only_check:
            savepoint.rollback()
        else:
            savepoint.commit()
            report.created += 1
    return report


def _words(error: DomainError) -> str:
    fields = error.details.get("fields")
    return "；".join(fields.values()) if fields else error.message


def _refuse(text: str) -> BadInput:
    return BadInput(text, fields={"row": text})


def _take_row(values: dict[str, str]) -> None:
    estates = places.find_estates(values["小区"])
    if len(estates) != 1:
        raise _refuse(_("找不到小区，或不止一个：%(name)s", name=values["小区"][:40]))
    premise = premises.create_premise(
        premises.PremiseInput(estates[0].pub, values["楼号"], values["单元"], values["门牌"])
    )
    name = values.get("姓名", "")
    who = _person(values, premise) if name else None
    if values.get("电话"):
        links.link_phone(values["电话"], customer=who, premise=premise, source="import")
    if values.get("户号"):
        _account(values["户号"], premise, who)


def _person(values: dict[str, str], premise: Premise) -> Customer:
    relation = _RELATIONS.get(values.get("关系") or "业主")
    class_code = _CLASSES.get(values.get("用户类别") or "居民")
    if relation is None:
        raise _refuse(_("不认识的关系：%(name)s", name=values["关系"][:20]))
    if class_code is None:
        raise _refuse(_("不认识的用户类别：%(name)s", name=values["用户类别"][:20]))
    who = people.create_customer(people.CustomerInput(values["姓名"], class_code=class_code))
    people.add_person(premise, who, relation, source="import")
    return who


def _account(number: str, premise: Premise, who: Customer | None) -> None:
    if not (number.isascii() and number.isalnum() and len(number) <= 32):
        raise _refuse(_("户号只能是字母和数字：%(no)s", no=number[:32]))
    known = select(Account.id).where(Account.account_no == number, Account.source == "local")
    if db.session.scalar(known) is not None:
        raise _refuse(_("户号已经有了：%(no)s", no=number))
    db.session.add(
        Account(account_no=number, premise_id=premise.id, payer_id=who.id if who else None)
    )
    db.session.flush()


def template() -> bytes:
    """An empty sheet with the columns and one example row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("登记")
    example = ("和风小区", "3", "2", "401", "20009999", "王秀兰", "业主", "19900000000", "居民")
    for place, (name, value) in enumerate(zip(COLUMNS, example)):
        sheet.write_string(0, place, name, book.add_format({"bold": True}))
        sheet.write_string(1, place, value)
    sheet.set_column(0, len(COLUMNS) - 1, 14)
    book.close()
    return out.getvalue()
