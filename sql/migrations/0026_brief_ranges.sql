-- The brief reads the limits that ended and the tiers that were settled in a span of time, however many there ever were.

create index deadline_by_end on deadline (region_id, ended_at)
    where rule in ('sign', 'reply', 'interview', 'tier2', 'tier3', 'assist') and state in ('met', 'withdrawn');
create index supervision_by_settling on supervision (region_id, settled_at) where settled_at is not null;
