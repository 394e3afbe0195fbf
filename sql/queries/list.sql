-- name: inbox(region_id, unit_ids, states, batch, skip)
-- Tickets these units lead, and those whose part they owe with the clock of that part; what runs out first on top.
select t.*, u.name as unit_name, d.rule, d.due_at, d.provisional, d.started_at as clock_started_at, d.limit_text, d.state as clock_state,
    count(*) over () as total
from (
    select ticket_id from ticket
    where region_id = :region_id and lead_unit_id = any(:unit_ids::uuid[]) and state = any(:states::text[])
    union
    select ticket_id from ticket_unit
    where region_id = :region_id and unit_id = any(:unit_ids::uuid[]) and part = 'assisting' and answered_at is null) mine
join ticket t on t.region_id = :region_id and t.ticket_id = mine.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join lateral (
    select rule, due_at, provisional, started_at, limit_text, state from deadline d
    where d.region_id = t.region_id and d.ticket_id = t.ticket_id and d.state in ('running', 'missed')
        and case when t.lead_unit_id = any(:unit_ids::uuid[])
            then d.rule in ('sign', 'reply', 'interview', 'supervised', 'tier2', 'tier3', 'dispatch', 'ruling', 'callback', 'verify', 'details')
            else d.rule = 'assist' and d.unit_id = any(:unit_ids::uuid[]) end
        and (d.state = 'running' or d.cycle = t.cycle)
    order by (d.state = 'running') desc, d.due_at limit 1) d on true
where t.state = any(:states::text[])
order by d.due_at nulls last, t.received_at
limit :batch offset :skip;

-- name: inbox_of_all(region_id, states, batch, skip)
-- The same of every unit, for those whose work spans them all.
select t.*, u.name as unit_name, d.rule, d.due_at, d.provisional, d.started_at as clock_started_at, d.limit_text, d.state as clock_state,
    count(*) over () as total
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join lateral (
    select rule, due_at, provisional, started_at, limit_text, state from deadline d
    where d.region_id = t.region_id and d.ticket_id = t.ticket_id and d.state in ('running', 'missed')
        and d.rule in ('sign', 'reply', 'interview', 'supervised', 'tier2', 'tier3', 'dispatch', 'ruling', 'callback', 'verify', 'details')
        and (d.state = 'running' or d.cycle = t.cycle)
    order by (d.state = 'running') desc, d.due_at limit 1) d on true
where t.region_id = :region_id and t.state = any(:states::text[])
order by d.due_at nulls last, t.received_at
limit :batch offset :skip;

-- name: count_by_state(region_id, unit_ids)
-- How many open tickets stand where, under the same rule as the inbox.
select t.state, count(*) as total from (
    select ticket_id from ticket
    where region_id = :region_id and lead_unit_id = any(:unit_ids::uuid[]) and state <> 'closed'
    union
    select ticket_id from ticket_unit
    where region_id = :region_id and unit_id = any(:unit_ids::uuid[]) and part = 'assisting' and answered_at is null) mine
join ticket t on t.region_id = :region_id and t.ticket_id = mine.ticket_id
where t.state <> 'closed'
group by t.state;

-- name: count_all_by_state(region_id)
-- The same of every unit.
select state, count(*) as total from ticket where region_id = :region_id and state <> 'closed' group by state;

-- name: supervised(region_id, tiers, batch, skip)
-- Tickets under supervision with the tier in force, highest tier and oldest trouble on top.
select t.*, u.name as unit_name, s.tier as in_force, s.reason, s.opened_at, s.due_at, s.letter_id, l.year, l.number as letter_number,
    count(*) over () as total
from supervision s
join ticket t on t.region_id = s.region_id and t.ticket_id = s.ticket_id
left join unit u on u.region_id = s.region_id and u.unit_id = s.unit_id
left join letter l on l.region_id = s.region_id and l.letter_id = s.letter_id
where s.region_id = :region_id and s.settled_at is null and s.tier = any(:tiers::smallint[])
order by s.tier desc, s.due_at
limit :batch offset :skip;

-- name: tickets_of_person(region_id, contact_hashes, batch)
-- Earlier tickets filed from the same number or WeChat id, newest first.
select t.*, u.name as unit_name from complainant c
join ticket t on t.region_id = c.region_id and t.ticket_id = c.complainant_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where c.region_id = :region_id and c.contact_hash = any(:contact_hashes::bytea[])
order by t.received_at desc
limit :batch;

-- name: latest(region_id, opened_by, batch)
-- What an operator opened lately, newest first; a null account means anybody.
select t.*, u.name as unit_name from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where t.region_id = :region_id and (:opened_by::uuid is null or t.opened_by = :opened_by::uuid)
order by t.received_at desc
limit :batch;
