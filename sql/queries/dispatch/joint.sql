-- name: join_assisting(region_id, ticket_id, unit_ids, task, joined_at)!
-- Units are asked to assist; one that had a part before, but for the lead, takes this one.
insert into ticket_unit (region_id, ticket_id, unit_id, part, joined_at, task)
select :region_id, :ticket_id, unit_id, 'assisting', :joined_at, :task from unnest(:unit_ids::uuid[]) as unit_id
on conflict (region_id, ticket_id, unit_id) do update
set part = excluded.part, joined_at = excluded.joined_at, task = excluded.task, answered_at = null, excused_at = null
where ticket_unit.part = 'former';

-- name: parts_of_ticket(region_id, ticket_id)
-- Every unit with a part in the ticket, now or once: the lead, who assists, who did.
select unit_id, part, joined_at, answered_at, task, excused_at from ticket_unit
where region_id = :region_id and ticket_id = :ticket_id
order by part <> 'lead', part <> 'assisting', joined_at, unit_id;

-- name: answer_part(region_id, ticket_id, unit_id, at)!
-- An assisting unit gave its part, or gave it anew.
update ticket_unit set answered_at = :at
where region_id = :region_id and ticket_id = :ticket_id and unit_id = :unit_id and part = 'assisting';

-- name: excuse_part(region_id, ticket_id, unit_id, at)!
-- A dispatcher excused an assisting unit.
update ticket_unit set part = 'former', excused_at = :at
where region_id = :region_id and ticket_id = :ticket_id and unit_id = :unit_id and part = 'assisting';

-- name: reopen_parts(region_id, ticket_id)!
-- A redo asks every assisting unit again.
update ticket_unit set answered_at = null where region_id = :region_id and ticket_id = :ticket_id and part = 'assisting';

-- name: settle_assist(region_id, ticket_id, unit_id, at)!
-- One assisting unit's part is there: its own clock is met or missed, the others run on.
update deadline set state = case when state = 'missed' or due_at < :at then 'missed' else 'met' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = 'assist' and unit_id = :unit_id
    and state in ('running', 'paused', 'missed') and done_at is null;

-- name: withdraw_assist(region_id, ticket_id, unit_id, at)!
-- One unit, or with null every one, is not waited for any more; a missed clock stays missed.
update deadline set state = case when state = 'missed' then 'missed' else 'withdrawn' end,
    ended_at = coalesce(ended_at, :at), done_at = :at, next_step = null, next_at = null
where region_id = :region_id and ticket_id = :ticket_id and rule = 'assist'
    and (:unit_id::uuid is null or unit_id = :unit_id::uuid) and state in ('running', 'paused', 'missed') and done_at is null;

-- name: move_assist(region_id, deadline_id, due_at, provisional, limit_text, next_step, next_at)!
-- The lead's limit moved, and with it that of a unit that assists.
update deadline set due_at = :due_at, provisional = :provisional, limit_text = :limit_text, next_step = :next_step, next_at = :next_at
where region_id = :region_id and deadline_id = :deadline_id and state = 'running';

-- name: late_parts(region_id, now, batch)
-- Assisting units whose part is owed and late, the latest first; a ticket at rest or back with the dispatcher waits for nobody.
select d.ticket_id, d.unit_id, d.due_at, t.number, t.title, t.pace, t.lead_unit_id, count(*) over () as total
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id and t.state in ('dispatched', 'returned', 'signed')
where d.region_id = :region_id and d.rule = 'assist' and d.done_at is null and d.due_at < :now and d.state in ('running', 'missed')
order by d.due_at, d.deadline_id
limit :batch;

-- name: late_parts_of_tickets(region_id, ticket_ids, now)
-- The same of these tickets.
select d.ticket_id, d.unit_id, d.due_at, t.pace
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id and t.state in ('dispatched', 'returned', 'signed')
where d.region_id = :region_id and d.ticket_id = any(:ticket_ids::uuid[]) and d.rule = 'assist' and d.done_at is null
    and d.due_at < :now and d.state in ('running', 'missed')
order by d.due_at, d.deadline_id;
