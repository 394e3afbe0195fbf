-- name: settle_alarms_by_key(region_id, dedupe_keys, at, account_id)!
-- A person dealt with what these alarms told of, at another place than the list of alarms.
update alarm set settled_at = :at, settled_by = :account_id
where region_id = :region_id and dedupe_key = any(:dedupe_keys::text[]) and settled_at is null;

-- name: raise_alarm(region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)!
-- Something for a dispatcher's eye; once for each occasion, open again when it comes up after it was dealt with.
insert into alarm (region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)
values (:region_id, :alarm_id, :dedupe_key, :kind, :ticket_id, :details, :raised_at)
on conflict (region_id, dedupe_key) do update
set raised_at = excluded.raised_at, details = excluded.details, settled_at = null, settled_by = null
where alarm.settled_at is not null;

-- name: raise_alarm_once(region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)!
-- The same for an occasion that is looked for again and again: once dealt with, it stays so.
insert into alarm (region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)
values (:region_id, :alarm_id, :dedupe_key, :kind, :ticket_id, :details, :raised_at)
on conflict (region_id, dedupe_key) do nothing;

-- name: open_alarms_of_kind(region_id, kind)
-- What still waits for a person, of one kind, oldest first.
select alarm_id, raised_at, details from alarm
where region_id = :region_id and kind = :kind and settled_at is null order by raised_at;

-- name: open_alarms(region_id, batch)
-- What still waits for a dispatcher, oldest first; what is about the office's own people waits for the audit administrator.
select a.alarm_id, a.raised_at, a.details, a.kind, a.ticket_id, t.number, t.title from alarm a
left join ticket t on t.region_id = a.region_id and t.ticket_id = a.ticket_id
where a.region_id = :region_id and a.settled_at is null and a.kind <> 'unusual_looks'
order by a.raised_at
limit :batch;

-- name: count_open_alarms(region_id)$
-- How many wait.
select count(*) from alarm where region_id = :region_id and settled_at is null;

-- name: settle_alarm(region_id, alarm_id, at, account_id)!
-- A person dealt with it.
update alarm set settled_at = :at, settled_by = :account_id
where region_id = :region_id and alarm_id = :alarm_id and settled_at is null;

-- name: settle_alarms_of_ticket(region_id, ticket_id, kinds, at)!
-- The matter went on by itself.
update alarm set settled_at = :at
where region_id = :region_id and ticket_id = :ticket_id and kind = any(:kinds::text[]) and settled_at is null;

-- name: settle_alarms_of_kind(region_id, kind, at)!
-- What alarms of one kind waited for came by itself.
update alarm set settled_at = :at
where region_id = :region_id and kind = :kind and ticket_id is null and settled_at is null;
