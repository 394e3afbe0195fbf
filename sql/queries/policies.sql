-- name: policy(region_id, now)^
-- The policy version in force.
select version, body from policy where region_id = :region_id and valid_from <= :now order by version desc limit 1;

-- name: add_policy(region_id, valid_from, body, author, saved_at)$
-- Inserts a policy; returns its version.
insert into policy (region_id, version, valid_from, body, author, saved_at)
select :region_id, coalesce(max(version), 0) + 1, :valid_from, :body, :author, :saved_at
from policy where region_id = :region_id
returning version;

-- name: policies(region_id)
-- Every version of the policy, newest first.
select version, body, valid_from, author, saved_at from policy where region_id = :region_id order by version desc;
