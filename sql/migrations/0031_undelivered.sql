-- What did not reach a person is worked off by people: found without reading what was delivered.

create index outbox_undelivered on outbox (region_id, created_at) where state in ('refused', 'unknown') and channel <> 'desk';
comment on column outbox.reason is 'Why it was refused or is unknown; for one a person dealt with, how: told, known, unreached';
