-- name: count_tickets(region_id)
-- Tickets by channel, state and reason of closing.
select channel, state, close_reason, count(*) as total from ticket where region_id = :region_id group by channel, state, close_reason;

-- name: count_events(region_id)
-- How many tickets each verb was done to, and how often.
select verb, count(distinct ticket_id) as tickets, count(*) as total from ticket_event where region_id = :region_id group by verb;

-- name: count_reminders(region_id)
-- The ledger by step and what became of it.
select step, state, count(*) as total from reminder where region_id = :region_id group by step, state;

-- name: count_letters(region_id)
-- Letters by kind and tier.
select kind, tier, count(*) as total from letter where region_id = :region_id group by kind, tier;

-- name: count_interviews(region_id)^
-- Interviews owed and held.
select count(*) as owed, count(held_at) as held from interview where region_id = :region_id;

-- name: count_callbacks(region_id)
-- Callbacks by how they ended and by verdict.
select state, verdict, count(*) as total from callback where region_id = :region_id group by state, verdict;

-- name: count_alarms(region_id)
-- Alarms by kind, settled or not.
select kind, settled_at is null as open, count(*) as total from alarm where region_id = :region_id group by kind, settled_at is null;

-- name: count_outbox(region_id)
-- Messages by channel and state; those folded into another were not sent by themselves.
select channel, state, fold_id is not null as folded, count(*) as total from outbox
where region_id = :region_id group by channel, state, fold_id is not null;

-- name: count_told_twice(region_id)$
-- Reminders and messages that were sent to the same reader more than once.
select coalesce(sum(extra), 0)::integer from (
    select count(*) - 1 as extra from reminder where region_id = :region_id and state in ('sent', 'unknown')
    group by ticket_id, cycle, rule, step, recipient, channel
    union all
    select count(*) - 1 from outbox where region_id = :region_id and state in ('sent', 'unknown', 'done') group by dedupe_key
) repeated;

-- name: numbers(region_id)
-- Every ticket's number and the key it was filed under, in order of receipt.
select number, client_key from ticket where region_id = :region_id order by received_at, number;

-- name: compiled_briefs(region_id)
-- Every brief, oldest week first.
select week_start, year, number, state from brief where region_id = :region_id order by week_start;
