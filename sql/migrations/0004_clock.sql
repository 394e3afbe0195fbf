-- Deadlines, the reminder ledger, and what waits to be sent.

create table deadline (
    region_id smallint not null,
    deadline_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    rule text not null check (rule in ('dispatch', 'sign', 'contact', 'reply', 'assist', 'ruling', 'extension', 'details', 'callback',
        'interview', 'verify', 'supervised', 'tier2', 'tier3', 'resume')),
    unit_id uuid,
    started_at timestamptz not null,
    due_at timestamptz not null,
    provisional boolean not null,
    urgent boolean not null,
    limit_text text not null,
    state text not null check (state in ('running', 'paused', 'met', 'missed', 'withdrawn')),
    next_step text,
    next_at timestamptz,
    ended_at timestamptz,
    left_seconds integer,
    primary key (region_id, deadline_id)
);
comment on table deadline is 'A running clock of a ticket, also its timer: the sweep claims rows by next_at';
comment on column deadline.region_id is 'Region';
comment on column deadline.deadline_id is 'Deadline';
comment on column deadline.ticket_id is 'Ticket';
comment on column deadline.cycle is 'Cycle of the ticket it belongs to';
comment on column deadline.rule is 'Which limit of the policy';
comment on column deadline.unit_id is 'Unit it binds; null for the hotline';
comment on column deadline.started_at is 'From when it counts';
comment on column deadline.due_at is 'The limit';
comment on column deadline.provisional is 'Reckoned over days whose notice is not yet published';
comment on column deadline.urgent is 'Its reminders go out at any hour';
comment on column deadline.limit_text is 'The limit in words of the policy, such as 5d';
comment on column deadline.state is 'running, paused, met, missed or withdrawn; a missed one keeps its due time';
comment on column deadline.next_step is 'Next reminder step, or expiry';
comment on column deadline.next_at is 'When the sweep must look at it; null when nothing is left';
comment on column deadline.ended_at is 'When it was met, missed or withdrawn';
comment on column deadline.left_seconds is 'What was left of the time when it was paused';

create index deadline_due on deadline (region_id, next_at) where next_at is not null;
create unique index deadline_once on deadline (region_id, ticket_id, rule, cycle, unit_id, started_at) nulls not distinct;

create table reminder (
    region_id smallint not null,
    reminder_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    rule text not null,
    step text not null,
    recipient text not null,
    channel text not null,
    planned_at timestamptz not null,
    state text not null check (state in ('planned', 'sent', 'refused', 'unknown', 'skipped')),
    sent_at timestamptz,
    reason text,
    primary key (region_id, reminder_id)
);
comment on table reminder is 'The ledger of reminders: each is sent once, whatever crashes (PROCEDURE §4)';
comment on column reminder.region_id is 'Region';
comment on column reminder.reminder_id is 'Reminder; also the outbox row that carries it';
comment on column reminder.ticket_id is 'Ticket';
comment on column reminder.cycle is 'Round the reminder belongs to';
comment on column reminder.rule is 'Which limit';
comment on column reminder.step is 'Which step before it';
comment on column reminder.recipient is 'Unit or account it is for';
comment on column reminder.channel is 'How it goes out';
comment on column reminder.planned_at is 'When it was planned';
comment on column reminder.state is 'planned, sent, refused, unknown (perhaps sent: a person must look) or skipped (overtaken)';
comment on column reminder.sent_at is 'When it went out';
comment on column reminder.reason is 'Why refused, unknown or skipped';

create unique index reminder_once on reminder (region_id, ticket_id, cycle, rule, step, recipient, channel);

create table outbox (
    region_id smallint not null,
    outbox_id uuid not null,
    dedupe_key text not null,
    channel text not null check (channel in ('wechat', 'phone', 'website', 'desk')),
    recipient text not null,
    recipient_sealed bytea,
    kind text not null,
    ticket_id uuid,
    payload jsonb not null,
    urgent boolean not null,
    created_at timestamptz not null,
    not_before timestamptz not null,
    state text not null check (state in ('waiting', 'sending', 'sent', 'unknown', 'refused', 'done')),
    attempts integer not null default 0,
    claimed_at timestamptz,
    sent_at timestamptz,
    provider_id text,
    fold_id uuid,
    reason text,
    primary key (region_id, outbox_id),
    unique (region_id, dedupe_key)
);
comment on table outbox is 'What waits to be sent; written by the same transaction as the event it tells of';
comment on column outbox.region_id is 'Region';
comment on column outbox.outbox_id is 'Message';
comment on column outbox.dedupe_key is 'What it is about and for whom: one row, one message';
comment on column outbox.channel is 'Channel that carries it';
comment on column outbox.recipient is 'Unit, role or ticket it is for; no personal data';
comment on column outbox.recipient_sealed is 'Address on the channel (WeChat id, number), sealed';
comment on column outbox.kind is 'Kind of notice';
comment on column outbox.ticket_id is 'Ticket it tells of';
comment on column outbox.payload is 'Facts the sentence is made from';
comment on column outbox.urgent is 'May go out at any hour';
comment on column outbox.created_at is 'When it was written';
comment on column outbox.not_before is 'Not to be sent earlier (office hours, back-off)';
comment on column outbox.state is 'waiting, sending, sent, unknown, refused; done when the reader has dealt with it';
comment on column outbox.attempts is 'Attempts so far';
comment on column outbox.claimed_at is 'When a worker took it';
comment on column outbox.sent_at is 'When the channel took it';
comment on column outbox.provider_id is 'The channel''s id of the message';
comment on column outbox.fold_id is 'Message it was folded into';
comment on column outbox.reason is 'Why it was refused or is unknown';

create index outbox_due on outbox (region_id, not_before) where state = 'waiting';
create index outbox_stuck on outbox (region_id, claimed_at) where state = 'sending';
create index outbox_of_desk on outbox (region_id, recipient, created_at) where channel in ('desk', 'phone') and state = 'sent';
create index outbox_of_ticket on outbox (region_id, ticket_id);

create table alarm (
    region_id smallint not null,
    alarm_id uuid not null,
    dedupe_key text not null,
    kind text not null,
    ticket_id uuid,
    details jsonb not null,
    raised_at timestamptz not null,
    settled_at timestamptz,
    settled_by uuid,
    primary key (region_id, alarm_id),
    unique (region_id, dedupe_key)
);
comment on table alarm is 'What needs a dispatcher''s eye: nobody to receive, no catalogue row, message perhaps lost';
comment on column alarm.region_id is 'Region';
comment on column alarm.alarm_id is 'Alarm';
comment on column alarm.dedupe_key is 'What it is about: raised once for each occasion';
comment on column alarm.kind is 'Kind';
comment on column alarm.ticket_id is 'Ticket concerned';
comment on column alarm.details is 'Facts';
comment on column alarm.raised_at is 'When';
comment on column alarm.settled_at is 'When a person dealt with it';
comment on column alarm.settled_by is 'Who dealt with it';

create index alarm_open on alarm (region_id, raised_at) where settled_at is null;
