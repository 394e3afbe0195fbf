-- Units, the people who work in them, and the people who ask.

create table unit (
    region_id smallint not null,
    unit_id uuid not null,
    parent_id uuid,
    name text not null,
    sector text not null,
    level text not null check (level in ('county', 'bureau', 'town', 'station', 'village')),
    office text check (office in ('hotline', 'discipline', 'leadership')),
    duty_phone_sealed bytea,
    opened_on date not null default '2000-01-01',
    closed_on date,
    primary key (region_id, unit_id),
    unique (region_id, name)
);
comment on table unit is 'Units in a tree: county, bureaus and towns, stations and villages';
comment on column unit.region_id is 'Region';
comment on column unit.unit_id is 'Unit';
comment on column unit.parent_id is 'The unit above it; null for the county';
comment on column unit.name is 'Full name';
comment on column unit.sector is 'Sector of the county''s list, such as 水务';
comment on column unit.level is 'Level in the tree; bureaus and towns are the peer groups of the brief';
comment on column unit.office is 'Set for the three offices of the supervision chain';
comment on column unit.duty_phone_sealed is 'Duty officer''s number, sealed';
comment on column unit.opened_on is 'First day';
comment on column unit.closed_on is 'Day it was merged or dissolved; null means still there';

create index unit_tree on unit (region_id, parent_id);

create table account (
    region_id smallint not null,
    account_id uuid not null,
    login text not null,
    name text not null,
    role text not null check (role in ('operator', 'dispatcher', 'handler', 'unit_head', 'supervisor', 'inspector', 'leader',
        'volunteer', 'agent', 'monitor', 'system_admin', 'security_admin', 'audit_admin')),
    unit_id uuid,
    password_hash text not null,
    active boolean not null default true,
    created_at timestamptz not null,
    primary key (region_id, account_id),
    unique (region_id, login)
);
comment on table account is 'A person of the office who logs in';
comment on column account.region_id is 'Region';
comment on column account.account_id is 'Account';
comment on column account.login is 'What is typed to log in';
comment on column account.name is 'Name shown to colleagues';
comment on column account.role is 'One of the roles of PROCEDURE §1';
comment on column account.unit_id is 'Where the person works';
comment on column account.password_hash is 'argon2id';
comment on column account.active is 'False: may not log in and is no addressee';
comment on column account.created_at is 'When the account was made';

create index account_of_unit on account (region_id, unit_id, role) where active;

create table substitute (
    region_id smallint not null,
    account_id uuid not null,
    away_from timestamptz not null,
    away_until timestamptz not null,
    substitute_id uuid not null,
    primary key (region_id, account_id, away_from)
);
comment on table substitute is 'AB岗: who stands in while a person is on leave';
comment on column substitute.region_id is 'Region';
comment on column substitute.account_id is 'The person away';
comment on column substitute.away_from is 'First moment away';
comment on column substitute.away_until is 'First moment back';
comment on column substitute.substitute_id is 'Who stands in';

create table session (
    region_id smallint not null,
    token_hash bytea not null,
    account_id uuid not null,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    ended_at timestamptz,
    primary key (region_id, token_hash)
);
comment on table session is 'A log-in; the cookie holds the token, the row only its hash';
comment on column session.region_id is 'Region';
comment on column session.token_hash is 'Keyed hash of the token';
comment on column session.account_id is 'Whose';
comment on column session.opened_at is 'Log-in';
comment on column session.seen_at is 'Last request, kept to the minute';
comment on column session.ended_at is 'Log-out or end by somebody else';

create index session_of_account on session (region_id, account_id, opened_at);

create table complainant (
    region_id smallint not null,
    complainant_id uuid not null,
    contact_hash bytea not null,
    name_sealed bytea,
    phone_sealed bytea,
    identity_sealed bytea,
    address_sealed bytea,
    wechat_sealed bytea,
    first_seen_at timestamptz not null,
    primary key (region_id, complainant_id)
);
comment on table complainant is 'A person who asks; everything about the person is sealed (PROCEDURE §6). One row per ticket filed, people are matched by hash only';
comment on column complainant.region_id is 'Region';
comment on column complainant.complainant_id is 'Row; the same id as the ticket it was filed with';
comment on column complainant.contact_hash is 'Keyed hash of the number or WeChat id, to find earlier tickets';
comment on column complainant.name_sealed is 'Name, sealed';
comment on column complainant.phone_sealed is 'Telephone number, sealed';
comment on column complainant.identity_sealed is 'Identity number, sealed';
comment on column complainant.address_sealed is 'Address of the person, sealed';
comment on column complainant.wechat_sealed is 'WeChat id, sealed';
comment on column complainant.first_seen_at is 'When it was filed';

create index complainant_by_contact on complainant (region_id, contact_hash);

create table conversation (
    region_id smallint not null,
    channel text not null,
    person_hash bytea not null,
    step text not null,
    draft_sealed bytea not null,
    updated_at timestamptz not null,
    primary key (region_id, channel, person_hash)
);
comment on table conversation is 'A half-told complaint, one per person and channel';
comment on column conversation.region_id is 'Region';
comment on column conversation.channel is 'Channel it is told on';
comment on column conversation.person_hash is 'Keyed hash of the person''s id on the channel';
comment on column conversation.step is 'What is asked next';
comment on column conversation.draft_sealed is 'What was told so far, sealed JSON';
comment on column conversation.updated_at is 'Last message';

create table inbound_message (
    region_id smallint not null,
    channel text not null,
    message_id text not null,
    reply_sealed bytea not null,
    received_at timestamptz not null,
    primary key (region_id, channel, message_id)
);
comment on table inbound_message is 'Messages already answered: a repeat gets the first answer again';
comment on column inbound_message.region_id is 'Region';
comment on column inbound_message.channel is 'Channel';
comment on column inbound_message.message_id is 'The channel''s own id of the message';
comment on column inbound_message.reply_sealed is 'The answer given, sealed';
comment on column inbound_message.received_at is 'First delivery';

create index inbound_message_by_age on inbound_message (region_id, received_at);

create table view_log (
    region_id smallint not null,
    view_id uuid not null,
    at timestamptz not null,
    account_id uuid,
    ticket_id uuid,
    what text not null,
    reason text,
    address text,
    primary key (region_id, view_id)
);
comment on table view_log is 'Every look at personal data: who, when, what, why';
comment on column view_log.region_id is 'Region';
comment on column view_log.view_id is 'Row';
comment on column view_log.at is 'When';
comment on column view_log.account_id is 'Who; null for the complainant''s own look by query code';
comment on column view_log.ticket_id is 'Which ticket';
comment on column view_log.what is 'ticket, reveal, list, search, export, print';
comment on column view_log.reason is 'The reason given, for a reveal';
comment on column view_log.address is 'Network address it came from';

create index view_log_of_ticket on view_log (region_id, ticket_id, at);
