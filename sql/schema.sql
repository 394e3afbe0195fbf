-- The whole schema today: the data dictionary. Kept equal to the migrations by tests/sql/test_schema.py.

-- The region and its configuration: calendar, policy, matters, catalogue, number series.

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

create table policy (
    region_id smallint not null,
    version integer not null,
    valid_from timestamptz not null,
    body jsonb not null,
    author text not null,
    saved_at timestamptz not null default now(),
    primary key (region_id, version)
);
comment on table policy is 'Every limit, step, weight and threshold of the county, one row a version (PROCEDURE §3, §8)';
comment on column policy.region_id is 'Region';
comment on column policy.version is 'Version, counted from 1';
comment on column policy.valid_from is 'From when this version holds';
comment on column policy.body is 'The values; keys as in hotline/domain/policy/limits.py';
comment on column policy.author is 'Who set it';
comment on column policy.saved_at is 'When it was saved';

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

-- Units, accounts and complainants.

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
    password_set_at timestamptz not null,
    must_change boolean not null default false,
    sessions smallint check (sessions between 1 and 20),
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
comment on column account.active is 'False: locked by an administrator, may not log in and is no addressee';
comment on column account.created_at is 'When the account was made';
comment on column account.password_set_at is 'When the present password was set; passwords already there count from the upgrade';
comment on column account.must_change is 'True: the password came from somebody else, the next log-in changes it before anything';
comment on column account.sessions is 'How many log-ins this account may have at once; null: as many as the policy says';

create index account_of_unit on account (region_id, unit_id, role) where active;

create table substitute (
    region_id smallint not null,
    account_id uuid not null,
    away_from timestamptz not null,
    away_until timestamptz not null,
    substitute_id uuid,
    entered_by uuid,
    entered_at timestamptz,
    primary key (region_id, account_id, away_from),
    constraint substitute_span check (away_until >= away_from),
    constraint substitute_other check (substitute_id <> account_id)
);
comment on table substitute is 'AB岗: who stands in while a person is on leave';
comment on column substitute.region_id is 'Region';
comment on column substitute.account_id is 'The person away';
comment on column substitute.away_from is 'First moment away';
comment on column substitute.away_until is 'First moment back';
comment on column substitute.substitute_id is 'Who stands in; null: nobody, so what is for the person goes to the unit, with an alarm each time';
comment on column substitute.entered_by is 'Who entered the leave, or ended it early';
comment on column substitute.entered_at is 'When that was';

create index substitute_standing_in on substitute (region_id, substitute_id, away_until);

create table session (
    region_id smallint not null,
    token_hash bytea not null,
    account_id uuid not null,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    ended_at timestamptz,
    stage text not null default 'open' check (stage in ('half', 'open')),
    address text,
    browser text,
    ended_why text,
    primary key (region_id, token_hash)
);
comment on table session is 'A log-in; the cookie holds the token, the row only its hash';
comment on column session.region_id is 'Region';
comment on column session.token_hash is 'Keyed hash of the token {personal: 工作人员登录; kept: sessions}';
comment on column session.account_id is 'Whose';
comment on column session.opened_at is 'Log-in';
comment on column session.seen_at is 'Last request, kept to the minute';
comment on column session.ended_at is 'Log-out or end by somebody else';
comment on column session.stage is 'half: the password was right, the second factor is awaited and nothing else is let through';
comment on column session.address is 'Network address it was opened from';
comment on column session.browser is 'Kind of browser, in short';
comment on column session.ended_why is 'log_out, newer, ended, password, factor, locked, reset, changed';

create index session_of_account on session (region_id, account_id, opened_at);

create table former_password (
    region_id smallint not null,
    account_id uuid not null,
    set_at timestamptz not null,
    password_hash text not null,
    primary key (region_id, account_id, set_at)
);
comment on table former_password is 'Passwords an account had lately, so that none of them is taken again';
comment on column former_password.region_id is 'Region';
comment on column former_password.account_id is 'Whose';
comment on column former_password.set_at is 'When it was set';
comment on column former_password.password_hash is 'argon2id';

create table second_factor (
    region_id smallint not null,
    account_id uuid not null,
    secret_sealed bytea not null,
    begun_at timestamptz not null,
    proven_at timestamptz,
    used_step bigint not null default 0,
    primary key (region_id, account_id)
);
comment on table second_factor is 'The authenticator of an account: time-based codes of six digits';
comment on column second_factor.region_id is 'Region';
comment on column second_factor.account_id is 'Whose';
comment on column second_factor.secret_sealed is 'The shared secret in base32, sealed';
comment on column second_factor.begun_at is 'When the secret was made';
comment on column second_factor.proven_at is 'When a first code proved that the authenticator holds it; null: not in force yet';
comment on column second_factor.used_step is 'The last step of 30 seconds a code was taken of: none is taken twice';

create table recovery_code (
    region_id smallint not null,
    account_id uuid not null,
    code_hash bytea not null,
    made_at timestamptz not null,
    used_at timestamptz,
    primary key (region_id, account_id, code_hash)
);
comment on table recovery_code is 'Codes that stand in for a lost authenticator, each once';
comment on column recovery_code.region_id is 'Region';
comment on column recovery_code.account_id is 'Whose';
comment on column recovery_code.code_hash is 'Keyed hash of the code';
comment on column recovery_code.made_at is 'When it was made and shown';
comment on column recovery_code.used_at is 'When it let somebody in';

create table login_attempt (
    region_id smallint not null,
    login_hash bytea not null,
    failures integer not null,
    tried_at timestamptz not null,
    locked_until timestamptz,
    primary key (region_id, login_hash)
);
comment on table login_attempt is 'Failures of a login name since it last succeeded, whether or not somebody has that name';
comment on column login_attempt.region_id is 'Region';
comment on column login_attempt.login_hash is 'Keyed hash of what was typed as login';
comment on column login_attempt.failures is 'How many in a row, those being tried at this moment included';
comment on column login_attempt.tried_at is 'The last one';
comment on column login_attempt.locked_until is 'Nobody gets in by this name before';

