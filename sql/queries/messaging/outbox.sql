-- name: insert_outbox(region_id, outbox_id, dedupe_key, channel, recipient, recipient_sealed, kind, ticket_id, payload, urgent, created_at, not_before, instead_of)!
-- Inserts a message to send, once for each dedupe_key.
insert into outbox (region_id, outbox_id, dedupe_key, channel, recipient, recipient_sealed, kind, ticket_id, payload, urgent,
    created_at, not_before, state, instead_of)
values (:region_id, :outbox_id, :dedupe_key, :channel, :recipient, :recipient_sealed, :kind, :ticket_id, :payload, :urgent,
    :created_at, :not_before, 'waiting', :instead_of)
on conflict (region_id, dedupe_key) do nothing;

-- name: claim_outbox(region_id, now, quiet, batch)
-- Claims due messages for this worker, oldest first; with :quiet only urgent ones. A claimed message that is never settled becomes unknown.
update outbox set state = 'sending', claimed_at = :now, attempts = attempts + 1
where region_id = :region_id and outbox_id in (
    select outbox_id from outbox
    where region_id = :region_id and state = 'waiting' and not_before <= :now and (urgent or not :quiet)
    order by not_before
    limit :batch for update skip locked)
returning outbox_id, kind, ticket_id, reason, channel, recipient, recipient_sealed, payload, urgent, not_before, attempts;

-- name: settle_outbox(region_id, outbox_ids, state, at, provider_id, fold_id, reason, not_before)!
-- Saves the result of claimed messages; `waiting` with a later :not_before means a retry.
update outbox set state = :state, sent_at = case when :state = 'sent' then :at::timestamptz end, provider_id = :provider_id,
    fold_id = :fold_id, reason = :reason, not_before = coalesce(:not_before, not_before)
where region_id = :region_id and outbox_id = any(:outbox_ids::uuid[]);

-- name: stuck_outbox(region_id, before)
-- Marks messages claimed by a dead worker as unknown, since they may have been sent, and returns them.
update outbox set state = 'unknown', reason = 'worker_lost'
where region_id = :region_id and state = 'sending' and claimed_at < :before
returning outbox_id, kind, ticket_id, reason;

-- name: drop_waiting(region_id, ticket_id, reason)
-- Drops waiting desk notices of a closed ticket and returns their ids.
update outbox set state = 'done', reason = :reason
where region_id = :region_id and ticket_id = :ticket_id and channel = 'desk' and state = 'waiting'
returning outbox_id;

-- name: drop_invitations(region_id, ticket_id, reason)!
-- Drops waiting invitations to a callback that was answered or withdrawn.
update outbox set state = 'done', reason = :reason
where region_id = :region_id and ticket_id = :ticket_id and kind = 'callback' and state = 'waiting';

-- name: desk_notices(region_id, recipients, since, batch)
-- Recent notices of these desk recipients, newest first, with the name of the person each was meant for.
select o.outbox_id, o.recipient, o.kind, o.ticket_id, o.payload, o.urgent, o.created_at, a.name as instead_name
from outbox o
left join account a on a.region_id = o.region_id and a.account_id = o.instead_of
where o.region_id = :region_id and o.channel = 'desk' and o.state = 'sent' and o.recipient = any(:recipients::text[])
    and o.created_at >= :since
order by o.created_at desc
limit :batch;

-- name: unread_of_desks(region_id, ticket_id, recipients)
-- Sent or waiting notices of a ticket that these desk recipients have not dealt with, oldest first.
select outbox_id, recipient, kind from outbox
where region_id = :region_id and ticket_id = :ticket_id and channel = 'desk'
    and state in ('waiting', 'sent') and recipient = any(:recipients::text[])
order by created_at, outbox_id;

-- name: hand_on(region_id, outbox_id, recipient, instead_of)!
-- Moves a notice, and its row of the reminder ledger, to another recipient, unless that one has such a row already.
with line as (
    update reminder r set recipient = :recipient, instead_of = coalesce(:instead_of, r.instead_of)
    where r.region_id = :region_id and r.reminder_id = :outbox_id and r.state = 'planned' and not exists (
        select from reminder o
        where o.region_id = r.region_id and o.ticket_id = r.ticket_id and o.cycle = r.cycle and o.rule = r.rule
            and o.step = r.step and o.channel = r.channel and o.recipient = :recipient)
)
update outbox set recipient = :recipient, instead_of = coalesce(:instead_of, instead_of)
where region_id = :region_id and outbox_id = :outbox_id;

-- name: settle_notice(region_id, outbox_id, recipients)!
-- Marks a notice as done by its reader.
update outbox set state = 'done'
where region_id = :region_id and outbox_id = :outbox_id and channel = 'desk' and state = 'sent'
    and recipient = any(:recipients::text[]);

-- name: outbox_of_ticket(region_id, ticket_id)
-- Every message about a ticket, oldest first.
select outbox_id, dedupe_key, channel, recipient, recipient_sealed, kind, ticket_id, payload, urgent, created_at, not_before,
    state, attempts, claimed_at, sent_at, provider_id, fold_id, reason, instead_of
from outbox where region_id = :region_id and ticket_id = :ticket_id order by created_at, outbox_id;
