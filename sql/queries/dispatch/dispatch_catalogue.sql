-- name: matters(region_id)
-- Every matter, old ones included.
select * from matter where region_id = :region_id order by level1, level2, matter_id;

-- name: add_matter(region_id, matter_id, level1, level2, pace)!
-- A matter people ask about.
insert into matter (region_id, matter_id, level1, level2, pace) values (:region_id, :matter_id, :level1, :level2, :pace)
on conflict (region_id, matter_id) do update set level1 = excluded.level1, level2 = excluded.level2, pace = excluded.pace;

-- name: catalogue(region_id, now)
-- The dispatch catalogue in force.
select matter_id, place, words, unit_id from catalogue
where region_id = :region_id and valid_from <= :now and (valid_until is null or valid_until > :now)
order by catalogue_id;

-- name: add_catalogue_row(region_id, catalogue_id, matter_id, place, words, unit_id, valid_from)!
-- A row of the dispatch catalogue.
insert into catalogue (region_id, catalogue_id, matter_id, place, words, unit_id, valid_from)
values (:region_id, :catalogue_id, :matter_id, :place, :words, :unit_id, :valid_from)
on conflict (region_id, catalogue_id) do nothing;
