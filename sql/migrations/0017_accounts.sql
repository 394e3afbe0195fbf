-- Log-ins that hold: passwords that age, a second factor, failures counted, sessions that tell where they are, and a
-- record of everything done to an account.

alter table account add column password_set_at timestamptz not null default now();
alter table account alter column password_set_at drop default;
alter table account add column must_change boolean not null default false;
comment on column account.password_set_at is 'When the present password was set; passwords already there count from the upgrade';
comment on column account.must_change is 'True: the password came from somebody else, the next log-in changes it before anything';
comment on column account.active is 'False: locked by an administrator, may not log in and is no addressee';

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

alter table session add column stage text not null default 'open' check (stage in ('half', 'open'));
alter table session add column address text;
alter table session add column browser text;
alter table session add column ended_why text;
comment on column session.stage is 'half: the password was right, the second factor is awaited and nothing else is let through';
comment on column session.address is 'Network address it was opened from';
comment on column session.browser is 'Kind of browser, in short';
comment on column session.ended_why is 'log_out, newer, ended, password, factor, locked, reset, changed';

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
comment on column account_event.kind is 'added, locked, unlocked, reset, changed, factor_taken, held_off, let_in, password, factor, codes, code_used';
comment on column account_event.details is 'What and why, in words; no password and no code';

create index account_event_by_time on account_event (region_id, at);
create index account_event_of_account on account_event (region_id, account_id, at);
create trigger account_event_append_only before update or delete on account_event for each row execute function forbid_change();

alter table former_password add constraint former_password_account foreign key (region_id, account_id) references account;
alter table second_factor add constraint second_factor_account foreign key (region_id, account_id) references account;
alter table recovery_code add constraint recovery_code_account foreign key (region_id, account_id) references account;
alter table account_event add constraint account_event_account foreign key (region_id, account_id) references account;
