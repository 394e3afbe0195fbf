-- The ticket and its history.

create table ticket (
    region_id smallint not null,
    ticket_id uuid not null,
    number text not null,
    query_code_hash bytea not null,
    client_key text not null,
    channel text not null check (channel in ('phone', 'wechat', 'website', 'agent')),
    kind text not null check (kind in ('inquiry', 'help', 'complaint', 'tip_off', 'suggestion', 'praise')),
    handling_class text not null check (handling_class in ('instant', 'committed', 'joint', 'redirected', 'supplement', 'urgent')),
    pace text not null check (pace in ('ordinary', 'utility', 'life')),
    confidential boolean not null,
    title text not null,
    body text not null,
    place text not null,
    matter_id text,
    state text not null check (state in ('received', 'awaiting_details', 'dispatched', 'returned', 'signed', 'replied',
        'interview_owed', 'interview_held', 'parked', 'closed')),
    received_at timestamptz not null,
    changed_at timestamptz not null,
    lead_unit_id uuid,
    accused_unit_id uuid,
    cycle integer not null default 1,
    tier smallint not null default 0 check (tier between 0 and 3),
    redo_count integer not null default 0,
    return_count integer not null default 0,
    extension_count integer not null default 0,
    return_ruled boolean not null default false,
    parked_from text,
    parked_until timestamptz,
    close_reason text check (close_reason in ('answered', 'redirected', 'merged', 'withdrawn', 'satisfied', 'basically_satisfied',
        'understood', 'unreached', 'refused', 'unreasonable')),
    closed_at timestamptz,
    merged_into uuid,
    linked_to uuid,
    opened_by uuid,
    version integer not null default 1,
    primary key (region_id, ticket_id),
    unique (region_id, number),
    unique (region_id, client_key)
);
comment on table ticket is '工单: one contact of one person, from intake to closing';
comment on column ticket.region_id is 'Region';
comment on column ticket.ticket_id is 'Ticket; UUID version 7 made by the application';
comment on column ticket.number is 'Readable on the phone: 20261121-00042';
comment on column ticket.query_code_hash is 'Keyed hash of the six digits known to the complainant only';
comment on column ticket.client_key is 'Idempotency key of the filing: a repeat gives the first answer again';
comment on column ticket.channel is 'Door it came in by';
comment on column ticket.kind is 'Kind (PROCEDURE §2)';
comment on column ticket.handling_class is '六办件 handling class';
comment on column ticket.pace is 'Which clock holds';
comment on column ticket.confidential is 'The unit sees the matter without the person; always true for tip-offs';
comment on column ticket.title is 'One line, by the operator or cut from the text';
comment on column ticket.body is 'What the person said';
comment on column ticket.place is 'Where, in the person''s words; may be empty';
comment on column ticket.matter_id is 'Matter, once known';
comment on column ticket.state is 'State of hotline/domain/tickets/lifecycle.py';
comment on column ticket.received_at is 'Receipt: counting starts the day after';
comment on column ticket.changed_at is 'Last event';
comment on column ticket.lead_unit_id is '主办 unit';
comment on column ticket.accused_unit_id is 'Unit complained of: never an addressee';
comment on column ticket.cycle is 'Counts redos, so that a redo is reminded afresh';
comment on column ticket.tier is 'Tier of supervision reached: 0 none, 1 hotline, 2 discipline, 3 leadership';
comment on column ticket.redo_count is 'Redos so far';
comment on column ticket.return_count is 'Returns so far';
comment on column ticket.extension_count is 'Extensions granted so far';
comment on column ticket.return_ruled is 'A ruling went against a return: no return any more';
comment on column ticket.parked_from is 'State it comes back to';
comment on column ticket.parked_until is 'Definite date it comes back by itself';
comment on column ticket.close_reason is 'How it ended';
comment on column ticket.closed_at is 'When it ended';
comment on column ticket.merged_into is 'Ticket it was merged into';
comment on column ticket.linked_to is 'Twin of a call that mixed two kinds';
comment on column ticket.opened_by is 'Account of the operator or agent; null when the person filed it';
comment on column ticket.version is 'Counts saves';

