-- name: wrong_codes(region_id, number, address, since_short, since_long)^
-- The number of recent wrong query codes: for this number from this address, for this number, from this address.
select
    count(*) filter (where reason = :number::text and address = :address::text and at > :since_short) as pair,
    count(*) filter (where reason = :number::text) as number,
    count(*) filter (where address = :address::text and at > :since_short) as address
from view_log
where region_id = :region_id and what = 'wrong_code' and at > :since_long;
