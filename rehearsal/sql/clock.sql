-- name: next_moment(region_id, after)$
-- The next moment at which anything falls due after a given one.
select min(at) from (
    (select next_at as at from deadline where region_id = :region_id and next_at > :after order by next_at limit 1)
    union all
    (select not_before from outbox where region_id = :region_id and state = 'waiting' and not_before > :after order by not_before limit 1)
    union all
    (select next_try_at from callback where region_id = :region_id and next_try_at > :after order by next_try_at limit 1)
) due;

-- name: set_rehearsal(region_id, now)!
-- The moment a moved clock stands at; marks the database as one of rehearsals.
update region set rehearsal_now = :now where region_id = :region_id;

-- name: shift_sessions(region_id, by, good_after)!
-- Move open sessions along with a jump of the clock.
update session set opened_at = opened_at + :by::interval, seen_at = seen_at + :by::interval
where region_id = :region_id and ended_at is null and seen_at > :good_after;
