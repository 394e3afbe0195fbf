-- name: insert_recusal(region_id, account_id, ticket_id, reason, declared_by, declared_at)!
-- Inserts a recusal of an account from a ticket; an earlier one stays.
insert into recusal (region_id, account_id, ticket_id, reason, declared_by, declared_at)
values (:region_id, :account_id, :ticket_id, :reason, :declared_by, :declared_at)
on conflict (region_id, account_id, ticket_id) do nothing;

-- name: recusals_of_ticket(region_id, ticket_id)
-- Recusals from a ticket with the accounts, oldest first.
select r.account_id, r.reason, r.declared_at, a.name, a.login, a.role from recusal r
join account a on a.region_id = r.region_id and a.account_id = r.account_id
where r.region_id = :region_id and r.ticket_id = :ticket_id order by r.declared_at, r.account_id;

-- name: is_recused(region_id, account_id, ticket_id)$
-- Whether this account is recused from the ticket.
select exists (select from recusal where region_id = :region_id and account_id = :account_id and ticket_id = :ticket_id);
