-- name: insert_deadline(region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, next_step, next_at, pauses)!
-- A clock starts; the same clock is never started twice, one that was ended at the very moment it began goes on.
insert into deadline (region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent,
    limit_text, state, next_step, next_at, pauses)
values (:region_id, :deadline_id, :ticket_id, :cycle, :rule, :unit_id, :started_at, :due_at, :provisional, :urgent,
    :limit_text, 'running', :next_step, :next_at, :pauses)
on conflict (region_id, ticket_id, rule, cycle, unit_id, started_at) do update
set due_at = excluded.due_at, provisional = excluded.provisional, limit_text = excluded.limit_text, state = 'running',
    next_step = excluded.next_step, next_at = excluded.next_at, pauses = excluded.pauses, ended_at = null, done_at = null, left_seconds = null
where deadline.state in ('met', 'withdrawn');

-- name: settle_deadlines(region_id, ticket_id, rules, at)!
-- What the clocks asked for was done: met in time or missed.
update deadline set state = case when state = 'missed' or due_at < :at then 'missed' else 'met' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = any(:rules::text[])
    and state in ('running', 'paused', 'missed') and done_at is null;

-- name: withdraw_deadlines(region_id, ticket_id, rules, at)!
-- The clocks are of no use any more; a missed one stays missed.
update deadline set state = case when state = 'missed' then 'missed' else 'withdrawn' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and (:rules::text[] is null or rule = any(:rules::text[]))
    and (state in ('running', 'paused', 'missed') and done_at is null or next_at is not null);

-- name: advance_deadline(region_id, deadline_id, missed, at, next_step, next_at)!
-- A step was taken: wait for the next one, or for none. Passing the expiry makes it missed.
update deadline set next_step = :next_step, next_at = :next_at,
    state = case when :missed and state = 'running' then 'missed' else state end,
    ended_at = case when :missed and state = 'running' then :at else ended_at end
where region_id = :region_id and deadline_id = :deadline_id;

-- name: tickets_with_due_clocks(region_id, now, batch)
-- Tickets of which a clock's next step is due, longest due first.
select ticket_id, count(*) as clocks from (
    select ticket_id, next_at from deadline
    where region_id = :region_id and next_at <= :now
    order by next_at
    limit :batch
) due group by ticket_id order by min(next_at);

-- name: due_clocks_of_ticket(region_id, ticket_id, now)
-- Clocks of a held ticket of which the next step is due, longest due first.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at
from deadline
where region_id = :region_id and ticket_id = :ticket_id and next_at <= :now
order by next_at, deadline_id;

-- name: postpone_clocks(region_id, ticket_id, now, until)!
-- A ticket whose clocks could not strike: tried again later, so that it keeps nobody else waiting.
update deadline set next_at = :until where region_id = :region_id and ticket_id = :ticket_id and next_at <= :now;

-- name: running_clocks_of_ticket(region_id, ticket_id)
-- Clocks of a held ticket that still run.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at, left_seconds
from deadline where region_id = :region_id and ticket_id = :ticket_id and state in ('running', 'paused')
order by due_at, deadline_id;

-- name: pause_clock(region_id, deadline_id, left_seconds, pauses)!
-- The clock stops and keeps what was left.
update deadline set state = 'paused', left_seconds = :left_seconds, pauses = :pauses, next_step = null, next_at = null
where region_id = :region_id and deadline_id = :deadline_id;

-- name: resume_clock(region_id, deadline_id, due_at, provisional, pauses, next_step, next_at)!
-- The clock goes on towards its new end.
update deadline set state = 'running', due_at = :due_at, provisional = :provisional, pauses = :pauses, left_seconds = null,
    next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id;

-- name: reckonable_clocks(region_id, now, after_at, after_id, batch, known_until)
-- Running clocks not yet passed, by timer; with known_until those alone that are provisional and end before it.
select d.deadline_id, d.ticket_id, d.cycle, d.rule, d.unit_id, d.started_at, d.due_at, d.provisional, d.urgent, d.limit_text, d.state,
    d.next_step, d.next_at, d.pauses, d.done_at, t.number
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id
where d.region_id = :region_id and d.next_at is not null and d.state = 'running' and d.due_at > :now
    and (d.next_at, d.deadline_id) > (:after_at, :after_id)
    and (:known_until::timestamptz is null or (d.provisional and d.due_at < :known_until::timestamptz))
order by d.next_at, d.deadline_id
limit :batch;

-- name: has_unconfirmed(region_id, now, known_until)$
-- Whether a running clock is provisional though its days are published by now.
select exists (select from deadline
    where region_id = :region_id and state = 'running' and provisional and due_at > :now and due_at < :known_until);

-- name: shift_clock(region_id, deadline_id, due_at, provisional, next_step, next_at)!
-- A changed calendar moves a running clock.
update deadline set due_at = :due_at, provisional = :provisional, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: recount_clock(region_id, deadline_id, started_at, due_at, provisional, urgent, limit_text, pauses, next_step, next_at)!
-- A corrected kind or matter sets a running clock another limit.
update deadline set started_at = :started_at, due_at = :due_at, provisional = :provisional, urgent = :urgent,
    limit_text = :limit_text, pauses = :pauses, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: show_clock(region_id, ticket_id)!
-- The ticket shows the clock its lists are sorted by: the running one that ends first, else one missed in this cycle.
update ticket t set clock_id = now.deadline_id, clock_due_at = now.due_at
from (
    select d.deadline_id, d.due_at from ticket held
    left join lateral (
        select deadline_id, due_at from deadline d
        where d.region_id = held.region_id and d.ticket_id = held.ticket_id and d.state in ('running', 'missed')
            and (d.state = 'running' or d.cycle = held.cycle)
            and d.rule in ('sign', 'reply', 'interview', 'supervised', 'tier2', 'tier3', 'dispatch', 'ruling', 'callback', 'verify', 'details')
        order by (d.state = 'running') desc, d.due_at, d.deadline_id
        limit 1) d on true
    where held.region_id = :region_id and held.ticket_id = :ticket_id) now
where t.region_id = :region_id and t.ticket_id = :ticket_id
    and (t.clock_id, t.clock_due_at) is distinct from (now.deadline_id, now.due_at);

-- name: deadlines_of_ticket(region_id, ticket_id)
-- Every clock a ticket ever had, oldest first.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at, ended_at
from deadline where region_id = :region_id and ticket_id = :ticket_id order by started_at, due_at, deadline_id;
