-- name: insert_entry(region_id, view_id, at, account_id, ticket_id, what, reason, address, page, shown)!
-- Inserts an entry of the access log.
insert into view_log (region_id, view_id, at, account_id, ticket_id, what, reason, address, page, shown)
values (:region_id, :view_id, :at, :account_id, :ticket_id, :what, :reason, :address, :page, :shown);

-- name: entries_of_ticket(region_id, ticket_id)
-- Accesses to a ticket by staff, newest first; the complainant's own entries have no account, nor have exports at the command line.
select v.at, v.what, v.reason, a.name as account_name, a.role from view_log v
left join account a on a.region_id = v.region_id and a.account_id = v.account_id
where v.region_id = :region_id and v.ticket_id = :ticket_id and (v.account_id is not null or v.what = 'export')
order by v.at desc limit 200;

-- name: lock_head(region_id)^
-- The head of the hash chain, locked so that one process appends at a time.
select seq, digest, signature from view_head where region_id = :region_id for update;

-- name: add_head(region_id)!
-- Inserts the head of an empty chain.
insert into view_head (region_id, seq, digest, signature, linked_at) values (:region_id, 0, '', '', '-infinity') on conflict do nothing;

-- name: save_head(region_id, seq, digest, signature, at)!
-- Saves the new head of the chain.
update view_head set seq = :seq, digest = :digest, signature = :signature, linked_at = :at where region_id = :region_id;

-- name: head(region_id)^
-- The head of the hash chain.
select seq, digest, signature from view_head where region_id = :region_id;

-- name: unlinked(region_id, after, batch)
-- Access log entries not in the chain yet, oldest first; ids begin with their time, so only newer ids are searched.
select v.view_id, v.at, v.account_id, v.ticket_id, v.what, v.reason, v.address, v.page, v.shown from view_log v
where v.region_id = :region_id and v.view_id > :after
    and not exists (select from view_link l where l.region_id = v.region_id and l.view_id = v.view_id)
order by v.view_id
limit :batch;

-- name: count_unlinked(region_id, before)$
-- The number of access log entries older than :before that are not in the chain.
select count(*) from view_log v
where v.region_id = :region_id and v.at < :before
    and not exists (select from view_link l where l.region_id = v.region_id and l.view_id = v.view_id);

-- name: add_links(region_id, seqs, view_ids, digests, algorithm, at)!
-- Appends links to the chain.
insert into view_link (region_id, seq, view_id, digest, algorithm, linked_at)
select :region_id::smallint, l.seq, l.view_id, l.digest, :algorithm, :at
from unnest(:seqs::bigint[], :view_ids::uuid[], :digests::bytea[]) as l(seq, view_id, digest);

-- name: newest_linked(region_id)$
-- The greatest entry id in the chain.
select view_id from view_link where region_id = :region_id order by view_id desc limit 1;

-- name: links(region_id, after, batch)
-- Links with their entries, in order; the columns of a purged entry are null.
select l.seq, l.digest, l.algorithm, l.linked_at, v.view_id, v.at, v.account_id, v.ticket_id, v.what, v.reason, v.address,
    v.page, v.shown
from view_link l
left join view_log v on v.region_id = l.region_id and v.view_id = l.view_id
where l.region_id = :region_id and l.seq > :after
order by l.seq
limit :batch;

-- name: count_links(region_id)$
-- The number of links.
select count(*) from view_link where region_id = :region_id;

-- name: entries(region_id, login, number, what, since, until, batch, skip)
-- The access log for its auditor, newest first; an empty filter matches all. It never contains the content of a ticket.
select v.view_id, v.at, v.what, v.reason, v.address, v.page, v.shown, a.name as account_name, a.login, a.role, t.number,
    u.name as unit_name, count(*) over () as total
from view_log v
left join account a on a.region_id = v.region_id and a.account_id = v.account_id
left join unit u on u.region_id = a.region_id and u.unit_id = a.unit_id
left join ticket t on t.region_id = v.region_id and t.ticket_id = v.ticket_id
where v.region_id = :region_id and v.at >= :since and v.at < :until
    and (:login::text = '' or v.account_id = (select account_id from account where region_id = :region_id and login = :login::text))
    and (:number::text = '' or t.number = :number::text)
    and (:what::text = '' or v.what = :what::text)
order by v.at desc, v.view_id desc
limit :batch offset :skip;

-- name: reveals_since(region_id, since)
-- Reveals of personal data since a moment, with the units of the account and of the ticket.
select v.at, v.account_id, a.name as account_name, a.login, a.unit_id, t.lead_unit_id from view_log v
join account a on a.region_id = v.region_id and a.account_id = v.account_id
left join ticket t on t.region_id = v.region_id and t.ticket_id = v.ticket_id
where v.region_id = :region_id and v.what = 'reveal' and v.at > :since
order by v.at;
