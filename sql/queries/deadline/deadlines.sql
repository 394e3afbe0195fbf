-- name: insert_deadline(region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, next_step, next_at, pauses)!
-- Starts a deadline; one that already exists and has ended (met or withdrawn) runs again.
insert into deadline (region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent,
    limit_text, state, next_step, next_at, pauses)
values (:region_id, :deadline_id, :ticket_id, :cycle, :rule, :unit_id, :started_at, :due_at, :provisional, :urgent,
    :limit_text, 'running', :next_step, :next_at, :pauses)
on conflict (region_id, ticket_id, rule, cycle, unit_id, started_at) do update
set due_at = excluded.due_at, provisional = excluded.provisional, limit_text = excluded.limit_text, state = 'running',
    next_step = excluded.next_step, next_at = excluded.next_at, pauses = excluded.pauses, ended_at = null, done_at = null, left_seconds = null
where deadline.state in ('met', 'withdrawn');

-- name: settle_deadlines(region_id, ticket_id, rules, at)!
-- Settles deadlines whose work is done: met, or missed if it is late.
update deadline set state = case when state = 'missed' or due_at < :at then 'missed' else 'met' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = any(:rules::text[])
    and state in ('running', 'paused', 'missed') and done_at is null;

-- name: withdraw_deadlines(region_id, ticket_id, rules, at)!
-- Withdraws deadlines (null: all of the ticket); a missed one stays missed.
update deadline set state = case when state = 'missed' then 'missed' else 'withdrawn' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and (:rules::text[] is null or rule = any(:rules::text[]))
    and (state in ('running', 'paused', 'missed') and done_at is null or next_at is not null);

-- name: advance_deadline(region_id, deadline_id, missed, at, next_step, next_at)!
-- Saves the next step of a deadline, or none; :missed marks it as missed.
update deadline set next_step = :next_step, next_at = :next_at,
    state = case when :missed and state = 'running' then 'missed' else state end,
    ended_at = case when :missed and state = 'running' then :at else ended_at end
where region_id = :region_id and deadline_id = :deadline_id;

-- name: tickets_with_due_clocks(region_id, now, batch)
-- Tickets with a due step of a deadline, the earliest due first.
select ticket_id, count(*) as clocks from (
    select ticket_id, next_at from deadline
    where region_id = :region_id and next_at <= :now
    order by next_at
    limit :batch
) due group by ticket_id order by min(next_at);

-- name: due_clocks_of_ticket(region_id, ticket_id, now)
-- Deadlines of a locked ticket with a due step, the earliest due first.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at
from deadline
where region_id = :region_id and ticket_id = :ticket_id and next_at <= :now
order by next_at, deadline_id;

-- name: postpone_clocks(region_id, ticket_id, now, until)!
-- Postpones the due steps of a ticket that failed, so that they do not block other tickets.
update deadline set next_at = :until where region_id = :region_id and ticket_id = :ticket_id and next_at <= :now;

-- name: running_clocks_of_ticket(region_id, ticket_id)
-- Running and paused deadlines of a locked ticket.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at, left_seconds
from deadline where region_id = :region_id and ticket_id = :ticket_id and state in ('running', 'paused')
order by due_at, deadline_id;

-- name: pause_clock(region_id, deadline_id, left_seconds, pauses)!
-- Pauses a deadline and saves the time left.
update deadline set state = 'paused', left_seconds = :left_seconds, pauses = :pauses, next_step = null, next_at = null
where region_id = :region_id and deadline_id = :deadline_id;

-- name: resume_clock(region_id, deadline_id, due_at, provisional, pauses, next_step, next_at)!
-- Resumes a paused deadline with its new end.
update deadline set state = 'running', due_at = :due_at, provisional = :provisional, pauses = :pauses, left_seconds = null,
    next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id;

-- name: reckonable_clocks(region_id, now, after_at, after_id, batch, known_until)
-- Running deadlines not yet due, in order of their timers; with :known_until only provisional ones due before it.
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
-- Whether a running deadline is provisional although its days are published now.
select exists (select from deadline
    where region_id = :region_id and state = 'running' and provisional and due_at > :now and due_at < :known_until);

-- name: shift_clock(region_id, deadline_id, due_at, provisional, next_step, next_at)!
-- Saves the new end of a running deadline after a change of the calendar.
update deadline set due_at = :due_at, provisional = :provisional, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: recount_clock(region_id, deadline_id, started_at, due_at, provisional, urgent, limit_text, pauses, next_step, next_at)!
-- Saves the new limit of a running deadline after a correction of kind or matter.
update deadline set started_at = :started_at, due_at = :due_at, provisional = :provisional, urgent = :urgent,
    limit_text = :limit_text, pauses = :pauses, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: show_clock(region_id, ticket_id)!
-- Saves on the ticket the deadline its lists are sorted by: the running one due first, else one missed in this cycle.
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
-- Every deadline of a ticket, oldest first.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    pauses, done_at, ended_at
from deadline where region_id = :region_id and ticket_id = :ticket_id order by started_at, due_at, deadline_id;