create index login_attempt_by_age on login_attempt (region_id, tried_at);

create table account_event (
    region_id smallint not null,
    event_id uuid not null,
    at timestamptz not null,
    account_id uuid not null,
    actor_id uuid,
    kind text not null,
    details jsonb not null,
    primary key (region_id, event_id)
);
comment on table account_event is 'Everything done to an account: never changed, never deleted';
comment on column account_event.region_id is 'Region';
comment on column account_event.event_id is 'Row';
comment on column account_event.at is 'When';
comment on column account_event.account_id is 'To whose account';
comment on column account_event.actor_id is 'By whom; null: on the command line, or by the program itself';
comment on column account_event.kind is 'added, locked, unlocked, reset, changed, sessions, factor_taken, held_off, let_in, password, factor, codes, code_used';
comment on column account_event.details is 'What and why, in words; no password and no code';

create index account_event_by_time on account_event (region_id, at);
create index account_event_of_account on account_event (region_id, account_id, at);

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
comment on column complainant.contact_hash is 'Keyed hash of the number or WeChat id, to find earlier tickets {personal: 按号码找到同一人以前的诉求; kept: persons}';
comment on column complainant.name_sealed is 'Name, sealed {personal: 称呼、核实诉求人; kept: persons}';
comment on column complainant.phone_sealed is 'Telephone number, sealed {personal: 联系、回访诉求人; kept: persons}';
comment on column complainant.identity_sealed is 'Identity number, sealed {personal: 办理必需时核实身份; kept: persons}';
comment on column complainant.address_sealed is 'Address of the person, sealed {personal: 上门办理、约谈; kept: persons}';
comment on column complainant.wechat_sealed is 'WeChat id, sealed {personal: 在微信上答复、回访; kept: persons}';
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
comment on column conversation.person_hash is 'Keyed hash of the person''s id on the channel {personal: 接着上一句话往下问; kept: conversations}';
comment on column conversation.step is 'What is asked next';
comment on column conversation.draft_sealed is 'What was told so far, sealed JSON {personal: 接着上一句话往下问; kept: conversations}';
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
comment on column inbound_message.reply_sealed is 'The answer given, sealed {personal: 重复来信给同样的回复; kept: messages}';
comment on column inbound_message.received_at is 'First delivery';

create index inbound_message_by_age on inbound_message (region_id, received_at);

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
comment on column own_ticket.person_hash is 'Keyed hash of the person''s id on the channel, as in conversation {personal: 本人在渠道上查自己的诉求; kept: persons}';
comment on column own_ticket.ticket_id is 'Ticket';
comment on column own_ticket.filed_at is 'When it was filed';

create index own_ticket_of_ticket on own_ticket (region_id, ticket_id);

create table view_log (
    region_id smallint not null,
    view_id uuid not null,
    at timestamptz not null,
    account_id uuid,
    ticket_id uuid,
    what text not null,
    reason text,
    address text,
    page text,
    shown integer,
    primary key (region_id, view_id)
);
comment on table view_log is 'Every look at personal data: who, when, what, why';
comment on column view_log.region_id is 'Region';
comment on column view_log.view_id is 'Row';
comment on column view_log.at is 'When';
comment on column view_log.account_id is 'Who; null for the complainant''s own look by query code';
comment on column view_log.ticket_id is 'Which ticket';
comment on column view_log.what is 'ticket, reveal, list, search, letter, brief, figure, file, export, print, progress, record (of looks itself); wrong_code: a query code that fits nothing';
comment on column view_log.reason is 'The reason given, for a reveal; the number tried, for a wrong code {personal: 查看个人信息要有理由; kept: looks}';
comment on column view_log.address is 'Network address it came from {personal: 查明谁看过; kept: looks}';
comment on column view_log.page is 'Path of the page or name of the command it was seen on, without its query';
comment on column view_log.shown is 'How many tickets a list showed';

create index view_log_of_account on view_log (region_id, account_id, at);
create index view_log_of_reveal on view_log (region_id, at) where what = 'reveal';
create index view_log_of_ticket on view_log (region_id, ticket_id, at);
create index view_log_of_wrong_code on view_log (region_id, at) where what = 'wrong_code';

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
    handler_id uuid,
    person_erased_at timestamptz,
    words_erased_at timestamptz,
    clock_id uuid,
    clock_due_at timestamptz,
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
comment on column ticket.title is 'One line, by the operator or cut from the text, without numbers and names known {personal: 办理诉求; kept: words}';
comment on column ticket.body is 'What the person said {personal: 办理诉求; kept: words}';
comment on column ticket.place is 'Where, in the person''s words; may be empty {personal: 办理诉求; kept: words}';
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
comment on column ticket.person_erased_at is 'When what was known of the person was let go (policy, section retention)';
comment on column ticket.words_erased_at is 'When the words and files were let go; what remains is figures and dates';
comment on column ticket.clock_id is 'Clock that lists show: of those running the one that ends first, else of those missed in this cycle';
comment on column ticket.clock_due_at is 'When that clock ends';
comment on column ticket.version is 'Counts saves';
comment on column ticket.handler_id is 'The person in charge 经办人: the handler who signed or whom the unit''s head named; null: the unit''s desk';

create index ticket_open_by_state on ticket (region_id, state, clock_due_at, received_at) where state <> 'closed';
create index ticket_of_unit on ticket (region_id, lead_unit_id, state) where state <> 'closed';
create index ticket_by_receipt on ticket (region_id, received_at);
create index ticket_by_close on ticket (region_id, closed_at) where closed_at is not null;
create index ticket_closed_of_unit on ticket (region_id, lead_unit_id, closed_at) where closed_at is not null;

