-- name: create_schema_migration()#
-- Creates the table of applied migrations, the only one without region_id, since it is about the database itself.
create table if not exists schema_migration (
    name text primary key,
    checksum text not null,
    applied_at timestamptz not null default now()
);

-- name: lock_schema_migration()#
-- Locks the table so that one migration runs at a time; readers are not blocked.
lock table schema_migration in share row exclusive mode;

-- name: applied_migrations()
-- Name and checksum of every applied migration, in order.
select name, checksum from schema_migration order by name;

-- name: record_migration(name, checksum)!
-- Records a migration as applied. :name is the file name without ending, :checksum the SHA-256 of its text in hex.
insert into schema_migration (name, checksum) values (:name, :checksum);

-- name: guard_of_rows()^
-- Whether the current role, and the login role, bypass row-level security.
select bool_or(rolname = current_user and past) as role_past, bool_or(rolname = session_user and past) as login_past
from (
    select rolname, rolsuper or rolbypassrls or exists (
        select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relowner = r.oid) as past
    from pg_roles r where rolname in (current_user, session_user)) seen;
