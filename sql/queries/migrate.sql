-- name: create_schema_migration()#
-- The book of applied migrations; the only table without region_id, since it speaks of the database itself.
create table if not exists schema_migration (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
);

-- name: lock_schema_migration()#
-- One migrator at a time, until the end of the transaction; readers are not held up.
lock table schema_migration in share row exclusive mode;

-- name: applied_migrations()
-- Name and checksum of every migration applied so far, in order.
select name, checksum from schema_migration order by name;

-- name: record_migration(name, checksum)!
-- Write a migration down as applied. :name file name without ending; :checksum SHA-256 of its text, hex.
insert into schema_migration (name, checksum) values (:name, :checksum);

-- name: guard_of_rows()^
-- Whether the role in force, and the one that logged in, could see past the policies of rows.
select bool_or(rolname = current_user and past) as role_past, bool_or(rolname = session_user and past) as login_past
from (
    select rolname, rolsuper or rolbypassrls or exists (
        select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = r.oid) as past
    from pg_roles r where rolname in (current_user, session_user)) seen;
