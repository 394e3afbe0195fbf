-- name: insert_letter(region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)!
-- Inserts a numbered document.
insert into letter (region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)
values (:region_id, :letter_id, :kind, :year, :number, :ticket_id, :unit_id, :copy_to, :tier, :facts, :issued_at);

-- name: letter_by_id(region_id, letter_id)^
-- A document with its unit and ticket.
select l.*, u.name as unit_name, t.number as ticket_number, t.title from letter l
left join unit u on u.region_id = l.region_id and u.unit_id = l.unit_id
left join ticket t on t.region_id = l.region_id and t.ticket_id = l.ticket_id
where l.region_id = :region_id and l.letter_id = :letter_id;

-- name: letters_of_ticket(region_id, ticket_id)
-- Documents of a ticket, oldest first.
select * from letter where region_id = :region_id and ticket_id = :ticket_id order by issued_at;
