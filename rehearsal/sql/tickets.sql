-- name: changed_tickets(region_id, since)
-- Tickets something happened to since a moment, oldest first.
with changed as materialized (
    select distinct e.ticket_id from ticket_event e where e.region_id = :region_id and e.at >= :since)
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier, t.redo_count,
    t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason, t.closed_at,
    t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id
from changed c
join ticket t on t.region_id = :region_id and t.ticket_id = c.ticket_id
order by t.received_at, t.ticket_id;

-- name: assisting_of_tickets(region_id, ticket_ids)
-- Who assists with these tickets, or was excused from it; whoever still owes a part first.
select ticket_id, unit_id, part = 'assisting' and answered_at is null as owed from ticket_unit
where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]) and (part = 'assisting' or excused_at is not null)
order by ticket_id, part = 'assisting' and answered_at is null desc, joined_at, unit_id;
