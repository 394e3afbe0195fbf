-- name: open_tickets(region_id, ticket_ids, numbers, query_code_hashes, client_keys, channels, kinds, handling_classes, paces, confidentials, titles, bodies, places, matter_ids, received_ats, accused_unit_ids, linked_tos, opened_bys, contact_hashes, names_sealed, phones_sealed, identities_sealed, addresses_sealed, wechats_sealed, event_ids, roles, public_texts, details, deadline_ids, due_ats, provisionals, limit_texts, next_steps, next_ats)!
-- For each filing the person, the ticket, its first event and its dispatch clock, all in one statement; a repeated client_key fails it whole.
with filed as materialized (
    select * from unnest(:ticket_ids::uuid[], :numbers::text[], :query_code_hashes::bytea[], :client_keys::text[], :channels::text[],
        :kinds::text[], :handling_classes::text[], :paces::text[], :confidentials::boolean[], :titles::text[], :bodies::text[],
        :places::text[], :matter_ids::text[], :received_ats::timestamptz[], :accused_unit_ids::uuid[], :linked_tos::uuid[],
        :opened_bys::uuid[], :contact_hashes::bytea[], :names_sealed::bytea[], :phones_sealed::bytea[], :identities_sealed::bytea[], :addresses_sealed::bytea[],
        :wechats_sealed::bytea[], :event_ids::uuid[], :roles::text[], :public_texts::text[], :details::jsonb[],
        :deadline_ids::uuid[], :due_ats::timestamptz[], :provisionals::boolean[], :limit_texts::text[], :next_steps::text[],
        :next_ats::timestamptz[])
    as f(ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace, confidential, title, body, place,
        matter_id, received_at, accused_unit_id, linked_to, opened_by, contact_hash, name_sealed, phone_sealed, identity_sealed, address_sealed,
        wechat_sealed, event_id, role, public_text, details, deadline_id, due_at, provisional, limit_text, next_step, next_at)
), ticket as (
    insert into ticket (region_id, ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace,
        confidential, title, body, place, matter_id, state, received_at, changed_at, accused_unit_id, linked_to, opened_by,
        clock_id, clock_due_at)
    select :region_id::smallint, ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace, confidential, title, body,
        place, matter_id, 'received', received_at, received_at, accused_unit_id, linked_to, opened_by,
        deadline_id, due_at
    from filed
), complainant as (
    insert into complainant (region_id, complainant_id, contact_hash, name_sealed, phone_sealed, identity_sealed, address_sealed,
        wechat_sealed, first_seen_at)
    select :region_id::smallint, ticket_id, contact_hash, name_sealed, phone_sealed, identity_sealed, address_sealed, wechat_sealed, received_at from filed
), event as (
    insert into ticket_event (region_id, ticket_id, event_id, at, verb, to_state, cycle, role, account_id, public_text,
        details, client_key)
    select :region_id::smallint, ticket_id, event_id, received_at, 'open', 'received', 1, role, opened_by, public_text, details, client_key
    from filed
)
insert into deadline (region_id, deadline_id, ticket_id, cycle, rule, started_at, due_at, provisional, urgent, limit_text,
    state, next_step, next_at)
select :region_id::smallint, deadline_id, ticket_id, 1, 'dispatch', received_at, due_at, provisional, pace <> 'ordinary', limit_text,
    'running', next_step, next_at
from filed;

-- name: ticket_by_id(region_id, ticket_id)^
-- One ticket.
select * from ticket where region_id = :region_id and ticket_id = :ticket_id;

-- name: lock_ticket(region_id, ticket_id)^
-- One ticket, held until the transaction ends: every verb begins here. Its key stays free for rows that refer to it, so
-- that an answer to a target and a word passed on to it do not wait for each other.
select * from ticket where region_id = :region_id and ticket_id = :ticket_id for no key update;

-- name: ticket_by_number(region_id, number)^
-- One ticket by the number people read.
select * from ticket where region_id = :region_id and number = :number;

-- name: ticket_by_client_key(region_id, client_key)^
-- The ticket an earlier delivery of the same filing opened.
select * from ticket where region_id = :region_id and client_key = :client_key;

-- name: query_code_hash(region_id, ticket_id)$
-- The keyed hash of the ticket's query code.
select query_code_hash from ticket where region_id = :region_id and ticket_id = :ticket_id;

-- name: save_ticket(region_id, ticket_id, kind, handling_class, pace, confidential, title, body, matter_id, state, changed_at, lead_unit_id, accused_unit_id, cycle, tier, redo_count, return_count, extension_count, return_ruled, parked_from, parked_until, close_reason, closed_at, merged_into, version, handler_id)!
-- Keep what a verb changed; the caller holds the row.
update ticket set kind = :kind, handling_class = :handling_class, pace = :pace, confidential = :confidential, title = :title,
    body = :body, matter_id = :matter_id, state = :state,
    changed_at = :changed_at, lead_unit_id = :lead_unit_id, accused_unit_id = :accused_unit_id, cycle = :cycle, tier = :tier,
    redo_count = :redo_count, return_count = :return_count, extension_count = :extension_count, return_ruled = :return_ruled,
    parked_from = :parked_from, parked_until = :parked_until, close_reason = :close_reason, closed_at = :closed_at,
    merged_into = :merged_into, version = :version, handler_id = :handler_id