create index ticket_merged_into on ticket (region_id, merged_into) where merged_into is not null;

create table ticket_unit (
    region_id smallint not null,
    ticket_id uuid not null,
    unit_id uuid not null,
    part text not null check (part in ('lead', 'assisting', 'former')),
    joined_at timestamptz not null,
    answered_at timestamptz,
    task text,
    excused_at timestamptz,
    primary key (region_id, ticket_id, unit_id)
);
comment on table ticket_unit is 'Units that have or had a part in a ticket; former ones keep reading their own past';
comment on column ticket_unit.region_id is 'Region';
comment on column ticket_unit.ticket_id is 'Ticket';
comment on column ticket_unit.unit_id is 'Unit';
comment on column ticket_unit.part is '主办 lead, 协办 assisting, or former';
comment on column ticket_unit.joined_at is 'Since when';
comment on column ticket_unit.answered_at is 'When an assisting unit gave its part';
comment on column ticket_unit.task is 'What an assisting unit is asked to do';
comment on column ticket_unit.excused_at is 'When a unit that was assisting was excused; its part is then former';

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
comment on column ticket_event.public_text is 'What the complainant may read of it {personal: 办理过程可查; kept: words}';
comment on column ticket_event.details is 'What was given: reasons, answers, due times {personal: 办理过程可查; kept: words}';
comment on column ticket_event.client_key is 'Idempotency key of the form it came by';

create index ticket_event_by_time on ticket_event (region_id, at);
create unique index ticket_event_once on ticket_event (region_id, ticket_id, client_key) where client_key is not null;

create function forbid_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
-- Events are append-only, with one exception: after the texts of a closed ticket were purged, its events may lose
-- their texts. Nothing may be added, and who did what, when, and between which states never changes.
create function forbid_event_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.region_id, new.ticket_id, new.event_id, new.at, new.verb, new.from_state, new.to_state, new.cycle, new.role,
             new.account_id, new.unit_id, new.client_key)
            is not distinct from
            (old.region_id, old.ticket_id, old.event_id, old.at, old.verb, old.from_state, old.to_state, old.cycle, old.role,
             old.account_id, old.unit_id, old.client_key)
        and new.public_text is null
        and new.details <@ old.details
        and exists (
            select from ticket t where t.region_id = old.region_id and t.ticket_id = old.ticket_id and t.state = 'closed'
                and t.words_erased_at is not null
        )
    then
        return new;
    end if;
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
create trigger ticket_event_append_only before update or delete on ticket_event for each row execute function forbid_event_change();
-- An access log entry may be deleted once it was linked 183 days before the newest link; its link stays.
create function forbid_look_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select from view_link l join view_head h on h.region_id = l.region_id
        where l.region_id = old.region_id and l.view_id = old.view_id and l.linked_at < h.linked_at - interval '183 days'
    ) then
        return old;
    end if;
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
create trigger view_log_append_only before update or delete on view_log for each row execute function forbid_look_change();
create trigger account_event_append_only before update or delete on account_event for each row execute function forbid_change();
create trigger view_link_append_only before update or delete on view_link for each row execute function forbid_change();

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
comment on column attachment.file_name is 'Name as sent {personal: 办理诉求的证据; kept: words}';
comment on column attachment.media_type is 'Type found by content';
comment on column attachment.size_bytes is 'Size in bytes';
comment on column attachment.sha256 is 'Digest, also the name in the files folder {personal: 办理诉求的证据; kept: words}';
comment on column attachment.label is 'What it shows: photo, contact evidence, minutes';
comment on column attachment.added_at is 'When';
comment on column attachment.account_id is 'Who; null for the complainant';

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
    pauses jsonb not null default '[]',
    done_at timestamptz,
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
comment on column deadline.pauses is 'When it stood still, as [[from, until],…]; an open pause has no until';
comment on column deadline.done_at is 'When it was no longer owed: done, late or not, or not asked any more; null while it is owed';

create index deadline_provisional on deadline (region_id, due_at) where provisional and state = 'running';
create index deadline_due on deadline (region_id, next_at) where next_at is not null;
create unique index deadline_once on deadline (region_id, ticket_id, rule, cycle, unit_id, started_at) nulls not distinct;

create index deadline_missed on deadline (region_id, due_at) where state = 'missed' and unit_id is not null;
create index deadline_part_owed on deadline (region_id, due_at) where rule = 'assist' and done_at is null;
create index deadline_by_due on deadline (region_id, due_at) where rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist');
create index deadline_by_end on deadline (region_id, ended_at)
    where rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist') and state in ('met', 'withdrawn');
create index deadline_part_missed on deadline (region_id, due_at) where rule = 'assist' and state = 'missed';

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
    instead_of uuid,
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
comment on column reminder.instead_of is 'The person it was meant for, when somebody else receives it: on leave, or no longer there';

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
    instead_of uuid,
    primary key (region_id, outbox_id),
    unique (region_id, dedupe_key)
);
comment on table outbox is 'What waits to be sent; written by the same transaction as the event it tells of';
comment on column outbox.region_id is 'Region';
comment on column outbox.outbox_id is 'Message';
comment on column outbox.dedupe_key is 'What it is about and for whom: one row, one message';
comment on column outbox.channel is 'Channel that carries it';
comment on column outbox.recipient is 'Unit, role or ticket it is for; no personal data';
comment on column outbox.recipient_sealed is 'Address on the channel (WeChat id, number), sealed {personal: 把答复送到本人; kept: notices}';
comment on column outbox.kind is 'Kind of notice';
comment on column outbox.ticket_id is 'Ticket it tells of';
comment on column outbox.payload is 'Facts the sentence is made from {personal: 告知办理情况; kept: notices}';
comment on column outbox.urgent is 'May go out at any hour';
comment on column outbox.created_at is 'When it was written';
comment on column outbox.not_before is 'Not to be sent earlier (office hours, back-off)';
comment on column outbox.state is 'waiting, sending, sent, unknown, refused; done when the reader has dealt with it';
comment on column outbox.attempts is 'Attempts so far';
comment on column outbox.claimed_at is 'When a worker took it';
comment on column outbox.sent_at is 'When the channel took it';
comment on column outbox.provider_id is 'The channel''s id of the message';
comment on column outbox.fold_id is 'Message it was folded into';
comment on column outbox.reason is 'Why it was refused or is unknown; for one a person dealt with, how: told, known, unreached';
comment on column outbox.instead_of is 'The person it was meant for, when somebody else receives it: on leave, or no longer there';

