-- name: weeks_done(region_id)
-- The Mondays of the weeks that have a brief.
select week_start from brief where region_id = :region_id order by week_start;

-- name: insert_brief(region_id, brief_id, week_start, year, number, compiled_at, body)!
-- A brief as compiled.
insert into brief (region_id, brief_id, week_start, year, number, state, compiled_at, body)
values (:region_id, :brief_id, :week_start, :year, :number, 'draft', :compiled_at, :body);

-- name: insert_figure(region_id, brief_id, key, ticket_ids)*!
-- The frozen lists of a brief.
insert into brief_figure (region_id, brief_id, key, ticket_ids) values (:region_id, :brief_id, :key, :ticket_ids)
on conflict (region_id, brief_id, key) do nothing;

-- name: brief_of_week(region_id, week_start)^
-- One brief.
select brief_id, week_start, year, number, state, compiled_at, issued_at, body, advice from brief
where region_id = :region_id and week_start = :week_start;

-- name: lock_brief(region_id, week_start)^
-- One brief, held until the transaction ends.
select brief_id, year, number, state from brief
where region_id = :region_id and week_start = :week_start for update;

-- name: briefs(region_id, states, batch)
-- Briefs in these states, newest week first, without their bodies.
select brief_id, week_start, year, number, state, compiled_at, issued_at from brief
where region_id = :region_id and state = any(:states::text[])
order by week_start desc
limit :batch;

-- name: figure_counts(region_id, brief_id)
-- How long each frozen list of a brief is.
select key, cardinality(ticket_ids) as total from brief_figure where region_id = :region_id and brief_id = :brief_id;

-- name: figure_tickets(region_id, brief_id, key)
-- The list behind a figure, a row each time a ticket counts, with the units that have a part in it now.
select t.ticket_id, t.number, t.title, t.kind, t.channel, t.state, t.received_at, t.lead_unit_id, u.name as unit_name, array(
    select p.unit_id from ticket_unit p
    where p.region_id = t.region_id and p.ticket_id = t.ticket_id and p.part <> 'former') as unit_ids
from brief_figure b
cross join lateral unnest(b.ticket_ids) with ordinality as f (ticket_id, place)
join ticket t on t.region_id = b.region_id and t.ticket_id = f.ticket_id
left join unit u on u.region_id = t.region_id and u.unit_id = t.lead_unit_id
where b.region_id = :region_id and b.brief_id = :brief_id and b.key = :key
order by f.place;

-- name: save_advice(region_id, brief_id, advice)!
-- Section 8 as written by hand.
update brief set advice = :advice where region_id = :region_id and brief_id = :brief_id;

-- name: save_brief_state(region_id, brief_id, state, issued_at)!
-- A brief went on to the next step, or back to the draft.
update brief set state = :state, issued_at = :issued_at where region_id = :region_id and brief_id = :brief_id;

-- name: insert_reading(region_id, brief_id, account_id, read_at)!
-- A leader confirms having read it; the first time holds.
insert into brief_reading (region_id, brief_id, account_id, read_at) values (:region_id, :brief_id, :account_id, :read_at)
on conflict (region_id, brief_id, account_id) do nothing;

-- name: readings(region_id, brief_id)
-- Who confirmed having read it, first one first.
select r.account_id, r.read_at, a.name from brief_reading r
left join account a on a.region_id = r.region_id and a.account_id = r.account_id
where r.region_id = :region_id and r.brief_id = :brief_id
order by r.read_at, r.account_id;
