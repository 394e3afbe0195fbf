-- name: first_receipt(region_id)$
-- When the first ticket was received.
select min(received_at) from ticket where region_id = :region_id;

-- name: received_in_week(region_id, since, until)
-- Tickets received in the week, oldest first; `repeated`: the same contact filed on the same matter within thirty days before.
select t.ticket_id, t.channel, t.kind, t.matter_id, t.place, t.received_at, c.contact_hash,
    coalesce(t.close_reason = 'answered' and t.closed_at < :until, false) as instant,
    t.matter_id is not null and exists (
        select from complainant e
        join ticket p on p.region_id = e.region_id and p.ticket_id = e.complainant_id
        where e.region_id = t.region_id and e.contact_hash = c.contact_hash and p.matter_id = t.matter_id
            and p.received_at < t.received_at and p.received_at >= t.received_at - interval '30 days') as repeated
from ticket t
join complainant c on c.region_id = t.region_id and c.complainant_id = t.ticket_id
where t.region_id = :region_id and t.received_at >= :since and t.received_at < :until
order by t.received_at, t.ticket_id;

-- name: events_in_week(region_id, since, until)
-- Counted events with their unit: the one named in the event, or the one whose sign deadline started last.
select e.ticket_id, e.verb, case
    when e.verb = 'answer' then null
    when e.details ->> 'unit' is not null then (e.details ->> 'unit')::uuid
    else (
        select d.unit_id from deadline d
        where d.region_id = e.region_id and d.ticket_id = e.ticket_id and d.rule = 'sign' and d.started_at <= e.at
        order by d.started_at desc limit 1)
    end as unit_id
from ticket_event e
where e.region_id = :region_id and e.at >= :since and e.at < :until
    and e.verb in ('answer', 'dispatch', 'redispatch', 'uphold_return', 'reject_return', 'redo')
order by e.at, e.event_id;

-- name: closed_in_week(region_id, since, until)
-- Tickets closed in the week, the earliest first.
select t.ticket_id, t.close_reason, t.redo_count > 0 or exists (
    select from interview i where i.region_id = t.region_id and i.ticket_id = t.ticket_id) as reworked
from ticket t
where t.region_id = :region_id and t.closed_at >= :since and t.closed_at < :until
order by t.closed_at, t.ticket_id;

-- name: clocks_in_week(region_id, since, until)
-- Deadlines met, missed or withdrawn; a missed one counts in the week it was due, others in the week they ended.
select d.ticket_id, d.unit_id, d.rule, d.state, d.due_at, d.ended_at, d.rule in ('interview', 'tier2', 'tier3') and exists (
    select from interview i
    where i.region_id = d.region_id and i.ticket_id = d.ticket_id and i.owed_at <= d.due_at
        and (i.held_at is null or i.held_at > d.due_at)) as interview_owed
from (
    select * from deadline
    where region_id = :region_id and rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist') and state = 'missed'
        and due_at >= :since and due_at < :until
    union all
    select * from deadline
    where region_id = :region_id and rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist')
        and state in ('met', 'withdrawn') and ended_at >= :since and ended_at < :until and due_at >= :since) d
order by d.started_at, d.deadline_id;

-- name: callbacks_in_week(region_id, since, until)
-- Callbacks that ended in the week, oldest first.
select ticket_id, unit_id, state, contacted, solved, verdict from callback
where region_id = :region_id and done_at >= :since and done_at < :until
order by done_at, callback_id;

-- name: interviews_in_week(region_id, since, until)
-- Interviews owed or held in the week, with the complainant's latest verdict before its end.
select e.verb = 'hold_interview' as held, e.at, t.ticket_id, t.number, t.title, t.confidential, t.matter_id, i.unit_id,
    i.held_at, i.held_place, i.official, i.cause, i.solution, i.outcome, i.promised_on, i.person_verdict, v.verdict
from ticket_event e
join ticket t on t.region_id = e.region_id and t.ticket_id = e.ticket_id
join lateral (
    select * from interview o
    where o.region_id = e.region_id and o.ticket_id = e.ticket_id and o.owed_at <= e.at
    order by o.round desc limit 1) i on true
