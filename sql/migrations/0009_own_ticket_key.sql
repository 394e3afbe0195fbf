-- The bond of own_ticket, after the table.

alter table own_ticket add constraint own_ticket_ticket foreign key (region_id, ticket_id) references ticket;
