-- name: add_own_ticket(region_id, channel, person_hash, ticket_id, filed_at)!
-- Links a ticket to the person who filed it on a channel.
insert into own_ticket (region_id, channel, person_hash, ticket_id, filed_at)
values (:region_id, :channel, :person_hash, :ticket_id, :filed_at)
on conflict (region_id, channel, person_hash, ticket_id) do nothing;

-- name: own_tickets(region_id, channel, person_hashes, batch)
-- The newest tickets of a person on a channel; `total` counts all of them.
select t.ticket_id, t.number, t.title, t.state, u.name as unit_name, count(*) over () as total
from own_ticket o
join ticket t on t.region_id = o.region_id and t.ticket_id = o.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where o.region_id = :region_id and o.channel = :channel and o.person_hash = any(:person_hashes::bytea[])
order by o.filed_at desc, t.number desc
limit :batch;

-- name: wanting_of_person(region_id, channel, person_hashes)^
-- The newest ticket of a person that waits for details.
select t.ticket_id, t.number
from own_ticket o
join ticket t on t.region_id = o.region_id and t.ticket_id = o.ticket_id and t.state = 'awaiting_details'
where o.region_id = :region_id and o.channel = :channel and o.person_hash = any(:person_hashes::bytea[])
order by o.filed_at desc, t.number desc
limit 1;

-- name: asked_of_person(region_id, channel, person_hashes)^
-- The reply of a person's ticket that waits for a rating, the one asked about last.
select c.ticket_id, t.number, coalesce(c.asked_at, c.opened_at) as asked_at
from own_ticket o
join ticket t on t.region_id = o.region_id and t.ticket_id = o.ticket_id and t.state = 'replied'
join callback c on c.region_id = o.region_id and c.ticket_id = o.ticket_id and c.done_at is null and c.stage = 'reply'
where o.region_id = :region_id and o.channel = :channel and o.person_hash = any(:person_hashes::bytea[])
order by coalesce(c.asked_at, c.opened_at) desc, t.number desc
limit 1;
