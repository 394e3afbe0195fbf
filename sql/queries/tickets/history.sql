-- name: insert_event(region_id, ticket_id, event_id, at, verb, from_state, to_state, cycle, role, account_id, unit_id, public_text, details, client_key)!
-- Inserts an event of a ticket's history.
insert into ticket_event (region_id, ticket_id, event_id, at, verb, from_state, to_state, cycle, role, account_id, unit_id,
    public_text, details, client_key)
values (:region_id, :ticket_id, :event_id, :at, :verb, :from_state, :to_state, :cycle, :role, :account_id, :unit_id,
    :public_text, :details, :client_key);

-- name: event_by_client_key(region_id, ticket_id, client_key)$
-- The event of a form already submitted.
select event_id from ticket_event where region_id = :region_id and ticket_id = :ticket_id and client_key = :client_key;

-- name: events_of_ticket(region_id, ticket_id)
-- The whole history of a ticket, oldest first, with the names of account and unit.
select e.event_id, e.at, e.verb, e.from_state, e.to_state, e.cycle, e.role, e.unit_id, e.public_text, e.details,
    a.name as account_name, u.name as unit_name
from ticket_event e
left join account a on a.region_id = e.region_id and a.account_id = e.account_id
left join unit u on u.region_id = e.region_id and u.unit_id = e.unit_id
where e.region_id = :region_id and e.ticket_id = :ticket_id
order by e.at, e.event_id;

-- name: contacted_since(region_id, ticket_id, cycle)$
-- Whether the complainant was contacted after the last dispatch, redispatch or redo up to this cycle.
select exists (
    select from ticket_event c
    where c.region_id = :region_id and c.ticket_id = :ticket_id and c.verb = 'contact' and not exists (
        select from ticket_event r
        where r.region_id = :region_id and r.ticket_id = :ticket_id and r.verb in ('dispatch', 'redispatch', 'redo')
            and r.cycle <= :cycle and (r.at, r.event_id) > (c.at, c.event_id)));

-- name: last_event_at(region_id, ticket_id, verbs)$
-- When one of these verbs last happened.
select max(at) from ticket_event where region_id = :region_id and ticket_id = :ticket_id and verb = any(:verbs::text[]);

-- name: last_verb(region_id, ticket_id, verbs)$
-- Which of these verbs happened last.
select verb from ticket_event
where region_id = :region_id and ticket_id = :ticket_id and verb = any(:verbs::text[])
order by at desc, event_id desc limit 1;

-- name: last_done_by(region_id, ticket_id, verb, role)$
-- When a role last did this to a ticket.
select max(at) from ticket_event
where region_id = :region_id and ticket_id = :ticket_id and verb = :verb and role = :role;
