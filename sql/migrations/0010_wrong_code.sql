-- Wrong query codes stand among the looks; those of the last hour are counted before each next try.

create index view_log_of_wrong_code on view_log (region_id, at) where what = 'wrong_code';
comment on column view_log.what is 'ticket, reveal, list, search, export, print, file, progress; wrong_code: a query code that fits nothing';
comment on column view_log.reason is 'The reason given, for a reveal; the number tried, for a wrong code';
