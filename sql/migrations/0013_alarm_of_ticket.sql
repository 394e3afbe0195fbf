-- Every verb settles the alarms of its ticket: found by the ticket, however many alarms wait.

create index alarm_of_ticket on alarm (region_id, ticket_id) where settled_at is null;
