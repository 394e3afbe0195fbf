-- A person whom a channel knows finds the tickets filed there without a number.

create table own_ticket (
    region_id smallint not null,
    channel text not null,
    person_hash bytea not null,
    ticket_id uuid not null,
    filed_at timestamptz not null,
    primary key (region_id, channel, person_hash, ticket_id)
);
comment on table own_ticket is 'Which tickets a person filed on a channel that knows the person, for progress and callback there';
comment on column own_ticket.region_id is 'Region';
comment on column own_ticket.channel is 'Channel it was filed on';
comment on column own_ticket.person_hash is 'Keyed hash of the person''s id on the channel, as in conversation';
comment on column own_ticket.ticket_id is 'Ticket';
comment on column own_ticket.filed_at is 'When it was filed';
