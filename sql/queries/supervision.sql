-- name: open_supervision(region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at, letter_id)!
-- A tier is entered.
insert into supervision (region_id, supervision_id, ticket_id, cycle, tier, reason, unit_id, opened_at, due_at, letter_id)
values (:region_id, :supervision_id, :ticket_id, :cycle, :tier, :reason, :unit_id, :opened_at, :due_at, :letter_id);

-- name: settle_supervisions(region_id, ticket_id, settled_at, settled_by)!
-- The tier in force ends: the ticket was closed, or the next tier takes over.
update supervision set settled_at = :settled_at, settled_by = :settled_by
where region_id = :region_id and ticket_id = :ticket_id and settled_at is null;

-- name: move_supervision(region_id, ticket_id, unit_id, due_at)!
-- The tier in force goes on with another unit or another limit.
update supervision set unit_id = :unit_id, due_at = :due_at
where region_id = :region_id and ticket_id = :ticket_id and settled_at is null;

-- name: supervisions_of_ticket(region_id, ticket_id)
-- The ladder of a ticket, oldest first.
select s.*, l.year, l.number as letter_number from supervision s
left join letter l on l.region_id = s.region_id and l.letter_id = s.letter_id
where s.region_id = :region_id and s.ticket_id = :ticket_id order by s.opened_at;

-- name: insert_letter(region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)!
-- A document is issued under its number.
insert into letter (region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)
values (:region_id, :letter_id, :kind, :year, :number, :ticket_id, :unit_id, :copy_to, :tier, :facts, :issued_at);

-- name: letter_by_id(region_id, letter_id)^
-- One document.
select l.*, u.name as unit_name, t.number as ticket_number, t.title from letter l
left join unit u on u.region_id = l.region_id and u.unit_id = l.unit_id
left join ticket t on t.region_id = l.region_id and t.ticket_id = l.ticket_id
where l.region_id = :region_id and l.letter_id = :letter_id;

-- name: letters_of_ticket(region_id, ticket_id)
-- Documents of a ticket, oldest first.
select * from letter where region_id = :region_id and ticket_id = :ticket_id order by issued_at;

-- name: insert_instruction(region_id, instruction_id, ticket_id, leader_id, text, due_on, written_at)!
-- A leader's instruction with its date.
insert into instruction (region_id, instruction_id, ticket_id, leader_id, text, due_on, written_at)
values (:region_id, :instruction_id, :ticket_id, :leader_id, :text, :due_on, :written_at);

-- name: leaders_date(region_id, ticket_id)$
-- The date promised to a leader whose instruction is not struck off, as it stands after rests; the newest one.
select d.due_at from deadline d
where d.region_id = :region_id and d.ticket_id = :ticket_id and d.rule = 'tier3' and d.limit_text = 'date'
    and exists (select from instruction i where i.region_id = d.region_id and i.ticket_id = d.ticket_id and i.fulfilled_at is null)
order by d.cycle desc, d.started_at desc limit 1;

-- name: fulfil_instructions(region_id, ticket_id, at, fulfilment)!
-- What the leader asked for was done.
update instruction set fulfilled_at = :at, fulfilment = :fulfilment
where region_id = :region_id and ticket_id = :ticket_id and fulfilled_at is null;

-- name: instructions_of_ticket(region_id, ticket_id)
-- Instructions on a ticket, oldest first.
select i.*, a.name as leader_name from instruction i
left join account a on a.region_id = i.region_id and a.account_id = i.leader_id
where i.region_id = :region_id and i.ticket_id = :ticket_id order by i.written_at;
