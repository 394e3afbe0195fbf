-- name: sealed_columns(region_id)
-- Every sealed column of the schema with the number of blocks of its table. :region_id is unused.
select c.relname as table_name, a.attname as column_name,
    (pg_relation_size(c.oid) / current_setting('block_size')::bigint)::bigint as blocks
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where :region_id::smallint is not null and c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
    and a.atttypid = 'bytea'::regtype and right(a.attname, 7) = '_sealed'
order by 1, 2;

-- name: seal_counts(region_id, table_name, column_name)
-- The number of sealed values by header, that is by key.
select header, sealed from count_seals(:region_id::smallint, :table_name::text, :column_name::text) order by header;

-- name: stale_seals(region_id, table_name, column_name, header, first_block, end_block)
-- Values in a range of blocks that are sealed with another key.
select place, sealed from list_stale_seals(
    :region_id::smallint, :table_name::text, :column_name::text, :header::integer, :first_block::bigint, :end_block::bigint
);

-- name: replace_seals(region_id, table_name, column_name, places, before, after)$
-- Replaces sealed values that have not changed meanwhile; returns how many.
select replace_seals(
    :region_id::smallint, :table_name::text, :column_name::text, :places::tid[], :before::bytea[], :after::bytea[]
);

-- name: contacts(region_id, after, batch)
-- The values fingerprints of people are computed from, in order of ids.
select t.ticket_id, t.number, t.client_key, t.query_code_hash, c.contact_hash, c.phone_sealed, c.wechat_sealed
from complainant c join ticket t on t.region_id = c.region_id and t.ticket_id = c.complainant_id
where c.region_id = :region_id and c.complainant_id > :after
order by c.complainant_id limit :batch;

-- name: save_contact_hash(region_id, complainant_id, contact_hash)!
-- Saves the fingerprint of a phone number or WeChat id under another key.
update complainant set contact_hash = :contact_hash where region_id = :region_id and complainant_id = :complainant_id;

-- name: save_code_hash(region_id, ticket_id, query_code_hash)!
-- Saves the fingerprint of a query code under another key.
update ticket set query_code_hash = :query_code_hash where region_id = :region_id and ticket_id = :ticket_id;

-- name: save_own_hash(region_id, channel, ticket_id, person_hash)!
-- Saves the fingerprint of a person on a channel under another key.
update own_ticket set person_hash = :person_hash
where region_id = :region_id and channel = :channel and ticket_id = :ticket_id and person_hash <> :person_hash;
