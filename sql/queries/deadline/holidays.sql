-- name: calendar_days(region_id, now)
-- The newest valid row of every dated day.
select distinct on (day) day, working, shifts, name, source from calendar_day
where region_id = :region_id and valid_from <= :now order by day, valid_from desc;

-- name: add_calendar_day(region_id, day, valid_from, working, shifts, name, source)!
-- Inserts or replaces a dated row of the calendar.
insert into calendar_day (region_id, day, valid_from, working, shifts, name, source)
values (:region_id, :day, :valid_from, :working, :shifts, :name, :source)
on conflict (region_id, day, valid_from) do update
set working = excluded.working, shifts = excluded.shifts, name = excluded.name, source = excluded.source;

-- name: add_notice(region_id, source, published_on, effective_from, loaded_at, loaded_by)$
-- Inserts a holiday notice; returns the new version of the calendar.
insert into calendar_notice (region_id, version, source, published_on, effective_from, loaded_at, loaded_by)
select :region_id, coalesce(max(version), 0) + 1, :source, :published_on, :effective_from, :loaded_at, :loaded_by
from calendar_notice where region_id = :region_id
returning version;

-- name: notices(region_id)
-- Every loaded holiday notice, newest first.
select version, source, published_on, effective_from, loaded_at, loaded_by, settled_at from calendar_notice where region_id = :region_id order by version desc;

-- name: unsettled_notice(region_id, before)$
-- The source of the newest notice loaded before :before whose deadlines were not recomputed a second time.
select source from calendar_notice
where region_id = :region_id and settled_at is null and loaded_at <= :before order by version desc limit 1;

-- name: settle_notices(region_id, before, at)!
-- Marks notices loaded before :before as settled: every process has them, and deadlines started without them were recomputed.
update calendar_notice set settled_at = :at where region_id = :region_id and settled_at is null and loaded_at <= :before;
