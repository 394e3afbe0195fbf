-- name: open_supervision(region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at, letter_id)!
-- Inserts a tier that a ticket has entered.
insert into supervision (region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at, letter_id)
values (:region_id, :supervision_id, :ticket_id, :cycle, :tier, :reason, :unit_id, :opened_at, :due_at, :letter_id);

-- name: settle_supervisions(region_id, ticket_id, settled_at, settled_by)!
-- Ends the tier in force: the ticket was closed, or the next tier takes over.
update supervision set settled_at = :settled_at, settled_by = :settled_by
where region_id = :region_id and ticket_id = :ticket_id and settled_at is null;

-- name: move_supervision(region_id, ticket_id, unit_id, due_at)!
-- Saves another unit or due time of the tier in force.
update supervision set unit_id = :unit_id, due_at = :due_at
where region_id = :region_id and ticket_id = :ticket_id and settled_at is null;

-- name: supervisions_of_ticket(region_id, ticket_id)
-- Tiers of a ticket, oldest first, with the numbers of their letters.
select tier, reason, opened_at, due_at, settled_at, settled_by from supervision
where region_id = :region_id and ticket_id = :ticket_id order by opened_at;
