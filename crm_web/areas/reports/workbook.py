"""The day's call report as an Excel file. Numbers stay numbers, so that people can go on counting.

Column titles are Chinese whatever the reader's language: the files are kept and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter

from crm_web.areas.reports.formulas import SERVICE_LEVEL_FORMULA
from crm_web.areas.reports.metrics import AgentRow, BucketRow, DayReport, QueueRow

# What one cell holds: text, a count, a ratio 0..1, or milliseconds shown as seconds.
TEXT, COUNT, RATIO, SECONDS = "text", "count", "ratio", "seconds"


@dataclass(frozen=True)
class Column:
    """A column: its title, the kind of its cells, and where the value comes from."""

    title: str
    kind: str
    value: Callable[[Any], Any]
    width: int = 11


_VISITS = (
    Column("进队量", COUNT, lambda row: row.visits.offered),
    Column("接通量", COUNT, lambda row: row.visits.answered),
    Column("放弃量", COUNT, lambda row: row.visits.abandoned),
    Column("短时放弃", COUNT, lambda row: row.visits.short_abandoned),
    Column("接通率", RATIO, lambda row: row.visits.answer_rate),
    Column("服务水平", RATIO, lambda row: row.visits.service_level),
    Column("放弃率", RATIO, lambda row: row.visits.abandon_rate),
    Column("异常结束率", RATIO, lambda row: row.visits.lost_rate),
    Column("平均应答(秒)", SECONDS, lambda row: row.visits.asa_ms, 13),
    Column("最长应答(秒)", SECONDS, lambda row: row.visits.answered_wait_max_ms, 13),
    Column("弃前等待(秒)", SECONDS, lambda row: row.visits.abandon_wait_ms, 13),
)
_TALKS = (
    Column("通话段", COUNT, lambda row: row.talks.segments),
    Column("平均通话(秒)", SECONDS, lambda row: row.talks.att_ms, 13),
    Column("平均话后(秒)", SECONDS, lambda row: row.talks.acw_ms, 13),
    Column("平均处理(秒)", SECONDS, lambda row: row.talks.aht_ms, 13),
)


def write_day(target: IO[bytes], report: DayReport, zone: ZoneInfo) -> int:
    """Write the workbook to `target`; returns the number of data rows."""
    # No formulas or links from data: a name that begins with "=" is a name.
    book = xlsxwriter.Workbook(
        target,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    writer = _SheetWriter(book)
    as_of = report.as_of.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    title = f"话务日报 {report.day.isoformat()}（统计至 {as_of}，服务水平公式 {SERVICE_LEVEL_FORMULA}）"
    time_columns = (
        Column("时段", TEXT, lambda row: _span(row, report)),
        Column("呼入量", COUNT, lambda row: row.contacts.calls),
        Column("自助解决率", RATIO, lambda row: row.contacts.containment),
        *_VISITS,
        *_TALKS,
    )
    rows = writer.sheet("时段", title, time_columns, [*report.buckets, report.total])
    queue_columns = (
        Column("队列", TEXT, lambda row: row.name, 16),
        Column("目标(秒)", COUNT, lambda row: row.target_s),
        *_VISITS,
        *_TALKS,
    )
    rows += writer.sheet("队列", title, queue_columns, report.queues)
    agent_columns = (
        Column("工号", TEXT, lambda row: row.agent_no),
        Column("姓名", TEXT, lambda row: row.name, 14),
        *_TALKS,
        Column("转接率", RATIO, lambda row: row.talks.transfer_rate),
        Column("保持率", RATIO, lambda row: row.talks.hold_rate),
        Column("平均保持(秒)", SECONDS, lambda row: row.talks.hold_avg_ms, 13),
        Column("协助次数", COUNT, lambda row: row.talks.assists),
        Column("振铃次数", COUNT, lambda row: row.offers.offers),
        Column("未接次数", COUNT, lambda row: row.offers.missed),
        Column("无应答率", RATIO, lambda row: row.offers.miss_rate),
    )
    rows += writer.sheet("坐席", title, agent_columns, report.agents)
    book.close()
    return rows


def _span(row: BucketRow, report: DayReport) -> str:
    return "全天" if row is report.total else row.start.strftime("%H:%M")


class _SheetWriter:
    """Writes row after row; constant memory means that a finished row cannot be changed."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._title = book.add_format({"bold": True, "font_size": 12})
        self._head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EFF2F5"})
        self._formats = {
            RATIO: book.add_format({"num_format": "0.0%"}),
            SECONDS: book.add_format({"num_format": "0.0"}),
            COUNT: book.add_format({"num_format": "0"}),
        }
        self._none = book.add_format({"align": "right"})

    def sheet(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[BucketRow | QueueRow | AgentRow],
    ) -> int:
        sheet = self._book.add_worksheet(name)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.write_string(0, 0, title, self._title)
        for index, column in enumerate(columns):
            sheet.write_string(1, index, column.title, self._head)
        for number, row in enumerate(rows, start=2):
            for index, column in enumerate(columns):
                self._cell(sheet, number, index, column.kind, column.value(row))
        sheet.freeze_panes(2, 1)
        return len(rows)

    def _cell(self, sheet: Any, row: int, index: int, kind: str, value: Any) -> None:
        if value is None:
            sheet.write_string(row, index, "—", self._none)
        elif kind == TEXT:
            sheet.write_string(row, index, str(value))
        else:
            number = value / 1000 if kind == SECONDS else value
            sheet.write_number(row, index, number, self._formats[kind])
