-- Joint tickets: what an assisting unit is asked to do, and when a dispatcher excused it.

alter table ticket_unit add column task text;
alter table ticket_unit add column excused_at timestamptz;
comment on column ticket_unit.task is 'What an assisting unit is asked to do';
comment on column ticket_unit.excused_at is 'When a unit that was assisting was excused; its part is then former';
