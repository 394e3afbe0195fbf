-- The unit that leads contacts the person: one that assists reads nobody. And how often one account may be logged in at once.

create or replace function shows_person(of_region smallint, of_ticket uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    if rows_kind() = 'invited' or not shows_ticket(of_region, of_ticket, rows_kind(), rows_ids(), rows_recused()) then
        return false;
    end if;
    return rows_kind() not in ('unnamed', 'units') or exists (
        select from ticket
        where region_id = of_region and ticket_id = of_ticket and not confidential
            and (rows_kind() <> 'units' or lead_unit_id = any (rows_ids())));
end
$$;
comment on function shows_person is 'Whether this session is shown who stands behind a ticket: no leader behind a confidential one, of the units the one alone that leads an ordinary one';

alter table account add column sessions smallint check (sessions between 1 and 20);
comment on column account.sessions is 'How many log-ins this account may have at once; null: as many as the policy says';
comment on column account_event.kind is 'added, locked, unlocked, reset, changed, sessions, factor_taken, held_off, let_in, password, factor, codes, code_used';

-- Only so many former passwords are kept as are asked for.
grant delete on former_password to hotline_app;
