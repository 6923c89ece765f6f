from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, UniqueConstraint, create_engine, inspect

from crm_web.database import (
    alembic_config,
    downgrade,
    migrate,
    newest_revision,
    present_revision,
)
from crm_web.models import metadata
from tests.database import KINDS, running_database

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]


@pytest.fixture(scope="module", params=KINDS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with running_database(request.param) as url:
        made = create_engine(url)
        yield made
        made.dispose()


def test_it_goes_up_matches_the_models_goes_down_and_up_again(engine: Engine):
    assert present_revision(engine) is None
    migrate(engine)
    assert present_revision(engine) == newest_revision()
    assert _difference(engine) == []
    downgrade(engine)
    assert [t for t in inspect(engine).get_table_names() if t != "alembic_version"] == []
    migrate(engine)
    assert _difference(engine) == []


def test_given_the_newest_schema_it_migrates_to_the_same_again(engine: Engine):
    migrate(engine)
    migrate(engine)
    assert present_revision(engine) == newest_revision()


def _difference(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [item for item in compare_metadata(context, metadata)]


def test_it_has_one_head():
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_it_indexes_every_foreign_key():
    bare = []
    for table in metadata.tables.values():
        leading = {next(iter(table.primary_key.columns)).name}
        leading |= {next(iter(index.columns)).name for index in table.indexes}
        leading |= {
            next(iter(item.columns)).name
            for item in table.constraints
            if isinstance(item, UniqueConstraint)
        }
        for key in table.foreign_keys:
            if key.parent.name not in leading:
                bare.append(f"{table.name}.{key.parent.name}")
    assert bare == []