create index outbox_due on outbox (region_id, not_before) where state = 'waiting';
create index outbox_stuck on outbox (region_id, claimed_at) where state = 'sending';
create index outbox_of_desk on outbox (region_id, recipient, created_at) where channel in ('desk', 'phone') and state = 'sent';
create index outbox_of_ticket on outbox (region_id, ticket_id);
create index outbox_undelivered on outbox (region_id, created_at) where state in ('refused', 'unknown') and channel <> 'desk';

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
create index alarm_of_ticket on alarm (region_id, ticket_id) where settled_at is null;

-- The 1133 mechanism: callbacks, interviews, supervision and its letters, instructions, the work network.

create table callback (
    region_id smallint not null,
    callback_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    round integer not null,
    stage text not null check (stage in ('reply', 'interview')),
    state text not null check (state in ('waiting', 'no_answer_1', 'no_answer_2', 'unreachable', 'refused', 'done', 'withdrawn')),
    channel text not null check (channel in ('phone', 'wechat', 'website')),
    opened_at timestamptz not null,
    next_try_at timestamptz,
    asked_at timestamptz,
    done_at timestamptz,
    contacted boolean,
    solved boolean,
    verdict text check (verdict in ('satisfied', 'basically_satisfied', 'understood', 'dissatisfied')),
    answer_at_fault boolean,
    unit_mark smallint check (unit_mark between 1 and 5),
    operator_mark smallint check (operator_mark between 1 and 5),
    words text,
    unit_id uuid,
    account_id uuid,
    primary key (region_id, callback_id),
    unique (region_id, ticket_id, round)
);
comment on table callback is '回访: the three questions after a reply or an interview (PROCEDURE §5)';
comment on column callback.region_id is 'Region';
comment on column callback.callback_id is 'Callback';
comment on column callback.ticket_id is 'Ticket';
comment on column callback.cycle is 'Cycle of the ticket';
comment on column callback.round is 'Counts the callbacks of a ticket';
comment on column callback.stage is 'After a reply, or after an interview (then tier 1 and 2 verify)';
comment on column callback.state is 'Where it stands; only done ones with answers are valid in rates';
comment on column callback.channel is 'Channel asked by';
comment on column callback.opened_at is 'When it became owed';
comment on column callback.next_try_at is 'When to ask (again); null when not to ask';
comment on column callback.asked_at is 'When the person was last asked';
comment on column callback.done_at is 'When it ended';
comment on column callback.contacted is 'Were you contacted?';
comment on column callback.solved is 'Is it solved?';
comment on column callback.verdict is 'Are you satisfied?';
comment on column callback.answer_at_fault is 'Dissatisfied because of the answer itself: redo, not interview';
comment on column callback.unit_mark is 'Mark for the unit, 1 to 5';
comment on column callback.operator_mark is 'Mark for the operator, 1 to 5';
comment on column callback.words is 'Free words {personal: 评价办理; kept: words}';
comment on column callback.unit_id is 'Unit whose work is asked about';
comment on column callback.account_id is 'Who asked; null when the person answered alone';

create index callback_due on callback (region_id, next_try_at) where next_try_at is not null;
create index callback_open on callback (region_id, stage, opened_at) where done_at is null;
create index callback_by_done on callback (region_id, done_at) where done_at is not null;

create table interview (
    region_id smallint not null,
    interview_id uuid not null,
    ticket_id uuid not null,
    round integer not null,
    unit_id uuid not null,
    owed_at timestamptz not null,
    due_at timestamptz not null,
    cause text,
    solution text,
    rules text,
    volunteer_id uuid,
    room_id uuid,
    meet_at timestamptz,
    meet_where text,
    planned_by uuid,
    held_at timestamptz,
    held_place text check (held_place in ('room', 'village', 'field', 'home')),
    official text,
    minutes text,
    outcome text check (outcome in ('done', 'explained', 'unreasonable')),
    promised_on date,
    person_verdict text check (person_verdict in ('satisfied', 'understood', 'dissatisfied')),
    primary key (region_id, interview_id),
    unique (region_id, ticket_id, round)
);
comment on table interview is '群众约谈: an official of the unit meets the person; three steps with their evidence (PROCEDURE §4)';
comment on column interview.region_id is 'Region';
comment on column interview.interview_id is 'Interview';
comment on column interview.ticket_id is 'Ticket';
comment on column interview.round is 'Counts the interviews of a ticket';
comment on column interview.unit_id is 'Unit that owes it';
comment on column interview.owed_at is 'Since when: the supervision letter';
comment on column interview.due_at is 'Limit, five working days from the letter';
comment on column interview.cause is 'Step 1: the real cause and sticking point';
comment on column interview.solution is 'Step 2: the solution planned';
comment on column interview.rules is 'Step 2: laws and rules that apply';
comment on column interview.volunteer_id is 'Step 2: volunteer consulted';
comment on column interview.room_id is 'Interview room booked';
comment on column interview.meet_at is 'Step 2: when they will meet';
comment on column interview.meet_where is 'Step 2: where they will meet';
comment on column interview.planned_by is 'Who planned it';
comment on column interview.held_at is 'Step 3: when they met';
comment on column interview.held_place is 'Step 3: interview room, village, field or home';
comment on column interview.official is 'Step 3: official of the unit who met the person';
comment on column interview.minutes is 'Step 3: minutes {personal: 约谈记录; kept: words}';
comment on column interview.outcome is 'done, explained or unreasonable';
comment on column interview.promised_on is 'Date promised, when it is to be done';
comment on column interview.person_verdict is 'The person''s own verdict';

