-- name: load_years(region_id, first, last, now, every, unit_ids)!
-- Tickets received at even intervals before now; closed after five days, younger ones are in work.
insert into ticket (region_id, ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace, confidential,
    title, body, place, state, received_at, changed_at, lead_unit_id, closed_at, close_reason)
select :region_id, lpad(to_hex(n + (1::bigint << 40)), 32, '0')::uuid, 'years-' || n, '\x00', 'years-' || n,
    (array['phone','phone','wechat','website'])[1 + n % 4], (array['complaint','complaint','help','inquiry'])[1 + n % 4],
    'committed', 'ordinary', false, '路灯不亮', '路灯一直不亮，晚上看不清路。', '城关镇', case when old then 'closed' else 'signed' end,
    received, :now, (:unit_ids::uuid[])[1 + n % array_length(:unit_ids::uuid[], 1)],
    case when old then received + interval '5 days' end, case when old then 'satisfied' end
from generate_series(:first::int, :last::int) n,
    lateral (select :now::timestamptz - n * :every::interval as received) a,
    lateral (select received < :now::timestamptz - interval '5 days' as old) b;

-- name: load_people(region_id, first, last)!
-- The person behind each; one in three asked before.
insert into complainant (region_id, complainant_id, contact_hash, first_seen_at)
select t.region_id, t.ticket_id, decode(md5((n % 300000)::text), 'hex'), t.received_at
from generate_series(:first::int, :last::int) n
join ticket t on t.region_id = :region_id and t.ticket_id = lpad(to_hex(n + (1::bigint << 40)), 32, '0')::uuid;

-- name: load_history(region_id, first, last)!
-- Events of dispatch, sign-in and reply.
insert into ticket_event (region_id, ticket_id, event_id, at, verb, to_state, cycle, role, details)
select t.region_id, t.ticket_id, gen_random_uuid(), t.received_at + v.after, v.verb, v.state, 1, 'system',
    case when v.verb = 'dispatch' then jsonb_build_object('unit', t.lead_unit_id) else '{}'::jsonb end
from ticket t, (values ('dispatch', 'dispatched', interval '1 hour'), ('sign', 'signed', interval '3 hours'),
    ('reply', 'replied', interval '3 days')) v (verb, state, after)
where t.region_id = :region_id and t.ticket_id between lpad(to_hex(:first::int + (1::bigint << 40)), 32, '0')::uuid
    and lpad(to_hex(:last::int + (1::bigint << 40)), 32, '0')::uuid
    and (t.closed_at is not null or v.verb <> 'reply');

-- name: load_clocks(region_id, first, last)!
-- Deadlines of sign-in and reply; one in twenty is missed.
insert into deadline (region_id, deadline_id, ticket_id, cycle, rule, unit_id, started_at, due_at, provisional, urgent, limit_text,
    state, ended_at, done_at)
select t.region_id, gen_random_uuid(), t.ticket_id, 1, c.rule, t.lead_unit_id, t.received_at, t.received_at + c.span, false, false,
    c.words, case when late then 'missed' else 'met' end, t.received_at + c.after, t.received_at + c.after
from ticket t, (values ('sign', '1d', interval '1 day', interval '3 hours'), ('reply', '5d', interval '7 days', interval '3 days'))
    c (rule, words, span, after), lateral (select get_byte(uuid_send(t.ticket_id), 15) % 20 = 0 as late) l
where t.region_id = :region_id and t.ticket_id between lpad(to_hex(:first::int + (1::bigint << 40)), 32, '0')::uuid
    and lpad(to_hex(:last::int + (1::bigint << 40)), 32, '0')::uuid and t.closed_at is not null;

-- name: load_mechanism(region_id, first, last)!
-- A done callback each; one ticket in sixteen under supervision, one in sixty-four with an interview.
with tickets as (
    select *, get_byte(uuid_send(ticket_id), 15) as dice from ticket
    where region_id = :region_id and closed_at is not null
        and ticket_id between lpad(to_hex(:first::int + (1::bigint << 40)), 32, '0')::uuid
            and lpad(to_hex(:last::int + (1::bigint << 40)), 32, '0')::uuid
), rated as (
    insert into callback (region_id, callback_id, ticket_id, cycle, round, stage, state, channel, opened_at, done_at, contacted, solved, verdict, unit_id)
    select region_id, gen_random_uuid(), ticket_id, 1, 1, 'reply', 'done', 'phone', closed_at - interval '2 days', closed_at, true, true,
        'satisfied', lead_unit_id
    from tickets
), met as (
    insert into interview (region_id, interview_id, ticket_id, round, unit_id, owed_at, due_at, held_at)
    select region_id, gen_random_uuid(), ticket_id, 1, lead_unit_id, closed_at - interval '2 days', closed_at, closed_at
    from tickets where dice % 64 = 1
)
insert into supervision (region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at, settled_at, settled_by)
select region_id, gen_random_uuid(), ticket_id, 1, 1 + dice % 2, 'dissatisfied', lead_unit_id, closed_at - interval '2 days', closed_at, closed_at,
    'closed'
from tickets where dice % 16 = 1;
