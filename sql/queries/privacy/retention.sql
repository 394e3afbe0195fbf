-- name: lapsed_tickets(region_id, before, today, words, batch)
-- Closed tickets past their retention period, kept by nothing open, whose persons (with :words: texts) are not purged yet; locked.
select t.ticket_id from ticket t
where t.region_id = :region_id and t.state = 'closed' and t.closed_at < :before and t.changed_at < :before
    and case when :words::boolean then t.words_erased_at else t.person_erased_at end is null
    and not exists (select from supervision s where s.region_id = t.region_id and s.ticket_id = t.ticket_id and s.settled_at is null)
    and not exists (select from instruction i where i.region_id = t.region_id and i.ticket_id = t.ticket_id and i.fulfilled_at is null)
    and not exists (select from ticket o where o.region_id = t.region_id and o.ticket_id in (t.merged_into, t.linked_to) and o.state <> 'closed')
    and not exists (select from retention_hold h where h.region_id = t.region_id and h.ticket_id = t.ticket_id and h.lifted_at is null and h.until >= :today::date)
order by t.closed_at
limit :batch
for update of t skip locked;

-- name: count_held(region_id, before, today, words)$
-- The number of tickets past their period that an open supervision, instruction, related ticket or retention hold keeps.
select count(*) from ticket t
where t.region_id = :region_id and t.state = 'closed' and t.closed_at < :before and t.changed_at < :before
    and case when :words::boolean then t.words_erased_at else t.person_erased_at end is null
    and (
        exists (select from supervision s where s.region_id = t.region_id and s.ticket_id = t.ticket_id and s.settled_at is null)
        or exists (select from instruction i where i.region_id = t.region_id and i.ticket_id = t.ticket_id and i.fulfilled_at is null)
        or exists (select from ticket o where o.region_id = t.region_id and o.ticket_id in (t.merged_into, t.linked_to) and o.state <> 'closed')
        or exists (select from retention_hold h where h.region_id = t.region_id and h.ticket_id = t.ticket_id and h.lifted_at is null and h.until >= :today::date)
    );

-- name: erase_persons(region_id, ticket_ids, nothings, at)!
-- Purges the complainants' data of these tickets; each fingerprint is replaced by one of :nothings, which match no number.
with persons as (
    update complainant c set contact_hash = n.nothing, name_sealed = null, phone_sealed = null, identity_sealed = null,
        address_sealed = null, wechat_sealed = null
    from unnest(:ticket_ids::uuid[], :nothings::bytea[]) n (ticket_id, nothing)
    where c.region_id = :region_id and c.complainant_id = n.ticket_id
), own as (
    delete from own_ticket where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
), sent as (
    update outbox set recipient_sealed = null
    where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]) and recipient_sealed is not null
)
update ticket set person_erased_at = :at where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]);

-- name: erase_words(region_id, ticket_ids, gone, at)!
-- Purges the texts of these tickets; :gone replaces texts that must not be empty.
with callbacks as (
    update callback set words = null where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]) and words is not null
), reviews as (
    update interview_review r set reason = :gone from interview i
    where r.region_id = :region_id and i.region_id = r.region_id and i.interview_id = r.interview_id
        and i.ticket_id = any(:ticket_ids::uuid[])
), interviews as (
    update interview set cause = :gone, solution = null, rules = null, meet_where = null, official = null, minutes = null
    where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
), instructions as (
    update instruction set text = :gone, fulfilment = null
    where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
), parts as (
    update ticket_unit set task = null where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]) and task is not null
), messages as (
    update outbox set payload = '{}' where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
), files as (
    update attachment set file_name = :gone, label = '' where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[])
)
update ticket set title = :gone, body = :gone, place = '', words_erased_at = :at
where region_id = :region_id and ticket_id = any(:ticket_ids::uuid[]);

-- name: erase_event_words(region_id, ticket_ids, kept)!
-- Purges the texts of these tickets' events; details with the keys :kept stay.
update ticket_event e set public_text = null, details = (
    select coalesce(jsonb_object_agg(d.key, d.value), '{}') from jsonb_each(e.details) d where d.key = any(:kept::text[]))
where e.region_id = :region_id and e.ticket_id = any(:ticket_ids::uuid[]);

-- name: files_of(region_id, ticket_ids)
-- Digests of files attached to these tickets and to no other ticket whose texts are kept.
select distinct a.sha256 from attachment a
where a.region_id = :region_id and a.ticket_id = any(:ticket_ids::uuid[])
    and not exists (
        select from attachment o join ticket t on t.region_id = o.region_id and t.ticket_id = o.ticket_id
        where o.region_id = a.region_id and o.sha256 = a.sha256 and t.words_erased_at is null
            and not o.ticket_id = any(:ticket_ids::uuid[]));

