-- name: whereabouts(region_id, account_id, ticket_id, now)^
-- An active account with its unit, whether it is away now, whether it is recused from this ticket, and its substitute if available.
select a.name, a.unit_id, s.account_id is not null as away, b.account_id as stand_in, exists (
        select from recusal r where r.region_id = a.region_id and r.account_id = a.account_id and r.ticket_id = :ticket_id) as recused
from account a
left join substitute s on s.region_id = a.region_id and s.account_id = a.account_id
    and s.away_from <= :now and s.away_until > :now
left join account b on b.region_id = s.region_id and b.account_id = s.substitute_id and b.active
    and not exists (select from substitute t where t.region_id = b.region_id and t.account_id = b.account_id
        and t.away_from <= :now and t.away_until > :now)
    and not exists (select from recusal r where r.region_id = b.region_id and r.account_id = b.account_id and r.ticket_id = :ticket_id)
where a.region_id = :region_id and a.account_id = :account_id and a.active;

-- name: attended_units(region_id, unit_ids, ticket_id, now)
-- Those of these units where a person present, or a present substitute, who is not recused can read notices on a ticket.
select distinct a.unit_id from account a
left join substitute s on s.region_id = a.region_id and s.account_id = a.account_id
    and s.away_from <= :now and s.away_until > :now
left join account b on b.region_id = s.region_id and b.account_id = s.substitute_id and b.active
    and not exists (select from substitute t where t.region_id = b.region_id and t.account_id = b.account_id
        and t.away_from <= :now and t.away_until > :now)
where a.region_id = :region_id and a.unit_id = any(:unit_ids::uuid[]) and a.active and a.role in ('handler', 'unit_head')
    and (s.account_id is null or b.account_id is not null)
    and not exists (select from recusal r where r.region_id = a.region_id and r.ticket_id = :ticket_id
        and r.account_id = coalesce(b.account_id, a.account_id));

-- name: is_role_attended(region_id, role, ticket_id, now)$
-- Whether somebody of this role is present and not recused from this ticket.
select exists (select from account a where a.region_id = :region_id and a.role = :role and a.active
    and not exists (select from substitute s where s.region_id = a.region_id and s.account_id = a.account_id
        and s.away_from <= :now and s.away_until > :now)
    and not exists (select from recusal r where r.region_id = a.region_id and r.account_id = a.account_id and r.ticket_id = :ticket_id));

-- name: stood_in_for(region_id, substitute_id, now)
-- The accounts a person stands in for now.
select a.account_id, a.unit_id, a.role, a.name from substitute s
join account a on a.region_id = s.region_id and a.account_id = s.account_id and a.active
where s.region_id = :region_id and s.substitute_id = :substitute_id and s.away_from <= :now and s.away_until > :now
order by a.name, a.account_id;

-- name: lock_person(region_id, account_id)^
-- An active account, locked, so that two leaves of one person cannot be entered concurrently.
select account_id, name, role, unit_id from account
where region_id = :region_id and account_id = :account_id and active for update;

-- name: has_leave(region_id, account_id, away_from, away_until)$
-- Whether a person has a leave at any moment of this span.
select exists (select from substitute where region_id = :region_id and account_id = :account_id
    and away_from < :away_until and away_until > :away_from and away_until > away_from);

-- name: insert_leave(region_id, account_id, away_from, away_until, substitute_id, entered_by, entered_at)!
-- Inserts a leave, or replaces one with the same start that was taken back before it began.
insert into substitute (region_id, account_id, away_from, away_until, substitute_id, entered_by, entered_at)
values (:region_id, :account_id, :away_from, :away_until, :substitute_id, :entered_by, :entered_at)
on conflict (region_id, account_id, away_from) do update
set away_until = excluded.away_until, substitute_id = excluded.substitute_id, entered_by = excluded.entered_by,
    entered_at = excluded.entered_at;

-- name: end_leave(region_id, account_id, away_from, at, entered_by)!
-- Ends a leave now, or cancels it if it has not begun.
update substitute set away_until = greatest(away_from, :at), entered_by = :entered_by, entered_at = :at
where region_id = :region_id and account_id = :account_id and away_from = :away_from and away_until > :at;

-- name: leaves(region_id, unit_ids, account_id, now)
-- Leaves not over yet of one person and of the members of these units (null: of everybody), the earliest first.
select s.account_id, s.away_from, s.away_until, a.name, a.unit_id, a.role, b.name as substitute_name from substitute s
join account a on a.region_id = s.region_id and a.account_id = s.account_id
left join account b on b.region_id = s.region_id and b.account_id = s.substitute_id
where s.region_id = :region_id and s.away_until > :now and s.away_until > s.away_from
    and (:unit_ids::uuid[] is null or a.unit_id = any(:unit_ids::uuid[]) or a.account_id = :account_id)
order by s.away_from, a.name;

-- name: people_of_units(region_id, unit_ids)
-- Active accounts of these units (null: of all).
select account_id, name, role, unit_id from account
where region_id = :region_id and active and (:unit_ids::uuid[] is null or unit_id = any(:unit_ids::uuid[]))
order by name, account_id;

-- name: person(region_id, account_id)^
-- An account, active or not.
select account_id, name, role, unit_id from account where region_id = :region_id and account_id = :account_id;
