-- name: matters(region_id)
-- Every matter, former ones included.
select matter_id, level1, level2, pace from matter where region_id = :region_id order by level1, level2, matter_id;

-- name: catalogue(region_id, now)
-- The rows of the dispatch catalogue in force.
select matter_id, place, words, unit_id from catalogue
where region_id = :region_id and valid_from <= :now and (valid_until is null or valid_until > :now)
order by catalogue_id;
