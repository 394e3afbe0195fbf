-- A ticket may be kept beyond its time for a reason in law: by whom, until when, lifted by whom.

create table retention_hold (
    region_id smallint not null,
    hold_id uuid not null,
    ticket_id uuid not null,
    number text not null,
    reason text not null,
    until date not null,
    set_by uuid not null,
    set_at timestamptz not null,
    lifted_by uuid,
    lifted_at timestamptz,
    primary key (region_id, hold_id)
);
comment on table retention_hold is 'A ticket kept beyond its time: nothing of it is let go while a hold is in force';
comment on column retention_hold.region_id is 'Region';
comment on column retention_hold.hold_id is 'Hold';
comment on column retention_hold.ticket_id is 'Ticket';
comment on column retention_hold.number is 'Its number, for the report whose readers see no ticket';
comment on column retention_hold.reason is 'Why, and on what ground; long numbers are masked';
comment on column retention_hold.until is 'Last local day in force';
comment on column retention_hold.set_by is 'Who set it';
comment on column retention_hold.set_at is 'When';
comment on column retention_hold.lifted_by is 'Who lifted it before its day, or set another in its place';
comment on column retention_hold.lifted_at is 'When it was lifted';

create unique index retention_hold_in_force on retention_hold (region_id, ticket_id) where lifted_at is null;
create index retention_hold_of_ticket on retention_hold (region_id, ticket_id, set_at);
alter table retention_hold add constraint retention_hold_ticket foreign key (region_id, ticket_id) references ticket;
alter table retention_hold add constraint retention_hold_set_by foreign key (region_id, set_by) references account;
alter table retention_hold add constraint retention_hold_lifted_by foreign key (region_id, lifted_by) references account;

alter table retention_hold enable row level security;
create policy rows_shown on retention_hold to hotline_app
using ((select rows_free()) or (select rows_kind()) = 'house' or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[]))
with check ((select rows_all()));

comment on column retention_report.held is 'Tickets old enough but held back: a tier in force, an instruction open, merged into or twin of an open one, or a hold in force';
