-- name: units(region_id)
-- Every unit, with whether an active account there can receive notices.
select u.unit_id, u.parent_id, u.name, u.sector, u.level, u.office, exists (
    select from account a where a.region_id = u.region_id and a.unit_id = u.unit_id and a.active
        and a.role in ('handler', 'unit_head')) as staffed
from unit u where u.region_id = :region_id order by u.sector, u.name;

-- name: add_unit(region_id, unit_id, parent_id, name, sector, level, office)!
-- Inserts a unit; an existing one of that name keeps its id and is updated.
insert into unit (region_id, unit_id, parent_id, name, sector, level, office)
values (:region_id, :unit_id, :parent_id, :name, :sector, :level, :office)
on conflict (region_id, name) do update set sector = excluded.sector, level = excluded.level, office = excluded.office;
