-- name: add_account(region_id, account_id, login, name, role, unit_id, password_hash, created_at)!
-- A person of the office.
insert into account (region_id, account_id, login, name, role, unit_id, password_hash, created_at)
values (:region_id, :account_id, :login, :name, :role, :unit_id, :password_hash, :created_at)
on conflict (region_id, login) do nothing;

-- name: account_by_login(region_id, login)^
-- The account that logs in by this name.
select * from account where region_id = :region_id and login = :login and active;

-- name: set_password(region_id, account_id, password_hash)!
-- A new password.
update account set password_hash = :password_hash where region_id = :region_id and account_id = :account_id;

-- name: open_session(region_id, token_hash, account_id, at)!
-- A log-in.
insert into session (region_id, token_hash, account_id, opened_at, seen_at) values (:region_id, :token_hash, :account_id, :at, :at);

-- name: session_viewer(region_id, token_hash, opened_after, seen_after)^
-- Who holds this session, as long as it is neither ended, too old nor too long idle.
select a.account_id, a.login, a.name, a.role, a.unit_id, s.seen_at from session s
join account a on a.region_id = s.region_id and a.account_id = s.account_id
where s.region_id = :region_id and s.token_hash = :token_hash and s.ended_at is null and a.active
    and s.opened_at > :opened_after and s.seen_at > :seen_after;

-- name: touch_session(region_id, token_hash, at)!
-- The session was used.
update session set seen_at = :at where region_id = :region_id and token_hash = :token_hash;

-- name: end_session(region_id, token_hash, at)!
-- A log-out.
update session set ended_at = :at where region_id = :region_id and token_hash = :token_hash and ended_at is null;

-- name: complainant(region_id, complainant_id)^
-- The sealed data of the person behind a ticket.
select * from complainant where region_id = :region_id and complainant_id = :complainant_id;

-- name: insert_view(region_id, view_id, at, account_id, ticket_id, what, reason, address)!
-- A look at personal data.
insert into view_log (region_id, view_id, at, account_id, ticket_id, what, reason, address)
values (:region_id, :view_id, :at, :account_id, :ticket_id, :what, :reason, :address);

-- name: views_of_ticket(region_id, ticket_id)
-- Who has seen this ticket, newest first.
select v.at, v.what, v.reason, a.name as account_name, a.role from view_log v
left join account a on a.region_id = v.region_id and a.account_id = v.account_id
where v.region_id = :region_id and v.ticket_id = :ticket_id order by v.at desc limit 200;
