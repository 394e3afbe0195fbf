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

-- name: add_notice(region_id, source, published_on, effective_from, loaded_at, loaded_by)$
-- A notice is loaded: the next version of the calendar.
insert into calendar_notice (region_id, version, source, published_on, effective_from, loaded_at, loaded_by)
select :region_id, coalesce(max(version), 0) + 1, :source, :published_on, :effective_from, :loaded_at, :loaded_by
from calendar_notice where region_id = :region_id
returning version;

-- name: notices(region_id)
-- Every notice that was loaded, newest first.
select version, source, published_on, effective_from, loaded_at, loaded_by, settled_at from calendar_notice where region_id = :region_id order by version desc;

-- name: unsettled_notice(region_id, before)$
-- The newest notice loaded before then after which clocks were not looked through again.
select source from calendar_notice
where region_id = :region_id and settled_at is null and loaded_at <= :before order by version desc limit 1;

-- name: settle_notices(region_id, before, at)!
-- Every process knows the notices loaded before then, and the clocks begun without them were looked through.
update calendar_notice set settled_at = :at where region_id = :region_id and settled_at is null and loaded_at <= :before;
