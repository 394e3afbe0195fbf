-- name: complainant(region_id, complainant_id)^
-- The sealed data of a ticket's complainant.
select name_sealed, phone_sealed, identity_sealed, address_sealed, wechat_sealed from complainant
where region_id = :region_id and complainant_id = :complainant_id;

-- name: correct_complainant(region_id, complainant_id, contact_hash, name_sealed, phone_sealed, identity_sealed, address_sealed)!
-- Corrects the complainant's data; null leaves a value unchanged.
update complainant set
    contact_hash = coalesce(:contact_hash::bytea, contact_hash),
    name_sealed = coalesce(:name_sealed::bytea, name_sealed),
    phone_sealed = coalesce(:phone_sealed::bytea, phone_sealed),
    identity_sealed = coalesce(:identity_sealed::bytea, identity_sealed),
    address_sealed = coalesce(:address_sealed::bytea, address_sealed)
where region_id = :region_id and complainant_id = :complainant_id;
