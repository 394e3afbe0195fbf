-- name: insert_attachment(region_id, ticket_id, attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id)!
-- Inserts a file of a ticket; its bytes are in the files folder already.
insert into attachment (region_id, ticket_id, attachment_id, file_name, media_type, size_bytes, sha256, label, added_at, account_id)
values (:region_id, :ticket_id, :attachment_id, :file_name, :media_type, :size_bytes, :sha256, :label, :added_at, :account_id)
on conflict (region_id, ticket_id, attachment_id) do nothing;

-- name: attachments_of_ticket(region_id, ticket_id)
-- Files of a ticket, oldest first.
select attachment_id, file_name, media_type, size_bytes, sha256, label, added_at
from attachment where region_id = :region_id and ticket_id = :ticket_id order by added_at, attachment_id;

-- name: attachment_by_id(region_id, ticket_id, attachment_id)^
-- A file of a ticket.
select attachment_id, file_name, media_type, size_bytes, sha256, label, added_at
from attachment where region_id = :region_id and ticket_id = :ticket_id and attachment_id = :attachment_id;
