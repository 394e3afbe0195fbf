-- Parts of a joint ticket that are late: looked for while they are owed, counted in the brief of their week.

create index deadline_part_owed on deadline (region_id, due_at) where rule = 'assist' and done_at is null;

drop index deadline_by_due;
create index deadline_by_due on deadline (region_id, due_at) where rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist');
create index deadline_part_missed on deadline (region_id, due_at) where rule = 'assist' and state = 'missed';
