-- name: region(region_id)^
-- The region of this database.
select * from region where region_id = :region_id;

-- name: add_region(region_id, name)!
-- A county moves in.
insert into region (region_id, name) values (:region_id, :name) on conflict (region_id) do update set name = excluded.name;

-- name: policy(region_id, now)^
-- The version of the policy in force.
select version, body from policy where region_id = :region_id and valid_from <= :now order by version desc limit 1;

-- name: add_policy(region_id, valid_from, body, author, saved_at)$
-- A new version of the policy.
insert into policy (region_id, version, valid_from, body, author, saved_at)
select :region_id, coalesce(max(version), 0) + 1, :valid_from, :body, :author, :saved_at
from policy where region_id = :region_id
returning version;

-- name: policies(region_id)
-- Every version of the policy, newest first.
select * from policy where region_id = :region_id order by version desc;

-- name: calendar_days(region_id, now)
-- The dated rows in force: of every day the newest.
select distinct on (day) day, working, shifts, name, source from calendar_day
where region_id = :region_id and valid_from <= :now order by day, valid_from desc;

-- name: add_calendar_day(region_id, day, valid_from, working, shifts, name, source)!
-- A dated row over the calendar.
insert into calendar_day (region_id, day, valid_from, working, shifts, name, source)
values (:region_id, :day, :valid_from, :working, :shifts, :name, :source)
on conflict (region_id, day, valid_from) do update
set working = excluded.working, shifts = excluded.shifts, name = excluded.name, source = excluded.source;

-- name: lock_region(region_id)!
-- One at a time changes the county's own numbers.
select from region where region_id = :region_id for update;

-- name: add_notice(region_id, source, published_on, effective_from, loaded_at, loaded_by)$
-- A notice is loaded: the next version of the calendar.
insert into calendar_notice (region_id, version, source, published_on, effective_from, loaded_at, loaded_by)
select :region_id, coalesce(max(version), 0) + 1, :source, :published_on, :effective_from, :loaded_at, :loaded_by
from calendar_notice where region_id = :region_id
returning version;

-- name: notices(region_id)
-- Every notice that was loaded, newest first.
select * from calendar_notice where region_id = :region_id order by version desc;

-- name: unsettled_notice(region_id, before)$
-- The newest notice loaded before then after which clocks were not looked through again.
select source from calendar_notice
where region_id = :region_id and settled_at is null and loaded_at <= :before order by version desc limit 1;

-- name: settle_notices(region_id, before, at)!
-- Every process knows the notices loaded before then, and the clocks begun without them were looked through.
update calendar_notice set settled_at = :at where region_id = :region_id and settled_at is null and loaded_at <= :before;

-- name: matters(region_id)
-- Every matter, old ones included.
select * from matter where region_id = :region_id order by level1, level2, matter_id;

-- name: catalogue(region_id, now)
-- The dispatch catalogue in force.
select matter_id, place, words, unit_id from catalogue
where region_id = :region_id and valid_from <= :now and (valid_until is null or valid_until > :now)
order by catalogue_id;

-- name: units(region_id)
-- Every unit, with whether somebody there can receive anything.
select u.*, exists (
    select from account a where a.region_id = u.region_id and a.unit_id = u.unit_id and a.active
        and a.role in ('handler', 'unit_head')) as staffed
from unit u where u.region_id = :region_id order by u.sector, u.name;

-- name: add_unit(region_id, unit_id, parent_id, name, sector, level, office)!
-- A unit of the tree; one that is there keeps its id.
insert into unit (region_id, unit_id, parent_id, name, sector, level, office)
values (:region_id, :unit_id, :parent_id, :name, :sector, :level, :office)
on conflict (region_id, name) do update set sector = excluded.sector, level = excluded.level, office = excluded.office;