left join lateral (
    select c.verdict from callback c
    where c.region_id = e.region_id and c.ticket_id = e.ticket_id and c.stage = 'interview' and c.state = 'done'
        and c.opened_at >= e.at and c.done_at < :until
    order by c.opened_at limit 1) v on e.verb = 'hold_interview'
where e.region_id = :region_id and e.at >= :since and e.at < :until and e.verb in ('owe_interview', 'hold_interview')
order by e.at, e.event_id;

-- name: standing_at(region_id, at)
-- Tickets open at a moment with their tier at that moment, oldest first.
select t.ticket_id, coalesce(s.tier, 0) as tier
from (
    select ticket_id, received_at from ticket
    where region_id = :region_id and state <> 'closed' and received_at < :at
    union all
    select ticket_id, received_at from ticket
    where region_id = :region_id and closed_at >= :at and received_at < :at) t
left join (
    select ticket_id, max(tier) as tier from (
        select ticket_id, tier from supervision where region_id = :region_id and settled_at is null and opened_at < :at
        union all
        select ticket_id, tier from supervision where region_id = :region_id and settled_at >= :at and opened_at < :at) rung
    group by ticket_id) s on s.ticket_id = t.ticket_id
order by t.received_at, t.ticket_id;

-- name: supervised_at(region_id, at)
-- Tickets on tier 2 or 3 at a moment with their state at that moment, highest tier and earliest due first.
select s.ticket_id, s.tier, s.reason, s.opened_at, s.due_at, s.unit_id, t.number, t.title, t.confidential, t.matter_id,
    e.to_state as state, exists (
        select from ticket_event p
        where p.region_id = s.region_id and p.ticket_id = s.ticket_id and p.cycle = e.cycle and p.verb = 'plan_interview'
            and p.at < :at) as planned
from (
    select * from supervision where region_id = :region_id and tier >= 2 and settled_at is null and opened_at < :at
    union all
    select * from supervision where region_id = :region_id and tier >= 2 and settled_at >= :at and opened_at < :at) s
join ticket t on t.region_id = s.region_id and t.ticket_id = s.ticket_id
join lateral (
    select * from ticket_event o
    where o.region_id = s.region_id and o.ticket_id = s.ticket_id and o.at < :at
    order by o.at desc, o.event_id desc limit 1) e on true
order by s.tier desc, s.due_at, s.supervision_id;

-- name: parts_late_at(region_id, at)
-- Assisting units whose part was overdue at a moment, the earliest due first.
select d.ticket_id, d.unit_id, d.due_at, t.number, t.title, t.confidential, t.matter_id, t.lead_unit_id
from deadline d
join ticket t on t.region_id = d.region_id and t.ticket_id = d.ticket_id
where d.region_id = :region_id and d.rule = 'assist' and d.state = 'missed' and d.due_at < :at
    and (d.done_at is null or d.done_at >= :at)
order by d.due_at, d.deadline_id;

-- name: instructions_in_week(region_id, since, until)
-- Leaders' instructions not fulfilled before the week, oldest first.
select i.text, i.due_on, i.written_at, i.fulfilled_at, i.fulfilment, t.ticket_id, t.number, t.title, t.confidential,
    t.matter_id, t.lead_unit_id, a.name as leader
from instruction i
join ticket t on t.region_id = i.region_id and t.ticket_id = i.ticket_id
left join account a on a.region_id = i.region_id and a.account_id = i.leader_id
where i.region_id = :region_id and i.written_at < :until and (i.fulfilled_at is null or i.fulfilled_at >= :since)
order by i.written_at, i.instruction_id;

-- name: persons_of_tickets(region_id, ticket_ids)
-- The sealed names, numbers and addresses of these tickets' complainants, to redact them from texts.
select complainant_id, name_sealed, phone_sealed, identity_sealed, address_sealed from complainant
where region_id = :region_id and complainant_id = any(:ticket_ids::uuid[]);
