-- name: open_callback(region_id, callback_id, ticket_id, cycle, stage, channel, opened_at, next_try_at, unit_id)!
-- Inserts a callback with the next round number of the ticket.
insert into callback (region_id, callback_id, ticket_id, cycle, round, stage, state, channel, opened_at, next_try_at, unit_id)
select :region_id, :callback_id, :ticket_id, :cycle, count(*) + 1, :stage, 'waiting', :channel, :opened_at, :next_try_at, :unit_id
from callback where region_id = :region_id and ticket_id = :ticket_id;

-- name: open_callback_of_ticket(region_id, ticket_id)^
-- The callback of a ticket that waits for answers, if any.
select callback_id, state from callback
where region_id = :region_id and ticket_id = :ticket_id and done_at is null order by round desc limit 1;

-- name: close_callback(region_id, callback_id, state, done_at, contacted, solved, verdict, answer_at_fault, unit_mark, operator_mark, words, account_id)!
-- Saves the answers, or the state without answers.
update callback set state = :state, done_at = :done_at, next_try_at = null, contacted = :contacted, solved = :solved,
    verdict = :verdict, answer_at_fault = :answer_at_fault, unit_mark = :unit_mark, operator_mark = :operator_mark,
    words = :words, account_id = :account_id
where region_id = :region_id and callback_id = :callback_id and done_at is null;

-- name: withdraw_callbacks(region_id, ticket_id, at)!
-- Withdraws the open callbacks of a ticket that ended another way.
update callback set state = 'withdrawn', done_at = :at, next_try_at = null
where region_id = :region_id and ticket_id = :ticket_id and done_at is null;

-- name: try_callback_later(region_id, callback_id, state, channel, asked_at, next_try_at)!
-- Saves an unanswered attempt with the time and channel of the next one.
update callback set state = :state, channel = :channel, asked_at = :asked_at, next_try_at = :next_try_at
where region_id = :region_id and callback_id = :callback_id and done_at is null;

-- name: wake_callbacks(region_id, ticket_id, at)!
-- Makes online callbacks of a resumed ticket due now.
update callback set next_try_at = :at
where region_id = :region_id and ticket_id = :ticket_id and done_at is null and next_try_at is null and channel <> 'phone';

-- name: claim_callbacks(region_id, now, batch)
-- Online callbacks due now, oldest first, locked for this worker.
select callback_id, ticket_id, state, channel, asked_at from callback
where region_id = :region_id and next_try_at <= :now and channel <> 'phone'
order by next_try_at
limit :batch for update skip locked;

-- name: callback_calls(region_id, stage, now, batch)
-- Callbacks to make by phone now, oldest first; parked tickets are left out.
select c.ticket_id, t.number, t.title, t.confidential, c.state, c.opened_at, u.name as unit_name
from callback c
join ticket t on t.region_id = c.region_id and t.ticket_id = c.ticket_id
left join unit u on u.region_id = c.region_id and u.unit_id = c.unit_id
where c.region_id = :region_id and c.stage = :stage and c.done_at is null and c.channel = 'phone'
    and (c.next_try_at is null or c.next_try_at <= :now) and t.state <> 'parked'
order by c.opened_at
limit :batch;

-- name: callbacks_of_ticket(region_id, ticket_id)
-- Every callback of a ticket, in order of rounds.
select c.round, c.stage, c.state, c.channel, c.opened_at, c.next_try_at, c.asked_at, c.done_at, c.contacted, c.solved, c.verdict,
    c.unit_mark, c.operator_mark, c.words, a.name as account_name
from callback c
left join account a on a.region_id = c.region_id and a.account_id = c.account_id
where c.region_id = :region_id and c.ticket_id = :ticket_id order by c.round;
