-- AB岗: leave, who stands in, the person in charge of a ticket, and both names on what was told.

alter table substitute alter column substitute_id drop not null;
comment on column substitute.substitute_id is 'Who stands in; null: nobody, so what is for the person goes to the unit, with an alarm each time';
alter table substitute add column entered_by uuid;
alter table substitute add column entered_at timestamptz;
comment on column substitute.entered_by is 'Who entered the leave, or ended it early';
comment on column substitute.entered_at is 'When that was';
alter table substitute add constraint substitute_span check (away_until >= away_from);
alter table substitute add constraint substitute_other check (substitute_id <> account_id);
create index substitute_standing_in on substitute (region_id, substitute_id, away_until);

alter table ticket add column handler_id uuid;
comment on column ticket.handler_id is 'The person in charge 经办人: the handler who signed or whom the unit''s head named; null: the unit''s desk';

alter table reminder add column instead_of uuid;
comment on column reminder.instead_of is 'The person it was meant for, when somebody else receives it: on leave, or no longer there';
alter table outbox add column instead_of uuid;
comment on column outbox.instead_of is 'The person it was meant for, when somebody else receives it: on leave, or no longer there';
