-- name: add_account(region_id, account_id, login, name, role, unit_id, password_hash, must_change, created_at)$
-- Inserts an account; returns its id, or no row if the login is taken.
insert into account (region_id, account_id, login, name, role, unit_id, password_hash, password_set_at, must_change, created_at)
values (:region_id, :account_id, :login, :name, :role, :unit_id, :password_hash, :created_at, :must_change, :created_at)
on conflict (region_id, login) do nothing returning account_id;

-- name: account_by_login(region_id, login)^
-- The active account with this login.
select account_id, name, role, unit_id, password_hash, password_set_at from account
where region_id = :region_id and login = :login and active;

-- name: accounts(region_id, words, role, login)
-- Accounts with their unit and second factor, filtered by words (in login, name or unit), role and login; null means no filter.
select a.account_id, a.login, a.name, a.role, a.unit_id, a.active, a.created_at, a.password_set_at, a.must_change, a.sessions,
    u.name as unit_name, f.proven_at is not null as enrolled,
    (select max(s.seen_at) from session s where s.region_id = a.region_id and s.account_id = a.account_id) as seen_at
from account a
left join unit u on u.region_id = a.region_id and u.unit_id = a.unit_id
left join second_factor f on f.region_id = a.region_id and f.account_id = a.account_id
where a.region_id = :region_id and (:role::text is null or a.role = :role) and (:login::text is null or a.login = :login)
    and (:words::text is null or position(lower(:words) in lower(concat_ws(' ', a.login, a.name, u.name))) > 0)
order by a.active desc, a.role, a.login;

-- name: lock_account(region_id, login)^
-- An account, active or not, locked for changes.
select account_id, name, role, active from account where region_id = :region_id and login = :login for update;

-- name: count_others(region_id, account_id, role)$
-- The number of other active accounts of this role.
select count(*)::integer from account
where region_id = :region_id and role = :role and active and account_id <> :account_id;

-- name: set_active(region_id, account_id, active)!
-- Enables or disables an account.
update account set active = :active where region_id = :region_id and account_id = :account_id;

-- name: set_sessions(region_id, account_id, sessions)!
-- Sets the maximum of concurrent sessions; null means that of the policy.
update account set sessions = :sessions where region_id = :region_id and account_id = :account_id;

-- name: set_post(region_id, account_id, role, unit_id)!
-- Sets role and unit of an account.
update account set role = :role, unit_id = :unit_id where region_id = :region_id and account_id = :account_id;

-- name: set_password(region_id, account_id, password_hash, must_change, at)!
-- Sets the password hash of an account.
update account set password_hash = :password_hash, must_change = :must_change, password_set_at = :at
where region_id = :region_id and account_id = :account_id;

-- name: keep_password(region_id, account_id)!
-- Copies the present password hash to the former ones.
insert into former_password (region_id, account_id, set_at, password_hash)
select region_id, account_id, password_set_at, password_hash from account
where region_id = :region_id and account_id = :account_id
on conflict (region_id, account_id, set_at) do nothing;

-- name: drop_former_passwords(region_id, account_id, most)!
-- Deletes former passwords except the last :most.
delete from former_password where region_id = :region_id and account_id = :account_id and set_at not in (
    select f.set_at from former_password f where f.region_id = :region_id and f.account_id = :account_id
    order by f.set_at desc limit :most);

-- name: former_passwords(region_id, account_id, most)
-- The last :most former password hashes, newest first.
select password_hash from former_password where region_id = :region_id and account_id = :account_id
order by set_at desc limit :most;

-- name: insert_account_event(region_id, event_id, at, account_id, actor_id, kind, details)!
-- Inserts an event of an account's history.
insert into account_event (region_id, event_id, at, account_id, actor_id, kind, details)
values (:region_id, :event_id, :at, :account_id, :actor_id, :kind, :details);

-- name: account_events(region_id, login, before, most)
-- Events of accounts, newest first; :login restricts to one account, :before to earlier ones.
select e.event_id, e.at, e.kind, e.details, a.login, a.name, a.role, b.login as actor_login, b.name as actor_name
from account_event e
join account a on a.region_id = e.region_id and a.account_id = e.account_id
left join account b on b.region_id = e.region_id and b.account_id = e.actor_id
where e.region_id = :region_id and (:login::text is null or a.login = :login::text)
    and (:before::timestamptz is null or e.at < :before::timestamptz)
order by e.at desc, e.event_id desc limit :most;
