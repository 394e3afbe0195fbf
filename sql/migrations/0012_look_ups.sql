-- Indexes for what was merged, and for the clocks a week's brief asks about.

create index ticket_merged_into on ticket (region_id, merged_into) where merged_into is not null;
create index deadline_by_due on deadline (region_id, due_at) where rule in ('sign', 'reply', 'interview', 'tier2', 'tier3');
