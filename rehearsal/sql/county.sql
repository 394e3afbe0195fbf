-- name: add_matter(region_id, matter_id, level1, level2, pace)!
-- A matter people ask about.
insert into matter (region_id, matter_id, level1, level2, pace) values (:region_id, :matter_id, :level1, :level2, :pace)
on conflict (region_id, matter_id) do update set level1 = excluded.level1, level2 = excluded.level2, pace = excluded.pace;

-- name: add_catalogue_row(region_id, catalogue_id, matter_id, place, words, unit_id, valid_from)!
-- A row of the dispatch catalogue.
insert into catalogue (region_id, catalogue_id, matter_id, place, words, unit_id, valid_from)
values (:region_id, :catalogue_id, :matter_id, :place, :words, :unit_id, :valid_from)
on conflict (region_id, catalogue_id) do nothing;

-- name: add_room(region_id, room_id, unit_id, name)!
-- An interview room.
insert into interview_room (region_id, room_id, unit_id, name) values (:region_id, :room_id, :unit_id, :name)
on conflict (region_id, room_id) do nothing;

-- name: add_volunteer(region_id, volunteer_id, account_id, name, field)!
-- A legal volunteer.
insert into volunteer (region_id, volunteer_id, account_id, name, field)
values (:region_id, :volunteer_id, :account_id, :name, :field)
on conflict (region_id, volunteer_id) do nothing;

-- name: volunteers(region_id)
-- Every volunteer.
select name, field from volunteer where region_id = :region_id order by field, name;
