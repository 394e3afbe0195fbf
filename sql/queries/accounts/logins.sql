-- name: reserve_attempt(region_id, login_hash, at, fresh_after, most, locked_until)^
-- Counts a login attempt before it is checked; returns the failures (more than :most: it was locked already) and the end of a lock.
-- Failures before :fresh_after and locks that are over do not count.
insert into login_attempt as l (region_id, login_hash, failures, tried_at, locked_until)
values (:region_id, :login_hash, 1, :at, null)
on conflict (region_id, login_hash) do update set
    failures = case
        when l.locked_until > :at then l.failures + 1
        when l.locked_until is not null or l.tried_at < :fresh_after then 1
        else l.failures + 1 end,
    locked_until = case
        when l.locked_until > :at then l.locked_until
        when l.locked_until is null and l.tried_at >= :fresh_after and l.failures + 1 >= :most then :locked_until::timestamptz end,
    tried_at = :at
returning failures, locked_until;

-- name: release_attempt(region_id, login_hash, most)!
-- Undoes this attempt; earlier failures stay counted.
update login_attempt set failures = failures - 1, locked_until = case when failures > :most then locked_until end
where region_id = :region_id and login_hash = :login_hash and failures > 0;

-- name: clear_attempts(region_id, login_hash)!
-- Deletes the failures of a login after a success or when the lock was lifted.
delete from login_attempt where region_id = :region_id and login_hash = :login_hash;

-- name: forget_attempts(region_id, before)!
-- Deletes failures too old to count.
delete from login_attempt where region_id = :region_id and tried_at < :before and (locked_until is null or locked_until < :before);

-- name: held_off(region_id, at)
-- Logins locked at this moment.
select login_hash, locked_until from login_attempt where region_id = :region_id and locked_until > :at;

-- name: open_session(region_id, token_hash, account_id, stage, at, address, browser)!
-- Inserts a session.
insert into session (region_id, token_hash, account_id, stage, opened_at, seen_at, address, browser)
values (:region_id, :token_hash, :account_id, :stage, :at, :at, :address, :browser);

-- name: end_elder_sessions(region_id, account_id, keep, at)!
-- Ends the oldest sessions of an account beyond its own maximum, or :keep if it has none.
update session set ended_at = :at, ended_why = 'newer'
where region_id = :region_id and account_id = :account_id and token_hash in (
    select s.token_hash from session s
    where s.region_id = :region_id and s.account_id = :account_id and s.stage = 'open' and s.ended_at is null
    order by s.opened_at desc, s.token_hash offset coalesce((
        select a.sessions::integer from account a where a.region_id = :region_id and a.account_id = :account_id), :keep));

-- name: session_viewer(region_id, token_hash, opened_after, seen_after)^
-- The account of a session that is neither ended, too old nor idle for too long.
select a.account_id, a.login, a.name, a.role, a.unit_id, a.password_set_at, a.must_change, s.seen_at, s.stage,
    f.proven_at is not null as enrolled
from session s
join account a on a.region_id = s.region_id and a.account_id = s.account_id
left join second_factor f on f.region_id = s.region_id and f.account_id = s.account_id
where s.region_id = :region_id and s.token_hash = :token_hash and s.ended_at is null and a.active
    and s.opened_at > :opened_after and s.seen_at > :seen_after;

-- name: session_end(region_id, token_hash)^
-- When and why a session ended, when it was opened and last used.
select ended_at, ended_why, opened_at, seen_at from session where region_id = :region_id and token_hash = :token_hash;

-- name: sessions_of(region_id, account_id, opened_after, seen_after)
-- Valid sessions of an account, newest first.
select token_hash, opened_at, seen_at, address, browser from session
where region_id = :region_id and account_id = :account_id and ended_at is null and stage = 'open'
    and opened_at > :opened_after and seen_at > :seen_after
order by opened_at desc, token_hash;

-- name: touch_session(region_id, token_hash, at)!
-- Records that a session was used.
update session set seen_at = :at where region_id = :region_id and token_hash = :token_hash;

-- name: end_session(region_id, token_hash, at, why)!
-- Ends a session.
update session set ended_at = :at, ended_why = :why
where region_id = :region_id and token_hash = :token_hash and ended_at is null;

-- name: end_sessions(region_id, account_id, but, at, why)!
-- Ends all sessions of an account except :but, which may be null.
update session set ended_at = :at, ended_why = :why
where region_id = :region_id and account_id = :account_id and ended_at is null
    and (:but::bytea is null or token_hash <> :but::bytea);

-- name: factor(region_id, account_id)^
-- The second factor of an account, in force or only begun.
select secret_sealed, proven_at from second_factor where region_id = :region_id and account_id = :account_id;

-- name: begin_factor(region_id, account_id, secret_sealed, at)!
-- Stores a new secret that is not proven by a code yet; a factor in force stays.
insert into second_factor (region_id, account_id, secret_sealed, begun_at)
values (:region_id, :account_id, :secret_sealed, :at)
on conflict (region_id, account_id) do update set secret_sealed = excluded.secret_sealed, begun_at = excluded.begun_at
where second_factor.proven_at is null;

-- name: prove_factor(region_id, account_id, at)!
-- Puts the second factor in force after its first correct code.
update second_factor set proven_at = :at where region_id = :region_id and account_id = :account_id and proven_at is null;

-- name: use_step(region_id, account_id, step)$
-- Marks the code of a step as used; returns no row if this step or a later one was used already.
update second_factor set used_step = :step
where region_id = :region_id and account_id = :account_id and used_step < :step returning used_step;

-- name: drop_factor(region_id, account_id)!
-- Deletes the second factor of an account.
delete from second_factor where region_id = :region_id and account_id = :account_id;

-- name: drop_codes(region_id, account_id)!
-- Deletes the recovery codes of an account.
delete from recovery_code where region_id = :region_id and account_id = :account_id;

-- name: add_code(region_id, account_id, code_hash, at)!
-- Inserts a recovery code.
insert into recovery_code (region_id, account_id, code_hash, made_at) values (:region_id, :account_id, :code_hash, :at);

-- name: use_code(region_id, account_id, hashes, at)$
-- Marks a recovery code as used; returns no row if it does not exist or was used already.
update recovery_code set used_at = :at
where region_id = :region_id and account_id = :account_id and code_hash = any(:hashes::bytea[]) and used_at is null returning used_at;

-- name: count_codes(region_id, account_id)$
-- The number of unused recovery codes.
select count(*)::integer from recovery_code
where region_id = :region_id and account_id = :account_id and used_at is null;