create index ticket_open_by_state on ticket (region_id, state, received_at) where state <> 'closed';
create index ticket_of_unit on ticket (region_id, lead_unit_id, state) where state <> 'closed';
create index ticket_by_receipt on ticket (region_id, received_at);
create index ticket_by_close on ticket (region_id, closed_at) where closed_at is not null;

create table ticket_unit (
    region_id smallint not null,
    ticket_id uuid not null,
    unit_id uuid not null,
    part text not null check (part in ('lead', 'assisting', 'former')),
    joined_at timestamptz not null,
    answered_at timestamptz,
    primary key (region_id, ticket_id, unit_id)
);
comment on table ticket_unit is 'Units that have or had a part in a ticket; former ones keep reading their own past';
comment on column ticket_unit.region_id is 'Region';
comment on column ticket_unit.ticket_id is 'Ticket';
comment on column ticket_unit.unit_id is 'Unit';
comment on column ticket_unit.part is '主办 lead, 协办 assisting, or former';
comment on column ticket_unit.joined_at is 'Since when';
comment on column ticket_unit.answered_at is 'When an assisting unit gave its part';

create index ticket_unit_of_unit on ticket_unit (region_id, unit_id, part);

create table ticket_event (
    region_id smallint not null,
    ticket_id uuid not null,
    event_id uuid not null,
    at timestamptz not null,
    verb text not null,
    from_state text,
    to_state text not null,
    cycle integer not null,
    role text not null,
    account_id uuid,
    unit_id uuid,
    public_text text,
    details jsonb not null default '{}',
    client_key text,
    primary key (region_id, ticket_id, event_id)
);
comment on table ticket_event is 'One line of a ticket''s history; never changed, never deleted';
comment on column ticket_event.region_id is 'Region';
comment on column ticket_event.ticket_id is 'Ticket';
comment on column ticket_event.event_id is 'Event; UUID version 7, so it sorts by time';
comment on column ticket_event.at is 'When';
comment on column ticket_event.verb is 'Verb of hotline/domain/tickets/lifecycle.py';
comment on column ticket_event.from_state is 'State before; null for the first';
comment on column ticket_event.to_state is 'State after';
comment on column ticket_event.cycle is 'Cycle it happened in';
comment on column ticket_event.role is 'Role of who did it; system for the timetable';
comment on column ticket_event.account_id is 'Who did it';
comment on column ticket_event.unit_id is 'Unit of who did it, or the unit concerned';
comment on column ticket_event.public_text is 'What the complainant may read of it';
comment on column ticket_event.details is 'What was given: reasons, answers, due times';
comment on column ticket_event.client_key is 'Idempotency key of the form it came by';

create index ticket_event_by_time on ticket_event (region_id, at);
create unique index ticket_event_once on ticket_event (region_id, ticket_id, client_key) where client_key is not null;

create function forbid_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
create trigger ticket_event_append_only before update or delete on ticket_event for each row execute function forbid_change();
create trigger view_log_append_only before update or delete on view_log for each row execute function forbid_change();

create table attachment (
    region_id smallint not null,
    ticket_id uuid not null,
    attachment_id uuid not null,
    file_name text not null,
    media_type text not null,
    size_bytes integer not null check (size_bytes between 1 and 10485760),
    sha256 bytea not null,
    label text not null,
    added_at timestamptz not null,
    account_id uuid,
    primary key (region_id, ticket_id, attachment_id)
);
comment on table attachment is 'A file of a ticket; the bytes lie in the files folder under their digest';
comment on column attachment.region_id is 'Region';
comment on column attachment.ticket_id is 'Ticket';
comment on column attachment.attachment_id is 'File';
comment on column attachment.file_name is 'Name as sent';
comment on column attachment.media_type is 'Type found by content';
comment on column attachment.size_bytes is 'Size in bytes';
comment on column attachment.sha256 is 'Digest, also the name in the files folder';
comment on column attachment.label is 'What it shows: photo, contact evidence, minutes';
comment on column attachment.added_at is 'When';
comment on column attachment.account_id is 'Who; null for the complainant';