create index interview_by_held on interview (region_id, held_at) where held_at is not null;
create index interview_owed on interview (region_id, due_at) where held_at is null;

create table interview_review (
    region_id smallint not null,
    interview_id uuid not null,
    account_id uuid not null,
    agreed boolean not null,
    reason text not null,
    at timestamptz not null,
    primary key (region_id, interview_id, account_id)
);
comment on table interview_review is 'A verdict of unreasonable is reviewed by two others';
comment on column interview_review.region_id is 'Region';
comment on column interview_review.interview_id is 'Interview';
comment on column interview_review.account_id is 'Reviewer';
comment on column interview_review.agreed is 'Agrees that the demand is unreasonable';
comment on column interview_review.reason is 'Why';
comment on column interview_review.at is 'When';

create table interview_room (
    region_id smallint not null,
    room_id uuid not null,
    unit_id uuid not null,
    name text not null,
    primary key (region_id, room_id)
);
comment on table interview_room is '约谈室 of the work network';
comment on column interview_room.region_id is 'Region';
comment on column interview_room.room_id is 'Room';
comment on column interview_room.unit_id is 'Unit that keeps it';
comment on column interview_room.name is 'Name and place';

create table volunteer (
    region_id smallint not null,
    volunteer_id uuid not null,
    account_id uuid,
    name text not null,
    field text not null,
    primary key (region_id, volunteer_id)
);
comment on table volunteer is 'Legal volunteers of the work network';
comment on column volunteer.region_id is 'Region';
comment on column volunteer.volunteer_id is 'Volunteer';
comment on column volunteer.account_id is 'Account, if the volunteer logs in';
comment on column volunteer.name is 'Name';
comment on column volunteer.field is 'Field: law, land, labour …';

create table supervision (
    region_id smallint not null,
    supervision_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    tier smallint not null check (tier between 1 and 3),
    reason text not null check (reason in ('dissatisfied', 'sign_overdue', 'reply_overdue', 'returns', 'redos', 'mark',
        'interview_overdue', 'supervised_overdue', 'tier2_overdue', 'still_dissatisfied', 'instruction')),
    unit_id uuid,
    opened_at timestamptz not null,
    due_at timestamptz not null,
    letter_id uuid,
    settled_at timestamptz,
    settled_by text,
    primary key (region_id, supervision_id)
);
comment on table supervision is 'A ticket on a tier of the supervision chain, since when and why';
comment on column supervision.region_id is 'Region';
comment on column supervision.supervision_id is 'Row';
comment on column supervision.ticket_id is 'Ticket';
comment on column supervision.cycle is 'Cycle of the ticket';
comment on column supervision.tier is '1 hotline, 2 discipline commission, 3 leadership';
comment on column supervision.reason is 'Why this tier was entered';
comment on column supervision.unit_id is 'Unit supervised; null when no unit has the ticket yet';
comment on column supervision.opened_at is 'Since when';
comment on column supervision.due_at is 'The tier''s own limit';
comment on column supervision.letter_id is 'The letter issued';
comment on column supervision.settled_at is 'When the ticket was closed or the next tier took over';
comment on column supervision.settled_by is 'closed, next_tier, withdrawn';

create index supervision_open on supervision (region_id, tier, opened_at) where settled_at is null;
create index supervision_of_ticket on supervision (region_id, ticket_id, opened_at);
create index supervision_by_opening on supervision (region_id, opened_at);
create index supervision_by_settling on supervision (region_id, settled_at) where settled_at is not null;

create table letter (
    region_id smallint not null,
    letter_id uuid not null,
    kind text not null check (kind in ('reminder_notice', 'supervision_letter', 'interview_record', 'written_reply', 'brief')),
    year smallint not null,
    number integer not null,
    ticket_id uuid,
    unit_id uuid,
    copy_to text,
    tier smallint,
    facts jsonb not null,
    issued_at timestamptz not null,
    primary key (region_id, letter_id),
    unique (region_id, kind, year, number)
);
comment on table letter is 'Documents issued, numbered per year and kind without gaps (PROCEDURE §7)';
comment on column letter.region_id is 'Region';
comment on column letter.letter_id is 'Document';
comment on column letter.kind is 'Kind of document';
comment on column letter.year is 'Year of the number';
comment on column letter.number is 'Number within kind and year';
comment on column letter.ticket_id is 'Ticket';
comment on column letter.unit_id is 'Addressee';
comment on column letter.copy_to is 'Copy to: head of the unit';
comment on column letter.tier is 'Tier that issued it';
comment on column letter.facts is 'What the text is made from';
comment on column letter.issued_at is 'When';

create index letter_of_ticket on letter (region_id, ticket_id, issued_at);

