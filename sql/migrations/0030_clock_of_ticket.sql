-- The clock lists show stands on the ticket, so that what runs out first is found without reading every clock.

alter table ticket add column clock_id uuid;
alter table ticket add column clock_due_at timestamptz;
comment on column ticket.clock_id is 'Clock that lists show: of those running the one that ends first, else of those missed in this cycle';
comment on column ticket.clock_due_at is 'When that clock ends';

update ticket t set clock_id = d.deadline_id, clock_due_at = d.due_at
from (
    select distinct on (d.region_id, d.ticket_id) d.region_id, d.ticket_id, d.deadline_id, d.due_at
    from deadline d join ticket of_cycle on of_cycle.region_id = d.region_id and of_cycle.ticket_id = d.ticket_id
    where d.state in ('running', 'missed') and (d.state = 'running' or d.cycle = of_cycle.cycle)
        and d.rule in ('sign', 'reply', 'interview', 'supervised', 'tier2', 'tier3', 'dispatch', 'ruling', 'callback', 'verify', 'details')
    order by d.region_id, d.ticket_id, (d.state = 'running') desc, d.due_at, d.deadline_id) d
where t.region_id = d.region_id and t.ticket_id = d.ticket_id;

drop index ticket_open_by_state;
create index ticket_open_by_state on ticket (region_id, state, clock_due_at, received_at) where state <> 'closed';
create index ticket_closed_of_unit on ticket (region_id, lead_unit_id, closed_at) where closed_at is not null;
