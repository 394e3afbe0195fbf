-- name: region(region_id)^
-- The region of this database.
select name, rehearsal_now from region where region_id = :region_id;

-- name: add_region(region_id, name)!
-- Inserts a region, or renames it.
insert into region (region_id, name) values (:region_id, :name) on conflict (region_id) do update set name = excluded.name;

-- name: lock_region(region_id)!
-- Locks the region so that one process changes its settings at a time.
select from region where region_id = :region_id for update;
