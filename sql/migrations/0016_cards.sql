-- Yellow and red cards are read from the clocks: how long a missed one was still owed must be known, also afterwards.

alter table deadline add column done_at timestamptz;
comment on column deadline.done_at is 'When it was no longer owed: done, late or not, or not asked any more; null while it is owed';

update deadline d set done_at = case
    when d.state in ('met', 'withdrawn') then d.ended_at
    when d.state = 'missed' and d.next_at is null then coalesce(
        (select min(e.at) from ticket_event e
        where e.region_id = d.region_id and e.ticket_id = d.ticket_id and e.at >= d.due_at and e.verb = any(case d.rule
            when 'sign' then '{sign,return,redispatch,uphold_return}'::text[]
            when 'contact' then '{contact,reply,redispatch,uphold_return}'::text[]
            when 'reply' then '{reply,grant_extension,redispatch,uphold_return}'::text[]
            when 'assist' then '{assist,reply,redispatch,uphold_return}'::text[]
            else '{supervise,reply,hold_interview,redo,instruct,redispatch,uphold_return}'::text[] end)),
        (select t.closed_at from ticket t where t.region_id = d.region_id and t.ticket_id = d.ticket_id)) end;

create index deadline_missed on deadline (region_id, due_at) where state = 'missed' and unit_id is not null;
create index supervision_by_opening on supervision (region_id, opened_at);
