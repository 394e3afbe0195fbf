-- name: lock_ticket_skip(region_id, ticket_id)^
-- A ticket, locked for a sweep; no row if another transaction has it locked.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and ticket_id = :ticket_id for update skip locked;

-- name: ticket_by_id(region_id, ticket_id)^
-- A ticket.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and ticket_id = :ticket_id;

-- name: lock_ticket(region_id, ticket_id)^
-- A ticket, locked until the transaction ends. Its key stays unlocked, so that inserting rows that refer to it does not wait.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and ticket_id = :ticket_id for no key update;

-- name: ticket_by_number(region_id, number)^
-- The ticket with this number.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and number = :number;

-- name: ticket_by_client_key(region_id, client_key)^
-- The ticket opened by an earlier delivery of the same filing.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and client_key = :client_key;

-- name: query_code_hash(region_id, ticket_id)$
-- The keyed hash of a ticket's query code.
select query_code_hash from ticket where region_id = :region_id and ticket_id = :ticket_id;

-- name: save_ticket(region_id, ticket_id, kind, handling_class, pace, confidential, title, body, matter_id, state, changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled, parked_from, parked_until, close_reason, closed_at, merged_into, version, handler_id)!
-- Saves the columns a verb may change; the caller has locked the row.
update ticket set kind = :kind, handling_class = :handling_class, pace = :pace, confidential = :confidential, title = :title,
    body = :body, matter_id = :matter_id, state = :state,
    changed_at = :changed_at, lead_unit_id = :lead_unit_id, accused_unit_id = :accused_unit_id, cycle = :cycle, tier = :tier,
    redo_count = :redo_count, return_count = :return_count, extension_count = :extension_count, return_ruled = :return_ruled,
    parked_from = :parked_from, parked_until = :parked_until, close_reason = :close_reason, closed_at = :closed_at,
    merged_into = :merged_into, version = :version, handler_id = :handler_id
where region_id = :region_id and ticket_id = :ticket_id;

-- name: join_unit(region_id, ticket_id, unit_id, part, joined_at)!
-- Adds a unit to a ticket, or changes its part.
insert into ticket_unit (region_id, ticket_id, unit_id, part, joined_at)
values (:region_id, :ticket_id, :unit_id, :part, :joined_at)
on conflict (region_id, ticket_id, unit_id) do update set part = excluded.part, joined_at = excluded.joined_at, answered_at = null,
    task = null, excused_at = null;

-- name: leave_lead(region_id, ticket_id, unit_id)!
-- Makes the lead other than :unit_id a former unit, which keeps access to its own past only.
update ticket_unit set part = 'former'
where region_id = :region_id and ticket_id = :ticket_id and part = 'lead' and unit_id is distinct from :unit_id;

-- name: units_of_ticket(region_id, ticket_id)
-- Units with a part in the ticket.
select unit_id, part from ticket_unit where region_id = :region_id and ticket_id = :ticket_id;

-- name: received_tickets(region_id, until, alarms, batch)
-- Tickets to dispatch, oldest first, locked for this worker; those with an open alarm of these kinds are left out.
select t.ticket_id, t.number, t.channel, t.kind, t.handling_class, t.pace, t.confidential, t.title, t.body, t.place,
    t.matter_id, t.state, t.received_at, t.changed_at, t.lead_unit_id, t.accused_unit_id, t.cycle, t.tier, t.redo_count,
    t.return_count, t.extension_count, t.return_ruled, t.parked_from, t.parked_until, t.close_reason, t.closed_at,
    t.merged_into, t.linked_to, t.opened_by, t.version, t.handler_id
from ticket t
where t.region_id = :region_id and t.state = 'received' and t.received_at <= :until
    and not exists (
        select from alarm a where a.region_id = :region_id and a.ticket_id = t.ticket_id and a.kind = any(:alarms::text[])
            and a.settled_at is null)
order by t.received_at
limit :batch for update of t skip locked;

-- name: merged_into(region_id, ticket_id)
-- Tickets merged into this one, whose complainants get its reply too.
select ticket_id, number, channel, kind, handling_class, pace, confidential, title, body, place, matter_id, state, received_at,
    changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled,
    parked_from, parked_until, close_reason, closed_at, merged_into, linked_to, opened_by, version, handler_id
from ticket where region_id = :region_id and merged_into = :ticket_id order by received_at;

-- name: follow_merge(region_id, ticket_id, target_id)!
-- Redirects tickets merged into a ticket to the target it is merged into itself.
update ticket set merged_into = :target_id where region_id = :region_id and merged_into = :ticket_id;