create table instruction (
    region_id smallint not null,
    instruction_id uuid not null,
    ticket_id uuid not null,
    leader_id uuid not null,
    text text not null,
    due_on date not null,
    written_at timestamptz not null,
    fulfilled_at timestamptz,
    fulfilment text,
    primary key (region_id, instruction_id)
);
comment on table instruction is '批示: a leader''s instruction with a date; answered in the next brief';
comment on column instruction.region_id is 'Region';
comment on column instruction.instruction_id is 'Instruction';
comment on column instruction.ticket_id is 'Ticket';
comment on column instruction.leader_id is 'Who wrote it';
comment on column instruction.text is 'What is to be done {personal: 领导批示; kept: words}';
comment on column instruction.due_on is 'The date given';
comment on column instruction.written_at is 'When';
comment on column instruction.fulfilled_at is 'When it was fulfilled';
comment on column instruction.fulfilment is 'How';

create index instruction_open on instruction (region_id, due_on) where fulfilled_at is null;
create index instruction_of_ticket on instruction (region_id, ticket_id);

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

-- Sealed columns are found by the suffix _sealed, so that a key rotation covers every one of them, new ones included.

create function check_sealed(of_table text, of_column text) returns void language plpgsql stable as $$
begin
    if right(of_column, 7) <> '_sealed' or not exists (
        select from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and c.relname = of_table and a.attname = of_column
    ) then
        raise exception 'no sealed column %.%', of_table, of_column;
    end if;
end
$$;
comment on function check_sealed is 'Refuses names that are not those of a sealed column';

create function count_seals(region smallint, of_table text, of_column text)
returns table (header integer, sealed bigint) language plpgsql stable as $$
begin
    perform check_sealed(of_table, of_column);
    return query execute format(
        'select get_byte(%1$I, 0), count(*) from %2$I where region_id = $1 and length(%1$I) > 0 group by 1', of_column, of_table
    ) using region;
end
$$;
comment on function count_seals is 'How many values of a sealed column stand under which key: the first byte names it';

create function list_stale_seals(
    region smallint, of_table text, of_column text, header integer, first_block bigint, end_block bigint
) returns table (place tid, sealed bytea) language plpgsql stable as $$
begin
    perform check_sealed(of_table, of_column);
    return query execute format(
        'select ctid, %1$I from %2$I where ctid >= $1 and ctid < $2 and region_id = $3 and length(%1$I) > 0 '
        'and get_byte(%1$I, 0) <> $4', of_column, of_table
    ) using format('(%s,0)', first_block)::tid, format('(%s,0)', end_block)::tid, region, header;
end
$$;
comment on function list_stale_seals is 'What a stretch of a table holds under another key than the one named';

create function replace_seals(
    region smallint, of_table text, of_column text, places tid[], before bytea[], after bytea[]
) returns bigint language plpgsql as $$
declare
    replaced bigint;
begin
    perform check_sealed(of_table, of_column);
    execute format(
        'update %2$I t set %1$I = n.after from unnest($2, $3, $4) n (place, before, after) '
        'where t.region_id = $1 and t.ctid = n.place and t.%1$I = n.before', of_column, of_table
    ) using region, places, before, after;
    get diagnostics replaced = row_count;
    return replaced;
end
$$;
comment on function replace_seals is 'The same values under another key, where nobody changed them meanwhile';

create table retention_report (
    region_id smallint not null,
    night date not null,
    kind text not null check (kind in ('persons', 'words', 'notices', 'conversations', 'messages', 'sessions', 'looks')),
    before timestamptz not null,
    erased bigint not null,
    held bigint not null,
    finished_at timestamptz,
    primary key (region_id, night, kind)
);
comment on table retention_report is 'What the nightly job let go, a row for each night and kind';
comment on column retention_report.region_id is 'Region';
comment on column retention_report.night is 'Local date of the night';
comment on column retention_report.kind is 'Kind of data, as in the policy';
comment on column retention_report.before is 'What is older than this had been kept long enough';
comment on column retention_report.erased is 'How many tickets, or rows, were let go';
comment on column retention_report.held is 'Tickets old enough but held back: a tier in force, an instruction open, merged into or twin of an open one, or a hold in force';
comment on column retention_report.finished_at is 'When nothing more was left to let go; null while the job has not come to the end';


-- Foreign keys, added after the tables so that data can be loaded before them.

alter table account add constraint account_unit foreign key (region_id, unit_id) references unit;
alter table session add constraint session_account foreign key (region_id, account_id) references account;
alter table ticket_unit add constraint ticket_unit_ticket foreign key (region_id, ticket_id) references ticket;
alter table ticket_unit add constraint ticket_unit_unit foreign key (region_id, unit_id) references unit;
alter table ticket_event add constraint ticket_event_ticket foreign key (region_id, ticket_id) references ticket;
alter table attachment add constraint attachment_ticket foreign key (region_id, ticket_id) references ticket;
alter table deadline add constraint deadline_ticket foreign key (region_id, ticket_id) references ticket;
alter table reminder add constraint reminder_ticket foreign key (region_id, ticket_id) references ticket;
alter table callback add constraint callback_ticket foreign key (region_id, ticket_id) references ticket;
alter table interview add constraint interview_ticket foreign key (region_id, ticket_id) references ticket;
alter table interview_review add constraint interview_review_interview foreign key (region_id, interview_id) references interview;
alter table supervision add constraint supervision_ticket foreign key (region_id, ticket_id) references ticket;
alter table letter add constraint letter_unit foreign key (region_id, unit_id) references unit;
alter table instruction add constraint instruction_ticket foreign key (region_id, ticket_id) references ticket;
alter table brief_figure add constraint brief_figure_brief foreign key (region_id, brief_id) references brief;
alter table brief_reading add constraint brief_reading_brief foreign key (region_id, brief_id) references brief;
alter table own_ticket add constraint own_ticket_ticket foreign key (region_id, ticket_id) references ticket;
alter table former_password add constraint former_password_account foreign key (region_id, account_id) references account;
alter table second_factor add constraint second_factor_account foreign key (region_id, account_id) references account;
alter table recovery_code add constraint recovery_code_account foreign key (region_id, account_id) references account;
alter table account_event add constraint account_event_account foreign key (region_id, account_id) references account;

