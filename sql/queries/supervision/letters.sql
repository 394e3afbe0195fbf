-- name: insert_letter(region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)!
-- A letter is issued under its number.
insert into letter (region_id, letter_id, kind, year, number, ticket_id, unit_id, copy_to, tier, facts, issued_at)
values (:region_id, :letter_id, :kind, :year, :number, :ticket_id, :unit_id, :copy_to, :tier, :facts, :issued_at);

-- name: letter_by_id(region_id, letter_id)^
-- One letter with what it says.
select l.letter_id, l.kind, l.year, l.number, l.ticket_id, l.unit_id, l.copy_to, l.tier, l.facts, l.issued_at, u.name as unit_name
from letter l
left join unit u on u.region_id = l.region_id and u.unit_id = l.unit_id
where l.region_id = :region_id and l.letter_id = :letter_id;

-- name: letters_of_ticket(region_id, ticket_id)
-- Letters on a ticket, oldest first.
select letter_id, kind, year, number, unit_id, copy_to, tier, issued_at from letter
where region_id = :region_id and ticket_id = :ticket_id order by issued_at;
