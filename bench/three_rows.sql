\set n random(1, 1000000000)
begin;
insert into bench_ticket (region_id, ticket_id, number, query_code_hash, client_key, channel, kind, handling_class, pace,
    confidential, title, body, place, state, received_at, changed_at, version, cycle, tier, redo_count, return_count,
    extension_count, return_ruled)
values (1, gen_random_uuid(), gen_random_uuid()::text, '\x00112233445566778899aabbccddeeff', gen_random_uuid()::text, 'website',
    'help', 'committed', 'ordinary', false, '门口的自来水管从早上开始漏水', repeat('门口的自来水管从早上开始漏水，希望尽快派人来修。', 8),
    '城关镇解放路12号', 'received', now(), now(), 1, 1, 0, 0, 0, 0, false);
insert into bench_event (region_id, ticket_id, event_id, at, verb, to_state, cycle, role, details)
values (1, gen_random_uuid(), gen_random_uuid(), now(), 'open', 'received', 1, 'complainant', '{"channel": "website"}');
insert into bench_deadline (region_id, deadline_id, ticket_id, cycle, rule, started_at, due_at, provisional, urgent, limit_text,
    state, next_step, next_at)
values (1, gen_random_uuid(), gen_random_uuid(), 1, 'dispatch', now(), now(), false, false, '2h', 'running', 'expiry', now());
commit;