-- Row-level security: web and worker processes use a role that owns no table.

-- Roles belong to the whole server: another migration may create this one at the same moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'hotline_app') then
        create role hotline_app nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;
do $$
begin
    if not pg_has_role(current_user, 'hotline_app', 'member') then
        execute format('grant hotline_app to %I', current_user);
    end if;
end
$$;

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

create table recusal (
    region_id smallint not null,
    account_id uuid not null,
    ticket_id uuid not null,
    reason text not null,
    declared_by uuid not null,
    declared_at timestamptz not null,
    primary key (region_id, account_id, ticket_id)
);
comment on table recusal is '回避: an account with an interest in a ticket, which neither sees nor acts on it';
comment on column recusal.region_id is 'Region';
comment on column recusal.account_id is 'Who stays away';
comment on column recusal.ticket_id is 'From which ticket';
comment on column recusal.reason is 'The interest';
comment on column recusal.declared_by is 'Who declared it: the person or a dispatcher';
comment on column recusal.declared_at is 'When';

create index recusal_of_ticket on recusal (region_id, ticket_id);
alter table recusal add constraint recusal_ticket foreign key (region_id, ticket_id) references ticket;
alter table recusal add constraint recusal_account foreign key (region_id, account_id) references account;

-- The row scope of a session is the setting hotline.rows, `<kind> <account> <what>`; without it no rows are returned.

create function rows_kind() returns text language sql stable
    return split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 1);
comment on function rows_kind is 'Whose rows this session is shown: all, unnamed, units, ticket, number, key, person, own, invited, answers, filing, house or none';
create function rows_account() returns uuid language sql stable
    return nullif(nullif(split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 2), ''), '-')::uuid;
comment on function rows_account is 'The account this session works for, if any';
create function rows_what() returns text language sql stable
    return split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 3);
comment on function rows_what is 'What narrows the kind: a number, a key, hashes of a person in hexadecimal';
create function rows_ids() returns uuid[] language sql stable
    return case when rows_kind() in ('units', 'ticket', 'answers') then rows_what()::uuid[] end;
comment on function rows_ids is 'The units or tickets that narrow the kind';
create function rows_people() returns bytea[] language sql stable
begin atomic
    select array(select decode(one, 'hex') from unnest(string_to_array(rows_what(), ',')) as one) where rows_kind() = 'person';
end;
comment on function rows_people is 'The hashes by which one person of a channel may be known';
create function rows_all() returns boolean language sql stable
    return rows_kind() in ('all', 'unnamed');
comment on function rows_all is 'Whether this session is shown every ticket';
create function rows_recused() returns uuid[] language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    account uuid := rows_account();
begin
    if account is null then
        return '{}';
    end if;
    return array(select ticket_id from recusal where account_id = account);
end
$$;
comment on function rows_recused is 'Tickets the account stays away from';

-- Two look-ups that bypass row-level security, since the policies of these tables would otherwise recurse.

create function rows_invited() returns uuid[] language sql stable security definer set search_path = pg_catalog, public, pg_temp
begin atomic
    select array(
        select i.ticket_id from interview i join volunteer v on v.region_id = i.region_id and v.volunteer_id = i.volunteer_id
        where v.account_id = rows_account());
end;
comment on function rows_invited is 'Tickets on whose interview the account, a volunteer, was asked to advise';
create function is_of_units(of_region smallint, of_ticket uuid, units uuid[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and lead_unit_id = any (units))
        or exists (
            select from ticket_unit
            where region_id = of_region and ticket_id = of_ticket and unit_id = any (units) and part = 'assisting');
end
$$;
comment on function is_of_units is 'Whether one of these units leads or assists on a ticket';
create function rows_free() returns boolean language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    account uuid := rows_account();
begin
    return rows_all() and (account is null or not exists (select from recusal where account_id = account));
end
$$;
comment on function rows_free is 'Whether this session is shown every ticket without exception';

create function shows_ticket(of_region smallint, of_ticket uuid, kind text, ids uuid[], recused uuid[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if of_ticket is null then
        return kind in ('all', 'unnamed');
    end if;
    if of_ticket = any (recused) then
        return false;
    end if;
    case kind
        when 'all', 'unnamed' then
            return true;
        when 'units' then
            return exists (
                    select from ticket where region_id = of_region and ticket_id = of_ticket and lead_unit_id = any (ids))
                or exists (
                    select from ticket_unit
                    where region_id = of_region and ticket_id = of_ticket and unit_id = any (ids) and part = 'assisting');
        when 'ticket' then
            return of_ticket = any (ids);
        when 'number' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and number = rows_what());
        when 'key' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and client_key = rows_what());
        when 'own' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and opened_by = rows_account());
        when 'invited' then
            return of_ticket = any (rows_invited());
        when 'person' then
            return exists (
                select from own_ticket
                where region_id = of_region and ticket_id = of_ticket and person_hash = any (rows_people()));
        else
            return false;
    end case;
end
$$;
comment on function shows_ticket is 'Whether a session of this kind is shown a ticket; what belongs to none is shown to those who see all';

