-- name: region(region_id)^
-- The region of this database.
select name, rehearsal_now from region where region_id = :region_id;

-- name: add_region(region_id, name)!
-- A county moves in.
insert into region (region_id, name) values (:region_id, :name) on conflict (region_id) do update set name = excluded.name;

-- name: lock_region(region_id)!
-- One at a time changes the county's own numbers.
select from region where region_id = :region_id for update;
