"""The registry as a spreadsheet. Every cell is text or a number: no cell can become a formula."""

from __future__ import annotations

import io

import xlsxwriter

from crm_web.areas.customers import cards, search
from crm_web.areas.customers.blueprint import in_reach

MAX_ROWS = 100_000
CHUNK = 400
HEADINGS = ("小区", "楼号", "单元", "门牌", "地址", "户号", "姓名", "电话", "欠费（元）")


def premises_xlsx(text: str) -> tuple[bytes, int]:
    """Doors that fit `text` as XLSX, and how many. Telephone numbers stay masked."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("用户")
    money = book.add_format({"num_format": "#,##0.00"})
    bold = book.add_format({"bold": True})
    for column, name in enumerate(HEADINGS):
        sheet.write_string(0, column, name, bold)
    count, after = 0, ""
    while count < MAX_ROWS:
        result = search.search(text, after, CHUNK, narrow=in_reach)
        phones = cards.masked_phones([found.place.id for found in result.rows])
        for found in result.rows:
            count += 1
            place = found.place
            cells = (
                place.estate, place.building, place.unit, place.door, place.label,
                found.account_no, "、".join(found.people), phones.get(place.id, ""),
            )  # fmt: skip
            for column, value in enumerate(cells):
                sheet.write_string(count, column, value)
            sheet.write_number(count, len(cells), found.arrears_fen / 100, money)
        after = result.after
        if not after:
            break
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 3, 10)
    sheet.set_column(4, 7, 24)
    book.close()
    return out.getvalue(), count