create function shows_person(of_region smallint, of_ticket uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    if rows_kind() = 'invited' or not shows_ticket(of_region, of_ticket, rows_kind(), rows_ids(), rows_recused()) then
        return false;
    end if;
    return rows_kind() not in ('unnamed', 'units') or exists (
        select from ticket
        where region_id = of_region and ticket_id = of_ticket and not confidential
            and (rows_kind() <> 'units' or lead_unit_id = any (rows_ids())));
end
$$;
comment on function shows_person is 'Whether this session is shown who stands behind a ticket: no leader behind a confidential one, of the units the one alone that leads an ordinary one';
revoke execute on function rows_invited, is_of_units, rows_free, rows_recused, shows_ticket, shows_person from public;
grant execute on function rows_invited, is_of_units, rows_free, rows_recused, shows_ticket, shows_person to hotline_app;

-- Privileges of the role: read and write, no update of append-only tables, delete only temporary data and data past its
-- retention period. Triggers restrict events and access log entries further.

grant usage on schema public to hotline_app;
grant select, insert, update on all tables in schema public to hotline_app;
alter default privileges in schema public grant select, insert, update on tables to hotline_app;
grant delete on login_attempt, second_factor, recovery_code, former_password, session to hotline_app;
grant delete on own_ticket, outbox, conversation, inbound_message, view_log to hotline_app;
revoke update on view_log, view_link, account_event, recusal from hotline_app;

-- Tickets.

alter table ticket enable row level security;
create policy rows_shown on ticket to hotline_app
using (
    (select rows_free())
    or case (select rows_kind())
        when 'units' then ticket_id <> all ((select rows_recused())::uuid[])
            and (lead_unit_id = any ((select rows_ids())::uuid[]) or is_of_units(region_id, ticket_id, (select rows_ids())::uuid[]))
        else shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    end)
with check ((select rows_kind()) in ('all', 'unnamed', 'filing', 'person'));

alter table ticket_unit enable row level security;
create policy rows_shown on ticket_unit to hotline_app
using ((select rows_free()) or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[]))
with check ((select rows_all()));

alter table own_ticket enable row level security;
create policy rows_shown on own_ticket to hotline_app
using (
    (select rows_all()) or (
        (select rows_kind()) = 'person' and person_hash = any ((select rows_people())::bytea[])))
with check ((select rows_kind()) in ('all', 'unnamed', 'person'));

alter table recusal enable row level security;
create policy rows_shown on recusal to hotline_app
using ((select rows_kind()) in ('all', 'house') or account_id = (select rows_account()))
with check ((select rows_all()));

alter table retention_hold enable row level security;
create policy rows_shown on retention_hold to hotline_app
using ((select rows_free()) or (select rows_kind()) = 'house' or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[]))
with check ((select rows_all()));

-- Complainants: units and leaders never read the complainant of a confidential ticket.

alter table complainant enable row level security;
create policy rows_shown on complainant to hotline_app
using (((select rows_free()) and (select rows_kind()) = 'all') or shows_person(region_id, complainant_id))
with check ((select rows_kind()) in ('all', 'filing', 'person'));

-- Notices and alarms may have no ticket; a notice is readable by its recipient.

alter table outbox enable row level security;
create policy rows_shown on outbox to hotline_app
using (
    (select rows_free())
    or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    or ((ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[]))
        and (recipient = any ((select array(select 'unit:' || unit_id from unnest(rows_ids()) as unit_id))::text[])
            or recipient = 'account:' || (select rows_account()))));

alter table alarm enable row level security;
create policy rows_shown on alarm to hotline_app
using ((select rows_free()) or (select rows_kind()) = 'house' or ((select rows_all()) and shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])))
with check ((select rows_all()));

-- The access log: every scope may insert; entries are readable with their ticket and by administrators; wrong query codes
-- are readable for counting them.

alter table view_log enable row level security;
create policy rows_shown on view_log for select to hotline_app
using (
    (select rows_free()) or (select rows_kind()) = 'house' or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    or (what = 'wrong_code' and not (select rows_all())));
create policy rows_written on view_log for insert to hotline_app with check (true);
create policy rows_let_go on view_log for delete to hotline_app using ((select rows_kind()) = 'all');

alter table interview_review enable row level security;
create policy rows_shown on interview_review to hotline_app
using (
    (select rows_free()) or exists (
        select from interview i
        where i.region_id = interview_review.region_id and i.interview_id = interview_review.interview_id))
with check ((select rows_all()));

-- Drafts of conversations and replies to messages, each for its own person.

alter table conversation enable row level security;
create policy rows_shown on conversation to hotline_app
using (
    (select rows_all()) or (
        (select rows_kind()) = 'person' and person_hash = any ((select rows_people())::bytea[])));
alter table inbound_message enable row level security;
create policy rows_shown on inbound_message to hotline_app
using ((select rows_kind()) in ('all', 'person'));

-- Briefs: units and leaders read issued ones.

alter table brief enable row level security;
create policy rows_shown on brief to hotline_app
using (case (select rows_kind()) when 'all' then true when 'unnamed' then state = 'issued' when 'units' then state = 'issued' else false end)
with check ((select rows_kind()) = 'all');
alter table brief_figure enable row level security;
create policy rows_shown on brief_figure to hotline_app
using (
    case (select rows_kind()) when 'all' then true else exists (
        select from brief b where b.region_id = brief_figure.region_id and b.brief_id = brief_figure.brief_id) end);
alter table brief_reading enable row level security;
create policy rows_shown on brief_reading to hotline_app
using ((select rows_all()));

-- All other tables with a ticket_id: readable with the ticket, writable in the scopes that write tickets.

do $$
declare
    of_table name;
begin
    for of_table in
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'ticket_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
        order by c.relname
    loop
        execute format('alter table %I enable row level security', of_table);
        execute format(
            'create policy rows_shown on %1$I to hotline_app '
            'using ((select rows_free()) or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])) '
            'with check ((select rows_kind()) in (''all'', ''unnamed'', ''filing'', ''person''))', of_table);
    end loop;
end
$$;
create policy answers_shown on ticket_event for select to hotline_app
using ((select rows_kind()) = 'answers' and verb = 'reply' and ticket_id = any ((select rows_ids())::uuid[]));
