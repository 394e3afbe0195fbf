-- name: returns_to_rule(region_id, batch)
-- Returned tickets that wait for a ruling, first to run out on top, with the unit's reason.
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier,
    t.redo_count, t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason,
    t.closed_at, t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id,
    u.name as unit_name, e.details, d.due_at
from ticket t
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join lateral (
    select details from ticket_event e
    where e.region_id = t.region_id and e.ticket_id = t.ticket_id and e.verb = 'return'
    order by e.at desc, e.event_id desc limit 1) e on true
left join lateral (
    select due_at from deadline d
    where d.region_id = t.region_id and d.ticket_id = t.ticket_id and d.rule = 'ruling' and d.state in ('running', 'missed')
    order by d.started_at desc limit 1) d on true
where t.region_id = :region_id and t.state = 'returned'
order by d.due_at nulls last, t.received_at
limit :batch;

-- name: extensions_to_decide(region_id, granted, batch)
-- Undecided extension requests of tickets with :granted or more extensions, the earliest due first, with the reason.
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier,
    t.redo_count, t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason,
    t.closed_at, t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id,
    u.name as unit_name, e.details, d.due_at, r.due_at as reply_due_at
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
left join lateral (
    select at, event_id, details from ticket_event e
    where e.region_id = t.region_id and e.ticket_id = t.ticket_id and e.verb = 'ask_extension'
    order by e.at desc, e.event_id desc limit 1) e on true
left join lateral (
    select due_at from deadline r
    where r.region_id = t.region_id and r.ticket_id = t.ticket_id and r.rule = 'reply' and r.state in ('running', 'missed')
    order by r.started_at desc limit 1) r on true
where d.region_id = :region_id and d.rule = 'extension' and d.state in ('running', 'missed') and d.done_at is null
    and t.state = 'signed'
    and t.extension_count >= :granted
    and not exists (
        select from ticket_event x
        where x.region_id = t.region_id and x.ticket_id = t.ticket_id and (x.at, x.event_id) > (e.at, e.event_id)
            and x.verb in ('grant_extension', 'refuse_extension', 'reply', 'redispatch', 'unmerge'))
order by d.due_at
limit :batch;

-- name: count_calls(region_id, stage, now)$
-- The number of callbacks to make by phone now, by the same rule as `callback_calls`.
select count(*) from callback c
join ticket t on t.region_id = c.region_id and t.ticket_id = c.ticket_id
where c.region_id = :region_id and c.stage = :stage and c.done_at is null and c.channel = 'phone'
    and (c.next_try_at is null or c.next_try_at <= :now) and t.state <> 'parked';
