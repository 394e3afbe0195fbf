-- name: rooms(region_id, unit_id)
-- Interview rooms, the unit's own first.
select room_id, unit_id, name from interview_room where region_id = :region_id order by (unit_id = :unit_id) desc, name;
