-- The record of looks is chained: each row is linked to all before it, and the newest link is signed.

alter table view_log add column page text, add column shown integer;
comment on column view_log.page is 'Path of the page or name of the command it was seen on, without its query';
comment on column view_log.shown is 'How many tickets a list showed';
comment on column view_log.what is 'ticket, reveal, list, search, letter, brief, figure, file, export, print, progress, record (of looks itself); wrong_code: a query code that fits nothing';

create index view_log_of_account on view_log (region_id, account_id, at);
create index view_log_of_reveal on view_log (region_id, at) where what = 'reveal';

create table view_link (
    region_id smallint not null,
    seq bigint not null,
    view_id uuid not null,
    digest bytea not null,
    algorithm text not null check (algorithm in ('sha256', 'sm3')),
    linked_at timestamptz not null,
    primary key (region_id, seq),
    unique (region_id, view_id)
);
comment on table view_link is 'The chain over view_log: a link covers its row and every link before it';
comment on column view_link.region_id is 'Region';
comment on column view_link.seq is 'Place in the chain, counted from 1 without gaps';
comment on column view_link.view_id is 'Row of view_log';
comment on column view_link.digest is 'Digest of the link before, and of the row';
comment on column view_link.algorithm is 'How the digest was made';
comment on column view_link.linked_at is 'When the row was linked: within minutes of the look, unless the timetable stood still';

create trigger view_link_append_only before update or delete on view_link for each row execute function forbid_change();

create table view_head (
    region_id smallint not null,
    seq bigint not null,
    digest bytea not null,
    signature text not null,
    linked_at timestamptz not null,
    primary key (region_id)
);
comment on table view_head is 'The newest link of the chain, signed with the hotline''s key: whoever has only the database cannot make another';
comment on column view_head.region_id is 'Region';
comment on column view_head.seq is 'Its place in the chain';
comment on column view_head.digest is 'Its digest';
comment on column view_head.signature is 'Signature of place and digest';
comment on column view_head.linked_at is 'When';
