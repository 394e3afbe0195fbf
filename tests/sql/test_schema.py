"""The schema as written and the schema as migrated are one, and keep the rules of sql/README.md."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from hotline.store.queries import sql_folder

BOOK = "schema_migration"

CATALOGUE = {
    "tables": """
        select c.relname, c.relkind::text, obj_description(c.oid, 'pg_class'), c.reloptions::text, c.relrowsecurity
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
          and c.relname <> 'schema_migration'""",
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
            a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
          and c.relname <> 'schema_migration'""",
    "indexes": """
        select tablename, indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_migration'""",
    "constraints": """
        select c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid), k.convalidated
        from pg_constraint k join pg_class c on c.oid = k.conrelid
        where c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'""",
    "types": """
        select t.typname, t.typtype::text, pg_catalog.array_agg(e.enumlabel order by e.enumsortorder)::text
        from pg_type t left join pg_enum e on e.enumtypid = t.oid
        where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd') group by 1, 2""",
    "functions": """
        select p.proname, pg_get_functiondef(p.oid) from pg_proc p left join pg_depend d
            on d.objid = p.oid and d.deptype = 'e'
        where p.pronamespace = 'public'::regnamespace and p.prokind <> 'a' and d.objid is null""",
    "extensions": "select extname from pg_extension",
    "policies": "select tablename, policyname, cmd, qual, with_check from pg_policies where schemaname = 'public'",
}


@pytest_asyncio.fixture
async def migrated(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def written(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute((sql_folder() / "schema.sql").read_text(encoding="utf-8"))
    yield connection
    await connection.close()


@pytest.mark.parametrize("part", sorted(CATALOGUE))
async def test_schema_and_migrations_give_the_same(
    part: str, migrated: asyncpg.Connection, written: asyncpg.Connection
) -> None:
    from_migrations, from_schema = [
        {tuple(row) for row in await connection.fetch(CATALOGUE[part])} for connection in (migrated, written)
    ]
    assert from_migrations - from_schema == set()
    assert from_schema - from_migrations == set()


async def test_schema_has_tables(migrated: asyncpg.Connection) -> None:
    tables = {row["relname"] for row in await migrated.fetch(CATALOGUE["tables"])}
    assert {"region", "ticket", "ticket_event", "unit", "outbox"} <= tables


async def test_every_table_and_column_is_commented(migrated: asyncpg.Connection) -> None:
    tables = await migrated.fetch(CATALOGUE["tables"])
    columns = await migrated.fetch(CATALOGUE["columns"])
    silent = [row["relname"] for row in tables if row["relkind"] in "rpvm" and not row["obj_description"]]
    silent += [f"{row['relname']}.{row['attname']}" for row in columns if not row["col_description"]]
    assert silent == []


async def test_every_table_has_a_primary_key(migrated: asyncpg.Connection) -> None:
    without = await migrated.fetch("""
        select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')""")
    assert [row["relname"] for row in without] == []


async def test_region_comes_first_in_every_key_and_index(migrated: asyncpg.Connection) -> None:
    others = await migrated.fetch(
        """
        select i.indexrelid::regclass::text as index from pg_index i join pg_class c on c.oid = i.indrelid
        left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where c.relnamespace = 'public'::regnamespace and c.relname <> $1 and not (i.indisunique is false
            and (select amname from pg_am join pg_class x on x.relam = pg_am.oid where x.oid = i.indexrelid) <> 'btree')
          and a.attname is distinct from 'region_id'""",
        BOOK,
    )
    assert [row["index"] for row in others] == []


async def test_foreign_keys_stay_within_the_region(migrated: asyncpg.Connection) -> None:
    keys = await migrated.fetch("""
        select conname, pg_get_constraintdef(oid) as told, confdeltype::text as on_delete
        from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace""")
    assert keys
    for key in keys:
        assert key["told"].startswith("FOREIGN KEY (region_id"), key["conname"]
        assert "(region_id" in key["told"].partition("REFERENCES")[2], key["conname"]
        assert key["on_delete"] not in ("n", "d"), key["conname"]


async def test_triggers_only_refuse(migrated: asyncpg.Connection) -> None:
    triggers = await migrated.fetch("""
        select tgname, prosrc from pg_trigger join pg_proc p on p.oid = tgfoid where not tgisinternal""")
    for trigger in triggers:
        # What they let pass, they let pass as it is.
        statements = trigger["prosrc"].lower().replace("return new;", "").replace("return old;", "")
        assert "raise exception" in statements, trigger["tgname"]
        assert not {"insert", "update", "delete", "perform", "execute", "return"} & set(statements.split()), trigger[
            "tgname"
        ]


async def test_no_rule_rewrites_statements(migrated: asyncpg.Connection) -> None:
    rules = await migrated.fetch("select rulename from pg_rules where schemaname = 'public'")
    assert rules == []


async def test_definer_functions_look_in_the_temporary_schema_last(migrated: asyncpg.Connection) -> None:
    functions = await migrated.fetch("""
        select p.oid::regprocedure::text as name, p.proconfig from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.prosecdef
          and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')""")
    assert functions
    # Unless it is named, PostgreSQL looks for tables in pg_temp first, where every session may make its own.
    paths = {
        row["name"]: [one for one in row["proconfig"] or () if one.startswith("search_path=")] for row in functions
    }
    assert {name: path for name, path in paths.items() if not path or not path[0].endswith(", pg_temp")} == {}
