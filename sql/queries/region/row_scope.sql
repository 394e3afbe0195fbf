-- name: set_scope(scope)!
-- Sets the row scope `<kind> <account> <what>` of this session.
select set_config('hotline.rows', :scope, false);

-- name: widen_scope(scope)!
-- Sets another row scope until the open transaction ends.
select set_config('hotline.rows', :scope, true);
