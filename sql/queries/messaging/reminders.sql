-- name: plan_reminder(region_id, reminder_id, ticket_id, cycle, rule, step, recipient, channel, planned_at, state, reason, instead_of)$
-- Inserts a row of the reminder ledger; returns no row if it exists already.
insert into reminder (region_id, reminder_id, ticket_id, cycle, rule, step, recipient, channel, planned_at, state, reason, instead_of)
values (:region_id, :reminder_id, :ticket_id, :cycle, :rule, :step, :recipient, :channel, :planned_at, :state, :reason, :instead_of)
on conflict (region_id, ticket_id, cycle, rule, step, recipient, channel) do nothing
returning reminder_id;

-- name: settle_reminders(region_id, reminder_ids, state, at, reason)!
-- Saves the result of planned reminders.
update reminder set state = :state, sent_at = case when :state = 'sent' then :at::timestamptz end, reason = :reason
where region_id = :region_id and reminder_id = any(:reminder_ids::uuid[]) and state = 'planned';

-- name: reminders_of_ticket(region_id, ticket_id)
-- The reminder ledger of a ticket, oldest first, with the names of the recipient and of the person it was meant for.
select r.reminder_id, r.cycle, r.rule, r.step, r.recipient, r.planned_at, r.state, r.sent_at,
    a.name as recipient_name, b.name as instead_name
from reminder r
left join account a on a.region_id = r.region_id and r.recipient = 'account:' || a.account_id
left join account b on b.region_id = r.region_id and b.account_id = r.instead_of
where r.region_id = :region_id and r.ticket_id = :ticket_id order by r.planned_at, r.reminder_id;
