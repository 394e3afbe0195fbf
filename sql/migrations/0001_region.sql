-- The place itself and what it keeps as data: calendar, policy, matters, catalogue, numbers.

create table region (
    region_id smallint primary key,
    name text not null,
    rehearsal_now timestamptz
);
comment on table region is 'A county (or city) served by this database; first column of every key';
comment on column region.region_id is 'Number of the region, given once, never changed';
comment on column region.name is 'Name as printed on documents';
comment on column region.rehearsal_now is 'Set only where the clock was moved (demo, drill): the last moment played; a real server refuses such a database';

create table calendar_day (
    region_id smallint not null,
    day date not null,
    valid_from timestamptz not null,
    working boolean not null,
    shifts jsonb,
    name text not null,
    source text not null,
    primary key (region_id, day, valid_from)
);
comment on table calendar_day is 'Dated rows over the State Council calendar: notices, local days, half days';
comment on column calendar_day.region_id is 'Region';
comment on column calendar_day.day is 'The local date';
comment on column calendar_day.valid_from is 'When the row was loaded; the newest row of a day holds';
comment on column calendar_day.working is 'Whether offices are open on that day';
comment on column calendar_day.shifts is 'Opening hours of that day as [["08:30","12:00"],…]; null means the usual ones';
comment on column calendar_day.name is 'Why: 国庆节, 调休上班 …';
comment on column calendar_day.source is 'The notice it rests on';

create table policy (
    region_id smallint not null,
    version integer not null,
    valid_from timestamptz not null,
    body jsonb not null,
    author text not null,
    primary key (region_id, version)
);
comment on table policy is 'Every limit, step, weight and threshold of the county, one row a version (PROCEDURE §3, §8)';
comment on column policy.region_id is 'Region';
comment on column policy.version is 'Version, counted from 1';
comment on column policy.valid_from is 'From when this version holds';
comment on column policy.body is 'The values; keys as in hotline/domain/policy/limits.py';
comment on column policy.author is 'Who set it';

create table matter (
    region_id smallint not null,
    matter_id text not null,
    level1 text not null,
    level2 text not null,
    pace text not null check (pace in ('ordinary', 'utility', 'life')),
    valid_from date not null default '2000-01-01',
    valid_until date,
    primary key (region_id, matter_id)
);
comment on table matter is 'What people ask about, in two levels';
comment on column matter.region_id is 'Region';
comment on column matter.matter_id is 'Code of the matter, kept on old tickets for ever';
comment on column matter.level1 is 'Field, such as 城乡建设';
comment on column matter.level2 is 'Matter within the field';
comment on column matter.pace is 'Which clock holds: ordinary working days, utility (water, power, gas, heat) or life (danger)';
comment on column matter.valid_from is 'First day it may be chosen';
comment on column matter.valid_until is 'Last day it may be chosen; null means still';

create table catalogue (
    region_id smallint not null,
    catalogue_id uuid not null,
    matter_id text,
    place text,
    words text[] not null default '{}',
    unit_id uuid not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    primary key (region_id, catalogue_id)
);
comment on table catalogue is 'The dispatch catalogue 派单目录: matter and place to unit';
comment on column catalogue.region_id is 'Region';
comment on column catalogue.catalogue_id is 'Row';
comment on column catalogue.matter_id is 'Matter it is for; null means any';
comment on column catalogue.place is 'Place name it is for; null means anywhere';
comment on column catalogue.words is 'Words of the text that speak for this row';
comment on column catalogue.unit_id is 'The unit that answers';
comment on column catalogue.valid_from is 'From when';
comment on column catalogue.valid_until is 'Until when; null means still';

create table number_series (
    region_id smallint not null,
    series text not null,
    period text not null,
    last integer not null,
    primary key (region_id, series, period)
);
comment on table number_series is 'Last number given: tickets per day in blocks, documents per kind and year one by one';
comment on column number_series.region_id is 'Region';
comment on column number_series.series is 'ticket, or the kind of document';
comment on column number_series.period is 'Day 20261121 or year 2026';
comment on column number_series.last is 'Last number handed out';

create table heartbeat (
    region_id smallint not null,
    job text not null,
    beat_at timestamptz not null,
    handled bigint not null default 0,
    failed bigint not null default 0,
    primary key (region_id, job)
);
comment on table heartbeat is 'When each job of the timetable last ran, so that a stopped timetable is noticed';
comment on column heartbeat.region_id is 'Region';
comment on column heartbeat.job is 'Name of the job';
comment on column heartbeat.beat_at is 'Last run';
comment on column heartbeat.handled is 'Rows handled in all';
comment on column heartbeat.failed is 'Rows that failed in all';
