"""Grouping times into buckets of minutes, in the words of each database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class bucket_number(GenericFunction[int]):  # noqa: N801  (a function of the database)
    """Whole buckets since the epoch: bucket_number(time, bucket length in seconds)."""

    type = Integer()
    inherit_cache = True
    name = "bucket_number"


def bucket_of(at: Any, step_min: int) -> ColumnElement[int]:
    """The number of the bucket of `step_min` minutes that a UTC time falls into.

    The site's days begin at a bucket's border in every zone whose offset is a multiple of it.
    """
    return bucket_number(at, step_min * 60)


@compiles(bucket_number)
def _standard(element: bucket_number, compiler: Any, **options: Any) -> str:
    at, step = (compiler.process(part, **options) for part in element.clauses)
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {at}) / {step}) AS BIGINT)"


@compiles(bucket_number, "sqlite")
def _sqlite(element: bucket_number, compiler: Any, **options: Any) -> str:
    at, step = (compiler.process(part, **options) for part in element.clauses)
    return f"(CAST(strftime('%s', {at}) AS INTEGER) / {step})"


@compiles(bucket_number, "mysql")
@compiles(bucket_number, "mariadb")
def _mysql(element: bucket_number, compiler: Any, **options: Any) -> str:
    # TIMESTAMPDIFF and not UNIX_TIMESTAMP, which would read the UTC value in the session's zone.
    at, step = (compiler.process(part, **options) for part in element.clauses)
    return f"(TIMESTAMPDIFF(SECOND, '1970-01-01', {at}) DIV {step})"
