-- name: claim_message(region_id, channel, message_id, received_at)$
-- Inserts an inbound message; returns no row if it was inserted before. A concurrent second delivery waits here for the first.
insert into inbound_message (region_id, channel, message_id, reply_sealed, received_at)
values (:region_id, :channel, :message_id, '', :received_at)
on conflict (region_id, channel, message_id) do nothing
returning message_id;

-- name: keep_reply(region_id, channel, message_id, reply_sealed)!
-- Saves the reply for repeated deliveries.
update inbound_message set reply_sealed = :reply_sealed
where region_id = :region_id and channel = :channel and message_id = :message_id;

-- name: kept_reply(region_id, channel, message_id)$
-- The reply to the first delivery of a message.
select reply_sealed from inbound_message where region_id = :region_id and channel = :channel and message_id = :message_id;

-- name: follow_person(region_id, channel, former, person_hash)!
-- Moves a conversation from a former fingerprint to the present one, unless that has one already.
update conversation set person_hash = :person_hash
where region_id = :region_id and channel = :channel and person_hash = (
        select f.person_hash from conversation f
        where f.region_id = :region_id and f.channel = :channel and f.person_hash = any(:former::bytea[])
        order by f.updated_at desc limit 1)
    and not exists (select from conversation c where c.region_id = :region_id and c.channel = :channel and c.person_hash = :person_hash);

-- name: hold_conversation(region_id, channel, person_hash, draft_sealed, at)^
-- The draft of a person's conversation, inserted if needed and locked, so that messages of one person are handled one at a time.
insert into conversation as c (region_id, channel, person_hash, step, draft_sealed, updated_at)
values (:region_id, :channel, :person_hash, 'start', :draft_sealed, :at)
on conflict (region_id, channel, person_hash) do update set updated_at = c.updated_at
returning step, draft_sealed, updated_at;

-- name: save_conversation(region_id, channel, person_hash, step, draft_sealed, at)!
-- Saves the step and draft of a conversation.
update conversation set step = :step, draft_sealed = :draft_sealed, updated_at = :at
where region_id = :region_id and channel = :channel and person_hash = :person_hash;
