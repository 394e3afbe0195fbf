-- name: inbox(region_id, unit_ids, states, batch, skip)
-- Open tickets that these units lead, and those whose part they owe with the deadline of that part, the earliest due first.
with mine as (
    select ticket_id, clock_id, clock_due_at as due_at, received_at from ticket
    where region_id = :region_id and lead_unit_id = any(:unit_ids::uuid[]) and state = any(:states::text[]) and state <> 'closed'
    union all
    select * from (
        select distinct on (t.ticket_id) t.ticket_id, d.deadline_id, d.due_at, t.received_at
        from ticket_unit p
        join ticket t on t.region_id = p.region_id and t.ticket_id = p.ticket_id
        left join deadline d on d.region_id = p.region_id and d.ticket_id = p.ticket_id and d.rule = 'assist'
            and d.unit_id = p.unit_id and d.state in ('running', 'missed') and (d.state = 'running' or d.cycle = t.cycle)
        where p.region_id = :region_id and p.unit_id = any(:unit_ids::uuid[]) and p.part = 'assisting' and p.answered_at is null
            and t.state = any(:states::text[]) and t.state <> 'closed' and (t.lead_unit_id = any(:unit_ids::uuid[])) is not true
        order by t.ticket_id, (d.state = 'running') desc nulls last, d.due_at) assisted
), shown as (
    select * from mine order by due_at nulls last, received_at, ticket_id limit :batch offset :skip
)
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier, t.redo_count,
    t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason, t.closed_at,
    t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id, u.name as unit_name, d.rule, d.due_at,
    d.started_at as clock_started_at, d.limit_text
from shown s
join ticket t on t.region_id = :region_id and t.ticket_id = s.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join deadline d on d.region_id = t.region_id and d.deadline_id = s.clock_id
order by s.due_at nulls last, s.received_at, s.ticket_id;

-- name: inbox_of_all(region_id, states, batch, skip)
-- Open tickets of every unit, the earliest due first.
with shown as (
    select ticket_id, clock_id, clock_due_at as due_at, received_at from ticket
    where region_id = :region_id and state = any(:states::text[]) and state <> 'closed'
    order by clock_due_at nulls last, received_at, ticket_id
    limit :batch offset :skip
)
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier, t.redo_count,
    t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason, t.closed_at,
    t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id, u.name as unit_name, d.rule, d.due_at,
    d.started_at as clock_started_at, d.limit_text
from shown s
join ticket t on t.region_id = :region_id and t.ticket_id = s.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join deadline d on d.region_id = t.region_id and d.deadline_id = s.clock_id
order by s.due_at nulls last, s.received_at, s.ticket_id;

-- name: closed_of_units(region_id, unit_ids, batch, skip)
-- Closed tickets these units led, newest first.
select t.ticket_id, t.number, t.kind, t.pace, t.confidential, t.title, t.place, t.state, t.received_at, t.tier, t.parked_until,
    t.close_reason, t.closed_at, u.name as unit_name
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where t.region_id = :region_id and t.lead_unit_id = any(:unit_ids::uuid[]) and t.closed_at is not null
order by t.closed_at desc, t.ticket_id
limit :batch offset :skip;

-- name: closed_of_all(region_id, batch, skip)
-- Closed tickets of every unit, newest first.
select t.ticket_id, t.number, t.kind, t.pace, t.confidential, t.title, t.place, t.state, t.received_at, t.tier, t.parked_until,
    t.close_reason, t.closed_at, u.name as unit_name
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where t.region_id = :region_id and t.closed_at is not null
order by t.closed_at desc, t.ticket_id
limit :batch offset :skip;

-- name: count_by_state(region_id, unit_ids)
-- The number of open tickets by state, by the same rule as `inbox`.
select state, sum(of_part)::bigint as total from (
    select state, count(*) as of_part from ticket
    where region_id = :region_id and lead_unit_id = any(:unit_ids::uuid[]) and state <> 'closed'
    group by state
    union all
    select t.state, count(distinct t.ticket_id)
    from ticket_unit p
    join ticket t on t.region_id = p.region_id and t.ticket_id = p.ticket_id
    where p.region_id = :region_id and p.unit_id = any(:unit_ids::uuid[]) and p.part = 'assisting' and p.answered_at is null
        and t.state <> 'closed' and (t.lead_unit_id = any(:unit_ids::uuid[])) is not true
    group by t.state) counted
group by state;

-- name: count_all_by_state(region_id)
-- The number of open tickets of every unit by state.
select state, count(*) as total from ticket where region_id = :region_id and state <> 'closed' group by state;

-- name: supervised(region_id, tiers, batch, skip)
-- Supervised tickets with the tier in force, highest tier and earliest due first.
select t.ticket_id, t.number, t.kind, t.pace, t.confidential, t.title, t.place, t.state, t.received_at, t.tier, t.parked_until,
    t.close_reason, t.closed_at, u.name as unit_name, s.tier as in_force, s.reason, s.opened_at, s.due_at,
    count(*) over () as total
from supervision s
join ticket t on t.region_id = s.region_id and t.ticket_id = s.ticket_id
left join unit u on u.region_id = s.region_id and u.unit_id = s.unit_id
where s.region_id = :region_id and s.settled_at is null and s.tier = any(:tiers::smallint[])
order by s.tier desc, s.due_at
limit :batch offset :skip;

-- name: tickets_of_person(region_id, contact_hashes, batch)
-- Earlier tickets from the same number or WeChat id, newest first.
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier, t.redo_count,
    t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason, t.closed_at,
    t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id, u.name as unit_name
from complainant c
join ticket t on t.region_id = c.region_id and t.ticket_id = c.complainant_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where c.region_id = :region_id and c.contact_hash = any(:contact_hashes::bytea[])
order by t.received_at desc
limit :batch;

-- name: tickets_of_caller(region_id, contact_hashes, batch)
-- Earlier tickets from the same number that may be named to whoever only tells the number: never a confidential one; newest first.
select t.ticket_id, t.number, t.kind, t.pace, t.confidential, t.title, t.place, t.state, t.received_at, t.tier, t.parked_until,
    t.close_reason, t.closed_at, u.name as unit_name, c.name_sealed
from complainant c
join ticket t on t.region_id = c.region_id and t.ticket_id = c.complainant_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where c.region_id = :region_id and c.contact_hash = any(:contact_hashes::bytea[]) and not t.confidential
order by t.received_at desc
limit :batch;

-- name: latest(region_id, opened_by, batch)
-- The newest tickets opened by an account (null: by anybody).
select t.ticket_id, t.number, t.kind, t.pace, t.confidential, t.title, t.place, t.state, t.received_at, t.tier, t.parked_until,
    t.close_reason, t.closed_at, u.name as unit_name
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where t.region_id = :region_id and (:opened_by::uuid is null or t.opened_by = :opened_by::uuid)
order by t.received_at desc
limit :batch;
