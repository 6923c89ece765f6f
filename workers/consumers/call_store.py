"""Writing a batch of `Write`s: for each table one look-up, one INSERT and few UPDATEs.

The tables are taken parents first, so a child finds the id of a row that the same batch made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, update

from crm_web.models import metadata
from workers.consumers.writes import Ref, Write

# Parents before children.
_ORDER = (
    "phone",
    "contact",
    "call_leg",
    "flow_run",
    "queue_visit",
    "agent_offer",
    "talk_segment",
    "recording",
    "recording_mask",
    "voicemail",
    "contact_event",
)

# What identifies a row that others may point to. The first column leads an index.
_NATURAL: dict[str, tuple[str, ...]] = {
    "phone": ("e164",),
    "contact": ("pub",),
    "queue_visit": ("contact_id", "seq"),
    "talk_segment": ("contact_id", "seq"),
    "recording": ("contact_id", "n"),
    "queue": ("code",),
    "agent": ("agent_no",),
    "premise": ("pub",),
    "customer": ("pub",),
    "account": ("account_no",),
    "agent_session": ("pub",),
}

# Rows that other programs make and never renumber; worth remembering between batches.
_LASTING = frozenset({"queue", "agent"})

_Key = tuple[Any, ...]


class Unresolved(Exception):
    """An event names a row that does not exist and that no event makes (a deleted queue)."""


class Store:
    """Applies writes in the transaction of `apply`'s connection; remembers only lasting ids."""

    def __init__(self) -> None:
        self._lasting: dict[Ref, int] = {}

    def apply(self, connection: Connection, writes: Iterable[Write]) -> dict[Ref, int]:
        """Write all; returns the ids of every row met. Raises Unresolved."""
        by_table: dict[str, list[Write]] = defaultdict(list)
        for write in writes:
            by_table[write.table].append(write)
        ids: dict[Ref, int] = dict(self._lasting)
        for table in _ORDER:
            if rows := by_table.pop(table, None):
                self._apply_table(connection, table, rows, ids)
        if by_table:
            raise ValueError(f"no order for the tables {sorted(by_table)}")
        return ids

    def id_of(self, connection: Connection, ref: Ref, ids: dict[Ref, int]) -> int | None:
        """The id of `ref`; None when it is optional and absent. Raises Unresolved."""
        self._look_up(connection, [ref], ids)
        return _resolved(ref, ids)

    def _apply_table(
        self, connection: Connection, name: str, writes: Sequence[Write], ids: dict[Ref, int]
    ) -> None:
        self._look_up(connection, _refs_in(writes), ids)
        table = metadata.tables[name]
        columns = tuple(writes[0].key)
        updates: dict[_Key, dict[str, Any]] = {}
        inserts: dict[_Key, dict[str, Any]] = {}
        for write in writes:
            key = tuple(_resolved(value, ids) for value in write.key.values())
            changes = {name: _resolved(value, ids) for name, value in write.update.items()}
            made = {name: _resolved(value, ids) for name, value in write.insert.items()}
            updates.setdefault(key, {}).update(changes)
            inserts[key] = {**made, **inserts.get(key, {})}
        known = _existing(connection, table, columns, updates)
        new = [key for key in updates if key not in known]
        made_now = [(key, {**inserts[key], **updates[key]}) for key in new]
        _insert(connection, table, columns, made_now)
        _update(connection, table, [(known[k], v) for k, v in updates.items() if k in known and v])
        if name in _NATURAL:
            if new:
                known |= _existing(connection, table, columns, new)
            self._remember(name, columns, known, ids)

    def _remember(
        self, name: str, columns: Sequence[str], known: Mapping[_Key, int], ids: dict[Ref, int]
    ) -> None:
        """File the ids under the references that children use (a contact by its pub, not id)."""
        backwards = {
            row_id: ref
            for ref, row_id in ids.items()
            if ref.table == "contact" and not ref.optional
        }
        for key, row_id in known.items():
            if columns[0] == "contact_id":
                key = (backwards[key[0]], *key[1:])
            ids[Ref(name, key)] = row_id
            ids[Ref(name, key, optional=True)] = row_id

    def _look_up(self, connection: Connection, refs: Iterable[Ref], ids: dict[Ref, int]) -> None:
        """Find the ids of references that are not known yet, one query a table."""
        wanted: dict[str, set[Ref]] = defaultdict(set)
        for ref in refs:
            for inner in (part for part in ref.key if isinstance(part, Ref)):
                if inner not in ids:
                    wanted[inner.table].add(inner)
            if ref not in ids:
                wanted[ref.table].add(ref)
        for name in sorted(wanted, key=lambda table: table != "contact"):
            table, columns = metadata.tables[name], _NATURAL[name]
            keys = {ref: _key_of(ref, ids) for ref in wanted[name]}
            found = _existing(connection, table, columns, [k for k in keys.values() if k])
            for ref, key in keys.items():
                if key in found:
                    ids[ref] = found[key]
                    if name in _LASTING:
                        self._lasting[ref] = found[key]


def _refs_in(writes: Iterable[Write]) -> list[Ref]:
    return [
        value
        for write in writes
        for part in (write.key, write.update, write.insert)
        for value in part.values()
        if isinstance(value, Ref)
    ]


def _key_of(ref: Ref, ids: Mapping[Ref, int]) -> _Key:
    """The natural key with inner references replaced; () when one of those does not exist."""
    values = [ids.get(part) if isinstance(part, Ref) else part for part in ref.key]
    return () if None in values else tuple(values)


def _resolved(value: Any, ids: Mapping[Ref, int]) -> Any:
    if not isinstance(value, Ref):
        return value
    if value not in ids:
        if value.optional:
            return None
        raise Unresolved(f"there is no {value.table} {value.key}")
    return ids[value]


def _existing(
    connection: Connection, table: Table, columns: Sequence[str], keys: Iterable[_Key]
) -> dict[_Key, int]:
    """Ids by natural key. Found through the leading column: its rows are few for each value."""
    wanted = set(keys)
    if not wanted:
        return {}
    names = [table.c[name] for name in columns]
    query = select(table.c.id, *names).where(names[0].in_({key[0] for key in wanted}))
    found = {tuple(row[1:]): row[0] for row in connection.execute(query)}
    return {key: row_id for key, row_id in found.items() if key in wanted}


def _insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[_Key, dict[str, Any]]],
) -> None:
    for group in _same_columns(
        [{**dict(zip(columns, key, strict=True)), **values} for key, values in rows]
    ):
        connection.execute(table.insert(), group)


def _update(
    connection: Connection, table: Table, rows: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    for group in _same_columns([{**values, "row_id": row_id} for row_id, values in rows]):
        names = [name for name in group[0] if name != "row_id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("row_id"))
            .values({name: bindparam(name) for name in names})
        )
        connection.execute(statement, group)


def _same_columns(rows: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows grouped by the columns they set: an executemany has one statement for all its rows."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[frozenset(row)].append(row)
    return list(groups.values())
