-- name: clocks_of_tickets(region_id, ticket_ids)
-- Unsettled deadlines of units on these tickets, and their parking periods (rule resume).
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    ended_at, pauses, done_at
from deadline
where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
    and (rule = 'resume' or (unit_id is not null and done_at is null and state in ('running', 'missed')))
order by due_at, deadline_id;

-- name: raised_of_tickets(region_id, ticket_ids)
-- Tiers in force of these tickets whose letter went to the unit that still has the ticket.
select s.ticket_id, l.unit_id, s.tier, s.reason, s.opened_at
from supervision s
join letter l on l.region_id = s.region_id and l.letter_id = s.letter_id and l.unit_id = s.unit_id
where s.region_id = :region_id and s.ticket_id = any(:ticket_ids::uuid[]) and s.settled_at is null;

-- name: missed_clocks(region_id, since, until)
-- Deadlines of units missed in a period, the earliest due first.
select deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text, state, next_step, next_at,
    ended_at, pauses, done_at
from deadline
where region_id = :region_id and due_at >= :since and due_at < :until and state = 'missed' and unit_id is not null
order by due_at, deadline_id;

-- name: rests_of_tickets(region_id, ticket_ids)
-- Parking periods (挂账) of these tickets.
select ticket_id, started_at, due_at, ended_at from deadline
where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]) and rule = 'resume';

-- name: raised_between(region_id, since, until)
-- Tiers entered in a period, with the unit the letter went to.
select s.ticket_id, l.unit_id, s.tier, s.reason, s.opened_at
from supervision s
join letter l on l.region_id = s.region_id and l.letter_id = s.letter_id
where s.region_id = :region_id and s.opened_at >= :since and s.opened_at < :until and l.unit_id is not null
order by s.opened_at, s.supervision_id;

-- name: tickets_with_units(region_id, ticket_ids)
-- These tickets with the units that have a part in them now.
select t.ticket_id, t.number, t.title, t.kind, t.state, t.place, t.confidential, u.name as unit_name, array(
    select p.unit_id from ticket_unit p
    where p.region_id = t.region_id and p.ticket_id = t.ticket_id and p.part <> 'former') as unit_ids
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where t.region_id = :region_id and t.ticket_id = any(:ticket_ids::uuid[]);
