-- name: undelivered(region_id, batch)
-- Refused or unknown messages to people, oldest first, without invitations to callbacks and without tickets rated since.
select o.outbox_id, o.ticket_id, o.channel, o.kind, o.state, o.reason, o.payload, o.created_at,
    t.number, t.title, t.confidential, c.name_sealed, c.phone_sealed, count(*) over () as total
from outbox o
join ticket t on t.region_id = o.region_id and t.ticket_id = o.ticket_id
join complainant c on c.region_id = o.region_id and c.complainant_id = o.ticket_id
where o.region_id = :region_id and o.state in ('refused', 'unknown') and o.channel <> 'desk' and o.kind <> 'callback'
    and not exists (
        select from callback b
        where b.region_id = o.region_id and b.ticket_id = o.ticket_id and b.state = 'done' and b.done_at >= o.created_at)
order by o.created_at, o.outbox_id
limit :batch;

-- name: ticket_of_message(region_id, outbox_id)$
-- The ticket of a message to a person.
select ticket_id from outbox where region_id = :region_id and outbox_id = :outbox_id and channel <> 'desk';

-- name: lock_undelivered(region_id, outbox_id)$
-- The state of a refused or unknown message, locked until the transaction ends.
select state from outbox
where region_id = :region_id and outbox_id = :outbox_id and state in ('refused', 'unknown') and channel <> 'desk'
for update;

-- name: send_again(region_id, outbox_id, not_before)!
-- Makes a refused message wait for delivery again.
update outbox set state = 'waiting', attempts = 0, claimed_at = null, reason = null, fold_id = null, not_before = :not_before
where region_id = :region_id and outbox_id = :outbox_id and state = 'refused';
