-- name: insert_view(region_id, view_id, at, account_id, ticket_id, what, reason, address, page, shown)!
-- A look at personal data.
insert into view_log (region_id, view_id, at, account_id, ticket_id, what, reason, address, page, shown)
values (:region_id, :view_id, :at, :account_id, :ticket_id, :what, :reason, :address, :page, :shown);

-- name: views_of_ticket(region_id, ticket_id)
-- Who has seen this ticket, newest first.
select v.at, v.what, v.reason, a.name as account_name, a.role from view_log v
left join account a on a.region_id = v.region_id and a.account_id = v.account_id
where v.region_id = :region_id and v.ticket_id = :ticket_id order by v.at desc limit 200;
