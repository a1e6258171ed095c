"""The schema: the migrations lead to the tables that are declared, on both databases."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot.errors import SettingsError
from bot.store import schema
from bot.store.tables import metadata
from tests.integration.stored import database_at, opened, run


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "version_table": schema.VERSION_TABLE}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrations_lead_to_the_declared_tables(url: str) -> None:
    async with opened(url) as store:
        assert await store.audit._database.read(differences) == []


async def test_a_difference_would_be_seen(url: str) -> None:
    async with opened(url) as store:
        await run(url, "DROP INDEX ix_asking_at", "ALTER TABLE audit DROP COLUMN rule")
        assert len(await store.audit._database.read(differences)) == 2


def test_the_known_versions_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config).walk_revisions()

    assert [script.revision for script in scripts] == list(reversed(schema.KNOWN))


async def test_a_store_of_a_newer_version_is_left_as_it_is(url: str) -> None:
    async with opened(url):
        pass
    await run(url, "UPDATE mongolog_schema SET version_num = '9999'", "DROP TABLE budget")
    for is_beside in (False, True):
        with pytest.raises(SettingsError) as raised:
            async with opened(url, is_beside=is_beside):
                pass
        (fault,) = raised.value.faults
        assert "the store was written by a newer version of mongolog" in fault
    assert await run(url, "SELECT version_num FROM mongolog_schema") == [("9999",)]
    assert "budget" not in await tables(url)


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    await run(url, "CREATE TABLE budget (ours text)")
    with pytest.raises(SettingsError):
        async with opened(url):
            pass
    assert await tables(url) == {"budget"}


async def test_the_tables_of_another_user_of_alembic_are_left_alone(url: str) -> None:
    await run(
        url,
        "CREATE TABLE alembic_version (version_num text)",
        "INSERT INTO alembic_version VALUES ('theirs')",
    )
    async with opened(url):
        pass
    async with opened(url):
        pass
    assert await run(url, "SELECT version_num FROM alembic_version") == [("theirs",)]


async def tables(url: str) -> set[str]:
    database = database_at(url)
    names = await database.read(lambda connection: set(inspect(connection).get_table_names()))
    await database.aclose()
    return names
