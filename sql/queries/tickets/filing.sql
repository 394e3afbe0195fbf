-- name: open_tickets(region_id, ticket_ids, numbers, query_code_hashes, client_keys, channels, kinds, handling_classes, paces, confidentials, titles, bodies, places, matter_ids, received_ats, accused_unit_ids, linked_tos, opened_bys, contact_hashes, names_sealed, phones_sealed, identities_sealed, addresses_sealed, wechats_sealed, event_ids, roles, public_texts, details, deadline_ids, due_ats, provisionals, limit_texts, next_steps, next_ats)!
-- Inserts for each filing complainant, ticket, first event and dispatch deadline; a repeated client_key fails the whole statement.
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

-- name: take_numbers(region_id, series, period, amount)$
-- Takes the next `amount` numbers of a series and returns the last of them; documents take one, tickets a block.
insert into number_series as n (region_id, series, period, last) values (:region_id, :series, :period, :amount)
on conflict (region_id, series, period) do update set last = n.last + excluded.last
returning last;
