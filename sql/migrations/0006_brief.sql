-- The weekly brief and the figures frozen in it.

create table brief (
    region_id smallint not null,
    brief_id uuid not null,
    week_start date not null,
    year smallint not null,
    number integer not null,
    state text not null check (state in ('draft', 'approving', 'issued')),
    compiled_at timestamptz not null,
    issued_at timestamptz,
    body jsonb not null,
    advice text not null default '',
    primary key (region_id, brief_id),
    unique (region_id, week_start),
    unique (region_id, year, number)
);
comment on table brief is '《群众约谈工作专报》: one a week, Monday to Sunday local time';
comment on column brief.region_id is 'Region';
comment on column brief.brief_id is 'Brief';
comment on column brief.week_start is 'Monday of the week reported on';
comment on column brief.year is 'Year of the number';
comment on column brief.number is 'Issue number within the year';
comment on column brief.state is 'draft, approving, issued';
comment on column brief.compiled_at is 'When the figures were frozen';
comment on column brief.issued_at is 'When it went to the leaders';
comment on column brief.body is 'Sections as compiled; figures refer to brief_figure by key';
comment on column brief.advice is 'Section 8, written by hand';

create table brief_figure (
    region_id smallint not null,
    brief_id uuid not null,
    key text not null,
    ticket_ids uuid[] not null,
    primary key (region_id, brief_id, key)
);
comment on table brief_figure is 'A figure is the list of tickets behind it: its value is the length of the list';
comment on column brief_figure.region_id is 'Region';
comment on column brief_figure.brief_id is 'Brief';
comment on column brief_figure.key is 'Which figure, such as received.channel.phone';
comment on column brief_figure.ticket_ids is 'The tickets counted, oldest first';

create table brief_reading (
    region_id smallint not null,
    brief_id uuid not null,
    account_id uuid not null,
    read_at timestamptz not null,
    primary key (region_id, brief_id, account_id)
);
comment on table brief_reading is 'Leaders who confirmed having read a brief';
comment on column brief_reading.region_id is 'Region';
comment on column brief_reading.brief_id is 'Brief';
comment on column brief_reading.account_id is 'Leader';
comment on column brief_reading.read_at is 'When';
