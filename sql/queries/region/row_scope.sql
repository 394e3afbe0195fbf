-- name: show_rows(rows)!
-- From now on this session is shown the rows of `<kind> <account> <what>`.
select set_config('hotline.rows', :rows, false);

-- name: widen_rows(rows)!
-- Until the open transaction ends it is shown these.
select set_config('hotline.rows', :rows, true);
