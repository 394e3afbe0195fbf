-- name: owe_interview(region_id, interview_id, ticket_id, unit_id, owed_at, due_at)!
-- Inserts a required interview with the next round number of the ticket.
insert into interview (region_id, interview_id, ticket_id, round, unit_id, owed_at, due_at)
select :region_id, :interview_id, :ticket_id, count(*) + 1, :unit_id, :owed_at, :due_at
from interview where region_id = :region_id and ticket_id = :ticket_id;

-- name: move_interview_due(region_id, ticket_id, due_at)!
-- Saves the new due time of an interview not held yet.
update interview set due_at = :due_at where region_id = :region_id and ticket_id = :ticket_id and held_at is null;

-- name: last_interview(region_id, ticket_id)^
-- The newest interview of a ticket.
select interview_id, owed_at, cause, solution, rules, held_at from interview
where region_id = :region_id and ticket_id = :ticket_id order by round desc limit 1;

-- name: interviews_of_ticket(region_id, ticket_id)
-- Every interview of a ticket, in order of rounds.
select interview_id, round, due_at, cause, solution, rules, meet_at, meet_where, held_at, held_place, official, minutes, outcome,
    promised_on, person_verdict
from interview where region_id = :region_id and ticket_id = :ticket_id order by round;

-- name: plan_interview(region_id, interview_id, cause, solution, rules, meet_at, meet_where, room_id, volunteer_id, planned_by)!
-- Saves the plan of an interview (steps 1 and 2).
update interview set cause = :cause, solution = :solution, rules = :rules, meet_at = :meet_at, meet_where = :meet_where,
    room_id = :room_id, volunteer_id = :volunteer_id, planned_by = :planned_by
where region_id = :region_id and interview_id = :interview_id;

-- name: hold_interview(region_id, interview_id, held_at, held_place, official, minutes, outcome, promised_on, person_verdict)!
-- Saves an interview as held (step 3).
update interview set held_at = :held_at, held_place = :held_place, official = :official, minutes = :minutes,
    outcome = :outcome, promised_on = :promised_on, person_verdict = :person_verdict
where region_id = :region_id and interview_id = :interview_id and held_at is null;

-- name: review_interview(region_id, interview_id, account_id, agreed, reason, at)!
-- Inserts a reviewer's opinion whether the demand is unreasonable; the first one stays.
insert into interview_review (region_id, interview_id, account_id, agreed, reason, at)
values (:region_id, :interview_id, :account_id, :agreed, :reason, :at)
on conflict (region_id, interview_id, account_id) do nothing;

-- name: count_agreed(region_id, interview_id, except_account)$
-- The number of other reviewers who agreed.
select count(*) from interview_review
where region_id = :region_id and interview_id = :interview_id and agreed and account_id is distinct from :except_account;

-- name: reviews_of_interview(region_id, interview_id)
-- The reviews of an interview with the reviewers' names.
select r.account_id, r.agreed, r.reason, a.name as account_name from interview_review r
left join account a on a.region_id = r.region_id and a.account_id = r.account_id
where r.region_id = :region_id and r.interview_id = :interview_id order by r.at;

-- name: reviews_wanted(region_id, account_id, reviewers, batch)
-- Held interviews proposed as unreasonable that need more reviews and that this account has not reviewed, oldest first.
select i.ticket_id, i.held_at, t.number, t.title, u.name as unit_name, (
    select count(*) from interview_review r
    where r.region_id = i.region_id and r.interview_id = i.interview_id and r.agreed) as agreed
from interview i
join ticket t on t.region_id = i.region_id and t.ticket_id = i.ticket_id and t.state = 'interview_held'
left join unit u on u.region_id = i.region_id and u.unit_id = i.unit_id
where i.region_id = :region_id and i.outcome = 'unreasonable'
    and i.round = (select max(round) from interview n where n.region_id = i.region_id and n.ticket_id = i.ticket_id)
    and not exists (
        select from interview_review r
        where r.region_id = i.region_id and r.interview_id = i.interview_id and r.account_id = :account_id)
    and (select count(*) from interview_review r
        where r.region_id = i.region_id and r.interview_id = i.interview_id and r.agreed) < :reviewers
order by i.held_at, i.interview_id
limit :batch;
