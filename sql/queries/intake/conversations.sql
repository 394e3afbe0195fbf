-- name: claim_message(region_id, channel, message_id, received_at)$
-- Be the first to answer a message: gives nothing back when it was answered already. A second delivery waits here for the first.
insert into inbound_message (region_id, channel, message_id, reply_sealed, received_at)
values (:region_id, :channel, :message_id, '', :received_at)
on conflict (region_id, channel, message_id) do nothing
returning message_id;

-- name: keep_reply(region_id, channel, message_id, reply_sealed)!
-- The answer, kept for repeats.
update inbound_message set reply_sealed = :reply_sealed
where region_id = :region_id and channel = :channel and message_id = :message_id;

-- name: kept_reply(region_id, channel, message_id)$
-- The answer given to the first delivery.
select reply_sealed from inbound_message where region_id = :region_id and channel = :channel and message_id = :message_id;

-- name: follow_person(region_id, channel, former, person_hash)!
-- A conversation under a former fingerprint goes on under the present one, unless one stands there already.
update conversation set person_hash = :person_hash
where region_id = :region_id and channel = :channel and person_hash = (
        select f.person_hash from conversation f
        where f.region_id = :region_id and f.channel = :channel and f.person_hash = any(:former::bytea[])
        order by f.updated_at desc limit 1)
    and not exists (select from conversation c where c.region_id = :region_id and c.channel = :channel and c.person_hash = :person_hash);

-- name: hold_conversation(region_id, channel, person_hash, draft_sealed, at)^
-- The half-told complaint of a person, held so that messages of one person are taken one at a time.
insert into conversation as c (region_id, channel, person_hash, step, draft_sealed, updated_at)
values (:region_id, :channel, :person_hash, 'start', :draft_sealed, :at)
on conflict (region_id, channel, person_hash) do update set updated_at = c.updated_at
returning step, draft_sealed, updated_at;

-- name: save_conversation(region_id, channel, person_hash, step, draft_sealed, at)!
-- Where the conversation stands now.
update conversation set step = :step, draft_sealed = :draft_sealed, updated_at = :at
where region_id = :region_id and channel = :channel and person_hash = :person_hash;
