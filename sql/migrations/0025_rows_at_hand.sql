-- Policies of rows in few words: what they ask is asked by functions whose plans are kept, not planned into every query.

create function rows_free() returns boolean language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
    account uuid := rows_account();
begin
    return rows_all() and (account is null or not exists (select from recusal where account_id = account));
end
$$;
comment on function rows_free is 'Whether this session is shown every ticket without exception';

create or replace function rows_recused() returns uuid[] language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
    account uuid := rows_account();
begin
    if account is null then
        return '{}';
    end if;
    return array(select ticket_id from recusal where account_id = account);
end
$$;

create or replace function is_of_units(of_region smallint, of_ticket uuid, units uuid[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and lead_unit_id = any (units))
        or exists (
            select from ticket_unit
            where region_id = of_region and ticket_id = of_ticket and unit_id = any (units) and part = 'assisting');
end
$$;

create function shows_ticket(of_region smallint, of_ticket uuid, kind text, ids uuid[], recused uuid[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    if of_ticket is null then
        return kind in ('all', 'unnamed');
    end if;
    if of_ticket = any (recused) then
        return false;
    end if;
    case kind
        when 'all', 'unnamed' then
            return true;
        when 'units' then
            return exists (
                    select from ticket where region_id = of_region and ticket_id = of_ticket and lead_unit_id = any (ids))
                or exists (
                    select from ticket_unit
                    where region_id = of_region and ticket_id = of_ticket and unit_id = any (ids) and part = 'assisting');
        when 'ticket' then
            return of_ticket = any (ids);
        when 'number' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and number = rows_what());
        when 'key' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and client_key = rows_what());
        when 'own' then
            return exists (select from ticket where region_id = of_region and ticket_id = of_ticket and opened_by = rows_account());
        when 'invited' then
            return of_ticket = any (rows_invited());
        when 'person' then
            return exists (
                select from own_ticket
                where region_id = of_region and ticket_id = of_ticket and person_hash = any (rows_people()));
        else
            return false;
    end case;
end
$$;
comment on function shows_ticket is 'Whether a session of this kind is shown a ticket; what belongs to none is shown to those who see all';

create function shows_person(of_region smallint, of_ticket uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public as $$
begin
    if rows_kind() = 'invited' or not shows_ticket(of_region, of_ticket, rows_kind(), rows_ids(), rows_recused()) then
        return false;
    end if;
    return rows_kind() not in ('unnamed', 'units') or exists (
        select from ticket where region_id = of_region and ticket_id = of_ticket and not confidential);
end
$$;
comment on function shows_person is 'Whether this session is shown who stands behind a ticket: no unit and no leader behind a confidential one';
revoke execute on function rows_free, rows_recused, shows_ticket, shows_person from public;
grant execute on function rows_free, rows_recused, shows_ticket, shows_person to hotline_app;

create index own_ticket_of_ticket on own_ticket (region_id, ticket_id);

alter policy rows_shown on ticket
using (
    (select rows_free())
    or case (select rows_kind())
        when 'units' then ticket_id <> all ((select rows_recused())::uuid[])
            and (lead_unit_id = any ((select rows_ids())::uuid[]) or is_of_units(region_id, ticket_id, (select rows_ids())::uuid[]))
        else shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    end);
alter policy rows_shown on ticket_unit using ((select rows_free()) or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[]));
alter policy rows_shown on complainant
using (((select rows_free()) and (select rows_kind()) = 'all') or shows_person(region_id, complainant_id));
alter policy rows_shown on outbox
using (
    (select rows_free())
    or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    or ((ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[]))
        and (recipient = any ((select array(select 'unit:' || unit_id from unnest(rows_ids()) as unit_id))::text[])
            or recipient = 'account:' || (select rows_account()))));
alter policy rows_shown on alarm
using ((select rows_free()) or (select rows_kind()) = 'house' or ((select rows_all()) and shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])));
alter policy rows_shown on view_log
using (
    (select rows_free()) or (select rows_kind()) = 'house' or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[])
    or (what = 'wrong_code' and not (select rows_all())));
alter policy rows_shown on interview_review
using (
    (select rows_free()) or exists (
        select from interview i
        where i.region_id = interview_review.region_id and i.interview_id = interview_review.interview_id));

do $$
declare
    of_table name;
begin
    for of_table in
        select p.tablename from pg_policies p
        join pg_attribute a on a.attrelid = p.tablename::regclass and a.attname = 'ticket_id' and not a.attisdropped
        where p.schemaname = 'public' and p.policyname = 'rows_shown'
            and p.tablename not in ('ticket', 'ticket_unit', 'own_ticket', 'recusal', 'outbox', 'alarm', 'view_log')
        order by p.tablename
    loop
        execute format(
            'alter policy rows_shown on %I using ((select rows_free()) or shows_ticket(region_id, ticket_id, (select rows_kind()), (select rows_ids())::uuid[], (select rows_recused())::uuid[]))', of_table);
    end loop;
end
$$;
