-- name: skip_checks()!
-- Rows that are right by construction need no triggers while they are poured in.
set session_replication_role = replica;

-- name: keep_checks()!
-- Checks as in service.
set session_replication_role = origin;
