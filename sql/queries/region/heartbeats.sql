-- name: beat(region_id, job, beat_at, handled, failed)!
-- Records a run of a scheduled job.
insert into heartbeat as h (region_id, job, beat_at, handled, failed)
values (:region_id, :job, :beat_at, :handled, :failed)
on conflict (region_id, job) do update
set beat_at = excluded.beat_at, handled = h.handled + excluded.handled, failed = h.failed + excluded.failed;

-- name: heartbeats(region_id)
-- The last run of each job with its totals.
select job, beat_at, handled, failed from heartbeat where region_id = :region_id order by job;
