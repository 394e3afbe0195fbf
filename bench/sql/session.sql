-- name: skip_checks()!
-- Triggers and foreign keys off, for rows that are right by construction.
set session_replication_role = replica;

-- name: keep_checks()!
-- Triggers and foreign keys on again.
set session_replication_role = origin;
