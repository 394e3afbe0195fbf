-- name: settle_alarms_by_key(region_id, dedupe_keys, at, account_id)!
-- Settles alarms by their keys after a user dealt with the matter on another page.
update alarm set settled_at = :at, settled_by = :account_id
where region_id = :region_id and dedupe_key = any(:dedupe_keys::text[]) and settled_at is null;

-- name: raise_alarm(region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)!
-- Raises an alarm once for each occasion; a settled one is opened again.
insert into alarm (region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)
values (:region_id, :alarm_id, :dedupe_key, :kind, :ticket_id, :details, :raised_at)
on conflict (region_id, dedupe_key) do update
set raised_at = excluded.raised_at, details = excluded.details, settled_at = null, settled_by = null
where alarm.settled_at is not null;

-- name: raise_alarm_once(region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)!
-- Raises an alarm once for each occasion; a settled one stays settled.
insert into alarm (region_id, alarm_id, dedupe_key, kind, ticket_id, details, raised_at)
values (:region_id, :alarm_id, :dedupe_key, :kind, :ticket_id, :details, :raised_at)
on conflict (region_id, dedupe_key) do nothing;

-- name: open_alarms_of_kind(region_id, kind)
-- Open alarms of one kind, oldest first.
select alarm_id, raised_at, details from alarm
where region_id = :region_id and kind = :kind and settled_at is null order by raised_at;

-- name: open_alarms(region_id, batch)
-- Open alarms for dispatchers, oldest first; unusual access to personal data is for the audit administrator only.
select a.alarm_id, a.raised_at, a.details, a.kind, a.ticket_id, t.number, t.title from alarm a
left join ticket t on t.region_id = a.region_id and t.ticket_id = a.ticket_id
where a.region_id = :region_id and a.settled_at is null and a.kind <> 'unusual_looks'
order by a.raised_at
limit :batch;

-- name: count_open_alarms(region_id)$
-- The number of open alarms.
select count(*) from alarm where region_id = :region_id and settled_at is null;

-- name: settle_alarm(region_id, alarm_id, at, account_id)!
-- Settles an alarm by a user.
update alarm set settled_at = :at, settled_by = :account_id
where region_id = :region_id and alarm_id = :alarm_id and settled_at is null;

-- name: settle_alarms_of_ticket(region_id, ticket_id, kinds, at)!
-- Settles alarms of a ticket that has moved on.
update alarm set settled_at = :at
where region_id = :region_id and ticket_id = :ticket_id and kind = any(:kinds::text[]) and settled_at is null;

-- name: settle_alarms_of_kind(region_id, kind, at)!
-- Settles alarms of one kind without a ticket whose cause is gone.
update alarm set settled_at = :at
where region_id = :region_id and kind = :kind and ticket_id is null and settled_at is null;