-- name: drop_notices(region_id, before, today, batch)$
-- Deletes old settled messages, except of open tickets and tickets with a retention hold; returns how many.
with gone as (
    delete from outbox where region_id = :region_id and outbox_id in (
        select o.outbox_id from outbox o
        where o.region_id = :region_id and o.created_at < :before and o.state in ('sent', 'refused', 'unknown', 'done')
            and not exists (select from ticket t where t.region_id = o.region_id and t.ticket_id = o.ticket_id and t.state <> 'closed')
            and not exists (select from retention_hold h where h.region_id = o.region_id and h.ticket_id = o.ticket_id and h.lifted_at is null and h.until >= :today::date)
        limit :batch)
    returning 1
)
select count(*) from gone;

-- name: drop_conversations(region_id, before, batch)$
-- Deletes abandoned conversations; returns how many.
with gone as (
    delete from conversation where region_id = :region_id and (channel, person_hash) in (
        select c.channel, c.person_hash from conversation c where c.region_id = :region_id and c.updated_at < :before limit :batch)
    returning 1
)
select count(*) from gone;

-- name: drop_messages(region_id, before, batch)$
-- Deletes inbound messages too old to be delivered again; returns how many.
with gone as (
    delete from inbound_message where region_id = :region_id and (channel, message_id) in (
        select m.channel, m.message_id from inbound_message m where m.region_id = :region_id and m.received_at < :before limit :batch)
    returning 1
)
select count(*) from gone;

-- name: drop_sessions(region_id, before, batch)$
-- Deletes old sessions; returns how many.
with gone as (
    delete from session where region_id = :region_id and token_hash in (
        select s.token_hash from session s where s.region_id = :region_id and s.seen_at < :before limit :batch)
    returning 1
)
select count(*) from gone;

-- name: drop_looks(region_id, before, batch)$
-- Deletes access log entries linked before :before, oldest first, keeping their links; returns how many.
with gone as (
    delete from view_log where region_id = :region_id and view_id in (
        select v.view_id from view_link l join view_log v on v.region_id = l.region_id and v.view_id = l.view_id
        where l.region_id = :region_id and l.linked_at < :before order by l.seq limit :batch)
    returning 1
)
select count(*) from gone;

-- name: report(region_id, night, kind)^
-- The purge report of a night for one kind of data.
select night, kind, before, erased, held, finished_at from retention_report where region_id = :region_id and night = :night and kind = :kind;

-- name: add_report(region_id, night, kind, before, erased, held, finished_at)!
-- Adds to the purge report of a night.
insert into retention_report as r (region_id, night, kind, before, erased, held, finished_at)
values (:region_id, :night, :kind, :before, :erased, :held, :finished_at)
on conflict (region_id, night, kind) do update set erased = r.erased + excluded.erased, held = excluded.held,
    finished_at = excluded.finished_at;

-- name: insert_hold(region_id, hold_id, ticket_id, number, reason, until, set_by, set_at)!
-- Inserts a retention hold on a ticket.
insert into retention_hold (region_id, hold_id, ticket_id, number, reason, until, set_by, set_at)
values (:region_id, :hold_id, :ticket_id, :number, :reason, :until, :set_by, :set_at);

-- name: lift_hold(region_id, ticket_id, lifted_by, at)$
-- Lifts the retention hold of a ticket; returns no row if there is none.
update retention_hold set lifted_by = :lifted_by, lifted_at = :at
where region_id = :region_id and ticket_id = :ticket_id and lifted_at is null returning hold_id;

-- name: holds_of_ticket(region_id, ticket_id)
-- Every retention hold of a ticket, newest first, with names.
select h.reason, h.until, h.set_at, h.lifted_at, a.name as set_by_name, b.name as lifted_by_name from retention_hold h
left join account a on a.region_id = h.region_id and a.account_id = h.set_by
left join account b on b.region_id = h.region_id and b.account_id = h.lifted_by
where h.region_id = :region_id and h.ticket_id = :ticket_id order by h.set_at desc, h.hold_id desc;

-- name: holds_in_force(region_id, today, batch)
-- Retention holds in force, the first to end first, with names.
select h.number, h.reason, h.until, a.name as set_by_name from retention_hold h
left join account a on a.region_id = h.region_id and a.account_id = h.set_by
where h.region_id = :region_id and h.lifted_at is null and h.until >= :today order by h.until, h.number limit :batch;

-- name: reports(region_id, batch)
-- Purge reports, newest first.
select night, kind, before, erased, held, finished_at from retention_report where region_id = :region_id order by night desc, kind limit :batch;

-- name: personal_columns(region_id)
-- Columns whose comment says that they hold personal data. :region_id is unused.
select c.relname as table_name, a.attname as column_name, col_description(c.oid, a.attnum) as comment
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where :region_id::smallint is not null and c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and col_description(c.oid, a.attnum) like '%{personal: %'
order by c.relname, a.attnum;
