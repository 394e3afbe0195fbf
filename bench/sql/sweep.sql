-- name: load_tickets(region_id, first, last, now, due_at, unit_ids)!
-- Open tickets with ascending ids, which their reply deadlines share; one state in ten each is replied, dispatched and interview_owed.
insert into ticket (region_id, ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace, confidential,
    title, body, place, state, received_at, changed_at, lead_unit_id, tier, clock_id, clock_due_at)
select :region_id, lpad(to_hex(n), 32, '0')::uuid, 'bench-' || n, '\x00', 'bench-' || n, 'phone', 'complaint', 'committed', 'ordinary',
    false, '路灯不亮', '路灯一直不亮，晚上看不清路。', '城关镇',
    (array['signed','signed','signed','signed','signed','signed','signed','replied','dispatched','interview_owed'])[1 + n % 10],
    :now::timestamptz - interval '2 days' - n * interval '1 millisecond', :now,
    (:unit_ids::uuid[])[1 + n % array_length(:unit_ids::uuid[], 1)], case when n % 10 = 9 then 1 else 0 end,
    lpad(to_hex(n), 32, '0')::uuid, :due_at
from generate_series(:first::int, :last::int) n;

-- name: load_people(region_id, first, last, now)!
-- The person behind each ticket.
insert into complainant (region_id, complainant_id, contact_hash, first_seen_at)
select :region_id, lpad(to_hex(n), 32, '0')::uuid, decode(md5((n % 300000)::text), 'hex'), :now
from generate_series(:first::int, :last::int) n;

-- name: load_units(region_id, first, last, now)!
-- The lead unit of each ticket.
insert into ticket_unit (region_id, ticket_id, unit_id, part, joined_at)
select region_id, ticket_id, lead_unit_id, 'lead', :now from ticket
where region_id = :region_id and ticket_id between lpad(to_hex(:first::int), 32, '0')::uuid and lpad(to_hex(:last::int), 32, '0')::uuid;

-- name: load_events(region_id, first, last, now)!
-- One event each.
insert into ticket_event (region_id, ticket_id, event_id, at, verb, to_state, cycle, role)
select :region_id, lpad(to_hex(n), 32, '0')::uuid, gen_random_uuid(), :now::timestamptz - interval '2 days', 'open', 'received', 1, 'system'
from generate_series(:first::int, :last::int) n;

-- name: load_clocks(region_id, first, last, now, due_at)!
-- A running reply clock each, not due before its limit's last day, and one that was met.
insert into deadline (region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text,
    state, next_step, next_at, ended_at)
select :region_id, case c.rule when 'reply' then t.ticket_id else gen_random_uuid() end, t.ticket_id, 1, c.rule, t.lead_unit_id, t.received_at, :due_at, false, false, '5d',
    c.state, c.step, case when c.step is not null then :due_at::timestamptz - interval '1 day' end,
    case when c.step is null then :now::timestamptz end
from ticket t, (values ('reply', 'running', 'one_day'), ('sign', 'met', null)) c (rule, state, step)
where t.region_id = :region_id and t.ticket_id between lpad(to_hex(:first::int), 32, '0')::uuid and lpad(to_hex(:last::int), 32, '0')::uuid;

-- name: load_rest(region_id, first, last, now)!
-- What else fills a database of this size: messages sent, callbacks and supervisions.
with tickets as (
    select ticket_id, lead_unit_id, state from ticket
    where region_id = :region_id
        and ticket_id between lpad(to_hex(:first::int), 32, '0')::uuid and lpad(to_hex(:last::int), 32, '0')::uuid
), messages as (
    insert into outbox (region_id, outbox_id, dedupe_key, channel, recipient, kind, ticket_id, payload, urgent, created_at, not_before, state)
    select :region_id, gen_random_uuid(), 'bench:' || ticket_id, 'desk', 'unit:' || lead_unit_id, 'dispatched', ticket_id, '{}', false,
        :now, :now, 'sent'
    from tickets
), callbacks as (
    insert into callback (region_id, callback_id, ticket_id, cycle, round, stage, state, channel, opened_at, next_try_at)
    select :region_id, gen_random_uuid(), ticket_id, 1, 1, 'reply', 'waiting', 'website', :now, :now::timestamptz + interval '1 day'
    from tickets where state = 'replied'
)
insert into supervision (region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at)
select :region_id, gen_random_uuid(), ticket_id, 1, 1, 'dissatisfied', lead_unit_id, :now, :now::timestamptz + interval '5 days'
from tickets where state = 'interview_owed';

-- name: make_due(region_id, round, rounds, due_tickets, first, last, now, due_at)!
-- Make the reminders of `due_tickets` deadlines due now, others in each round.
update deadline set due_at = :due_at, next_at = :now
where region_id = :region_id and rule = 'reply' and ticket_id in (
    select lpad(to_hex(:first::int + (n * :rounds::int + :round::int)
        * ((:last::int - :first::int + 1) / (:due_tickets::int * :rounds::int))), 32, '0')::uuid
    from generate_series(0, :due_tickets::int - 1) n);

-- name: count_told(region_id)$
-- Number of reminders.
select count(*) from reminder where region_id = :region_id;
