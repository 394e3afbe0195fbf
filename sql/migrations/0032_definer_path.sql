-- Without pg_temp last, PostgreSQL looks for tables in the session's temporary schema first: a session that makes a temporary
-- table named `ticket` or `recusal` would have these functions, which bypass row-level security, read that table instead.

alter function rows_recused() set search_path = pg_catalog, public, pg_temp;
alter function rows_invited() set search_path = pg_catalog, public, pg_temp;
alter function is_of_units(smallint, uuid, uuid[]) set search_path = pg_catalog, public, pg_temp;
alter function rows_free() set search_path = pg_catalog, public, pg_temp;
alter function shows_ticket(smallint, uuid, text, uuid[], uuid[]) set search_path = pg_catalog, public, pg_temp;
alter function shows_person(smallint, uuid) set search_path = pg_catalog, public, pg_temp;
