-- name: insert_instruction(region_id, instruction_id, ticket_id, leader_id, text, due_on, written_at)!
-- Inserts a leader's instruction with its date.
insert into instruction (region_id, instruction_id, ticket_id, leader_id, text, due_on, written_at)
values (:region_id, :instruction_id, :ticket_id, :leader_id, :text, :due_on, :written_at);

-- name: leaders_date(region_id, ticket_id)$
-- The due time of the newest tier-3 deadline on a leader's date while an instruction is open.
select d.due_at from deadline d
where d.region_id = :region_id and d.ticket_id = :ticket_id and d.rule = 'tier3' and d.limit_text = 'date'
    and exists (select from instruction i where i.region_id = d.region_id and i.ticket_id = d.ticket_id and i.fulfilled_at is null)
order by d.cycle desc, d.started_at desc limit 1;

-- name: fulfil_instructions(region_id, ticket_id, at, fulfilment)!
-- Marks the open instructions of a ticket as fulfilled.
update instruction set fulfilled_at = :at, fulfilment = :fulfilment
where region_id = :region_id and ticket_id = :ticket_id and fulfilled_at is null;

-- name: instructions_of_ticket(region_id, ticket_id)
-- Instructions on a ticket, oldest first.
select i.text, i.due_on, i.fulfilled_at, i.fulfilment, a.name as leader_name from instruction i
left join account a on a.region_id = i.region_id and a.account_id = i.leader_id
where i.region_id = :region_id and i.ticket_id = :ticket_id order by i.written_at;
