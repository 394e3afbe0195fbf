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
select * from volunteer where region_id = :region_id order by field, name;

-- name: rooms(region_id, unit_id)
-- Interview rooms, the unit's own first.
select * from interview_room where region_id = :region_id order by (unit_id = :unit_id) desc, name;