where region_id = :region_id and ticket_id = :ticket_id;

-- name: insert_event(region_id, ticket_id, event_id, at, verb, from_state, to_state, cycle, role, account_id, unit_id, public_text, details, client_key)!
-- One line of a ticket's history.
insert into ticket_event (region_id, ticket_id, event_id, at, verb, from_state, to_state, cycle, role, account_id, unit_id,
    public_text, details, client_key)
values (:region_id, :ticket_id, :event_id, :at, :verb, :from_state, :to_state, :cycle, :role, :account_id, :unit_id,
    :public_text, :details, :client_key);

-- name: event_by_client_key(region_id, ticket_id, client_key)$
-- Whether a form was already carried out: its event.
select event_id from ticket_event where region_id = :region_id and ticket_id = :ticket_id and client_key = :client_key;

-- name: events_of_ticket(region_id, ticket_id)
-- The whole history, oldest first, with names of who acted.
select e.*, a.name as account_name, u.name as unit_name
from ticket_event e
left join account a on a.region_id = e.region_id and a.account_id = e.account_id
left join unit u on u.region_id = e.region_id and u.unit_id = e.unit_id
where e.region_id = :region_id and e.ticket_id = :ticket_id
order by e.at, e.event_id;

-- name: contacted_since(region_id, ticket_id, cycle)$
-- Whether the person was contacted in this cycle or, where no redo asked for it again, before.
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

-- name: join_unit(region_id, ticket_id, unit_id, part, joined_at)!
-- A unit takes a part in a ticket, or another part than before.
insert into ticket_unit (region_id, ticket_id, unit_id, part, joined_at)
values (:region_id, :ticket_id, :unit_id, :part, :joined_at)
on conflict (region_id, ticket_id, unit_id) do update set part = excluded.part, joined_at = excluded.joined_at, answered_at = null,
    task = null, excused_at = null;

-- name: leave_lead(region_id, ticket_id, unit_id)!
-- The lead that was becomes a former one: it keeps reading its own past, nothing more.
update ticket_unit set part = 'former'
where region_id = :region_id and ticket_id = :ticket_id and part = 'lead' and unit_id is distinct from :unit_id;

-- name: units_of_ticket(region_id, ticket_id)
-- Units with a part in the ticket.
select unit_id, part from ticket_unit where region_id = :region_id and ticket_id = :ticket_id;

-- name: take_numbers(region_id, series, period, amount)$
-- Take the next `amount` numbers of a series; gives back the last of them. Documents take one, tickets a block.
insert into number_series as n (region_id, series, period, last) values (:region_id, :series, :period, :amount)
on conflict (region_id, series, period) do update set last = n.last + excluded.last
returning last;

-- name: received_tickets(region_id, until, batch)
-- Tickets that wait to be dispatched, oldest first, held for this worker alone. Those a dispatcher must see have an alarm.
select t.* from ticket t
where t.region_id = :region_id and t.state = 'received' and t.received_at <= :until
    and not exists (
        select from alarm a where a.region_id = :region_id and a.ticket_id = t.ticket_id and a.kind in ('no_catalogue_row', 'dispatch_failed')
            and a.settled_at is null)
order by t.received_at
limit :batch for update of t skip locked;

-- name: insert_attachment(region_id, ticket_id, attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id)!
-- A file of a ticket; its bytes already lie in the files folder.
insert into attachment (region_id, ticket_id, attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id)
values (:region_id, :ticket_id, :attachment_id, :file_name, :media_type, :size_bytes, :sha256, :label, :added_at, :account_id)
on conflict (region_id, ticket_id, attachment_id) do nothing;

-- name: attachments_of_ticket(region_id, ticket_id)
-- Files of a ticket, oldest first.
select * from attachment where region_id = :region_id and ticket_id = :ticket_id order by added_at, attachment_id;

-- name: attachment_by_id(region_id, ticket_id, attachment_id)^
-- One file of a ticket.
select * from attachment where region_id = :region_id and ticket_id = :ticket_id and attachment_id = :attachment_id;

-- name: merged_into(region_id, ticket_id)
-- Tickets that were merged into this one: their people are owed its answer too.
select * from ticket where region_id = :region_id and merged_into = :ticket_id order by received_at;

-- name: follow_merge(region_id, ticket_id, target_id)!
-- What was merged into a ticket goes with it when it is merged itself.
update ticket set merged_into = :target_id where region_id = :region_id and merged_into = :ticket_id;
