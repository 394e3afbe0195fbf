-- name: join_assisting(region_id, ticket_id, unit_ids, task, joined_at)!
-- Adds assisting units; a unit with a former part gets this one.
insert into ticket_unit (region_id, ticket_id, unit_id, part, joined_at, task)
select :region_id, :ticket_id, unit_id, 'assisting', :joined_at, :task from unnest(:unit_ids::uuid[]) as unit_id
on conflict (region_id, ticket_id, unit_id) do update
set part = excluded.part, joined_at = excluded.joined_at, task = excluded.task, answered_at = null, excused_at = null
where ticket_unit.part = 'former';

-- name: parts_of_ticket(region_id, ticket_id)
-- Every unit with a present or former part in the ticket: lead first, then assisting, then former.
select unit_id, part, joined_at, answered_at, task, excused_at from ticket_unit
where region_id = :region_id and ticket_id = :ticket_id
order by part <> 'lead', part <> 'assisting', joined_at, unit_id;

-- name: answer_part(region_id, ticket_id, unit_id, at)!
-- Records that an assisting unit submitted its part.
update ticket_unit set answered_at = :at
where region_id = :region_id and ticket_id = :ticket_id and unit_id = :unit_id and part = 'assisting';

-- name: excuse_part(region_id, ticket_id, unit_id, at)!
-- Records that an assisting unit was excused.
update ticket_unit set part = 'former', excused_at = :at
where region_id = :region_id and ticket_id = :ticket_id and unit_id = :unit_id and part = 'assisting';

-- name: reopen_parts(region_id, ticket_id)!
-- Makes every assisting unit owe its part again after a redo.
update ticket_unit set answered_at = null where region_id = :region_id and ticket_id = :ticket_id and part = 'assisting';

-- name: settle_assist(region_id, ticket_id, unit_id, at)!
-- Settles the deadline of one assisting unit: met, or missed if it is late.
update deadline set state = case when state = 'missed' or due_at < :at then 'missed' else 'met' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = 'assist' and unit_id = :unit_id
    and state in ('running', 'paused', 'missed') and done_at is null;

-- name: withdraw_assist(region_id, ticket_id, unit_id, at)!
-- Withdraws the deadline of one assisting unit (null: of all); a missed one stays missed.
update deadline set state = case when state = 'missed' then 'missed' else 'withdrawn' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = 'assist'
    and (:unit_id::uuid is null or unit_id = :unit_id::uuid) and state in ('running', 'paused', 'missed') and done_at is null;

-- name: move_assist(region_id, deadline_id, due_at, provisional, limit_text, next_step, next_at)!
-- Saves the new end of an assisting unit's running deadline after the lead's has moved.
update deadline set due_at = :due_at, provisional = :provisional, limit_text = :limit_text, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: late_parts(region_id, now, batch)
-- Overdue parts of assisting units, the earliest due first; tickets parked or back with the dispatcher are left out.
select d.ticket_id, d.unit_id, d.due_at, t.number, t.title, t.pace, t.lead_unit_id, count(*) over () as total
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id and t.state in ('dispatched', 'returned', 'signed')
where d.region_id = :region_id and d.rule = 'assist' and d.done_at is null and d.due_at < :now and d.state in ('running', 'missed')
order by d.due_at, d.deadline_id
limit :batch;

-- name: late_parts_of_tickets(region_id, ticket_ids, now)
-- Overdue parts of assisting units on these tickets, the earliest due first.
select d.ticket_id, d.unit_id, d.due_at, t.pace
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id and t.state in ('dispatched', 'returned', 'signed')
where d.region_id = :region_id and d.ticket_id = any(:ticket_ids::uuid[]) and d.rule = 'assist' and d.done_at is null
    and d.due_at < :now and d.state in ('running', 'missed')
order by d.due_at, d.deadline_id;
