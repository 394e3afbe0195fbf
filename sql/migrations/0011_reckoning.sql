-- Clocks that can be reckoned again: their pauses, the notices a calendar rests on, when a policy was saved.

alter table deadline add column pauses jsonb not null default '[]';
comment on column deadline.pauses is 'When it stood still, as [[from, until],…]; an open pause has no until';
create index deadline_provisional on deadline (region_id, due_at) where provisional and state = 'running';

alter table policy add column saved_at timestamptz not null default now();
comment on column policy.saved_at is 'When it was saved';

create table calendar_notice (
    region_id smallint not null,
    version integer not null,
    source text not null,
    published_on date not null,
    effective_from date not null,
    loaded_at timestamptz not null,
    loaded_by text not null,
    settled_at timestamptz,
    primary key (region_id, version)
);
comment on table calendar_notice is 'Notices loaded over the State Council calendar; their days stand in calendar_day with the same moment';
comment on column calendar_notice.region_id is 'Region';
comment on column calendar_notice.version is 'Version of the calendar, counted from 1';
comment on column calendar_notice.source is 'The notice, as its days name it';
comment on column calendar_notice.published_on is 'When it was published';
comment on column calendar_notice.effective_from is 'The first day it may speak of';
comment on column calendar_notice.loaded_at is 'When it was loaded: valid_from of its days';
comment on column calendar_notice.loaded_by is 'Who loaded it';
comment on column calendar_notice.settled_at is 'When clocks begun meanwhile by processes that did not know it yet were looked through too';
