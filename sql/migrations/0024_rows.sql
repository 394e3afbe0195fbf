-- Who sees which rows, held by the database itself: doors and timetable run under a role that owns no table.

-- A role is of the whole server: another database, or another migrator, may make it at the same moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'hotline_app') then
        create role hotline_app nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;
do $$
begin
    if not pg_has_role(current_user, 'hotline_app', 'member') then
        execute format('grant hotline_app to %I', current_user);
    end if;
end
$$;

create table recusal (
    region_id smallint not null,
    account_id uuid not null,
    ticket_id uuid not null,
    reason text not null,
    declared_by uuid not null,
    declared_at timestamptz not null,
    primary key (region_id, account_id, ticket_id)
);
comment on table recusal is '回避: an account with an interest in a ticket, which neither sees nor acts on it';
comment on column recusal.region_id is 'Region';
comment on column recusal.account_id is 'Who stays away';
comment on column recusal.ticket_id is 'From which ticket';
comment on column recusal.reason is 'The interest';
comment on column recusal.declared_by is 'Who declared it: the person or a dispatcher';
comment on column recusal.declared_at is 'When';

create index recusal_of_ticket on recusal (region_id, ticket_id);
alter table recusal add constraint recusal_ticket foreign key (region_id, ticket_id) references ticket;
alter table recusal add constraint recusal_account foreign key (region_id, account_id) references account;

-- The setting hotline.rows of a session reads `<kind> <account> <what>`; unset it shows nothing.

create function rows_kind() returns text language sql stable
    return split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 1);
comment on function rows_kind is 'Whose rows this session is shown: all, unnamed, units, ticket, number, key, person, own, invited, answers, filing, house or none';
create function rows_account() returns uuid language sql stable
    return nullif(nullif(split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 2), ''), '-')::uuid;
comment on function rows_account is 'The account this session works for, if any';
create function rows_what() returns text language sql stable
    return split_part(coalesce(current_setting('hotline.rows', true), ''), ' ', 3);
comment on function rows_what is 'What narrows the kind: a number, a key, hashes of a person in hexadecimal';
create function rows_ids() returns uuid[] language sql stable
    return case when rows_kind() in ('units', 'ticket', 'answers') then rows_what()::uuid[] end;
comment on function rows_ids is 'The units or tickets that narrow the kind';
create function rows_people() returns bytea[] language sql stable
begin atomic
    select array(select decode(one, 'hex') from unnest(string_to_array(rows_what(), ',')) as one) where rows_kind() = 'person';
end;
comment on function rows_people is 'The hashes by which one person of a channel may be known';
create function rows_all() returns boolean language sql stable
    return rows_kind() in ('all', 'unnamed');
comment on function rows_all is 'Whether this session is shown every ticket';
create function rows_recused() returns uuid[] language sql stable
begin atomic
    select array(select r.ticket_id from recusal r where r.account_id = rows_account());
end;
comment on function rows_recused is 'Tickets the account stays away from';

-- Two look-ups across tables whose policies would otherwise ask one another for ever.

create function rows_invited() returns uuid[] language sql stable security definer set search_path = pg_catalog, public
begin atomic
    select array(
        select i.ticket_id from interview i join volunteer v on v.region_id = i.region_id and v.volunteer_id = i.volunteer_id
        where v.account_id = rows_account());
end;
comment on function rows_invited is 'Tickets on whose interview the account, a volunteer, was asked to advise';
create function is_of_units(of_region smallint, of_ticket uuid, units uuid[]) returns boolean
language sql stable security definer set search_path = pg_catalog, public
begin atomic
    select exists (select from ticket where region_id = of_region and ticket_id = of_ticket and lead_unit_id = any (units))
        or exists (
            select from ticket_unit
            where region_id = of_region and ticket_id = of_ticket and unit_id = any (units) and part = 'assisting');
end;
comment on function is_of_units is 'Whether one of these units leads or assists on a ticket';
revoke execute on function rows_invited, is_of_units from public;
grant execute on function rows_invited, is_of_units to hotline_app;

-- What the role may do at all: read and write, never change what is history; delete what is of the moment alone, and
-- what was kept long enough. What may still happen to events and looks is for their triggers to say.

grant usage on schema public to hotline_app;
grant select, insert, update on all tables in schema public to hotline_app;
alter default privileges in schema public grant select, insert, update on tables to hotline_app;
grant delete on login_attempt, second_factor, recovery_code, session to hotline_app;
grant delete on own_ticket, outbox, conversation, inbound_message, view_log to hotline_app;
revoke update on view_log, view_link, account_event, recusal from hotline_app;
revoke insert, update on schema_migration from hotline_app;

-- Tickets.

alter table ticket enable row level security;
create policy rows_shown on ticket to hotline_app
using (
    ticket_id <> all ((select rows_recused())::uuid[])
    and case (select rows_kind())
        when 'all' then true
        when 'unnamed' then true
        when 'units' then lead_unit_id = any ((select rows_ids())::uuid[]) or exists (
            select from ticket_unit u
            where u.region_id = ticket.region_id and u.ticket_id = ticket.ticket_id
                and u.unit_id = any ((select rows_ids())::uuid[]) and u.part = 'assisting')
        when 'ticket' then ticket_id = any ((select rows_ids())::uuid[])
        when 'number' then number = (select rows_what())
        when 'key' then client_key = (select rows_what())
        when 'own' then opened_by = (select rows_account())
        when 'invited' then ticket_id = any ((select rows_invited())::uuid[])
        when 'person' then exists (
            select from own_ticket o where o.region_id = ticket.region_id and o.ticket_id = ticket.ticket_id)
        else false
    end)
with check ((select rows_kind()) in ('all', 'unnamed', 'filing', 'person'));

alter table ticket_unit enable row level security;
create policy rows_shown on ticket_unit to hotline_app
using (
    ticket_id <> all ((select rows_recused())::uuid[])
    and case (select rows_kind())
        when 'all' then true
        when 'unnamed' then true
        when 'units' then unit_id = any ((select rows_ids())::uuid[]) or is_of_units(region_id, ticket_id, (select rows_ids())::uuid[])
        when 'ticket' then ticket_id = any ((select rows_ids())::uuid[])
        when 'invited' then ticket_id = any ((select rows_invited())::uuid[])
        else false
    end)
with check ((select rows_all()));

alter table own_ticket enable row level security;
create policy rows_shown on own_ticket to hotline_app
using (
    (select rows_all()) or (
        (select rows_kind()) = 'person' and person_hash = any ((select rows_people())::bytea[])))
with check ((select rows_kind()) in ('all', 'unnamed', 'person'));

alter table recusal enable row level security;
create policy rows_shown on recusal to hotline_app
using ((select rows_kind()) in ('all', 'house') or account_id = (select rows_account()))
with check ((select rows_all()));

-- The person: nobody of a unit, and no leader, reads who stands behind a confidential ticket.

alter table complainant enable row level security;
create policy rows_shown on complainant to hotline_app
using (
    complainant_id <> all ((select rows_recused())::uuid[])
    and case (select rows_kind())
        when 'all' then true
        when 'unnamed' then exists (
            select from ticket t
            where t.region_id = complainant.region_id and t.ticket_id = complainant.complainant_id and not t.confidential)
        when 'units' then exists (
            select from ticket t
            where t.region_id = complainant.region_id and t.ticket_id = complainant.complainant_id and not t.confidential)
        when 'invited' then false
        else exists (
            select from ticket t where t.region_id = complainant.region_id and t.ticket_id = complainant.complainant_id)
    end)
with check ((select rows_kind()) in ('all', 'filing', 'person'));

-- Notices and alarms may be about no ticket; what is for a desk is read by the desk.

alter table outbox enable row level security;
create policy rows_shown on outbox to hotline_app
using (
    case when (select rows_all()) then ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[])
        else (ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[]))
            and (recipient = any ((select array(select 'unit:' || unit_id from unnest(rows_ids()) as unit_id))::text[])
                or recipient = 'account:' || (select rows_account())
                or exists (select from ticket t where t.region_id = outbox.region_id and t.ticket_id = outbox.ticket_id))
    end);

alter table alarm enable row level security;
create policy rows_shown on alarm to hotline_app
using (
    (select rows_kind()) = 'house'
    or ((select rows_all()) and (ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[]))))
with check ((select rows_all()));

-- A look is always written; it is read with its ticket, and by those who keep the house. Wrong query codes are counted at the door.

alter table view_log enable row level security;
create policy rows_shown on view_log for select to hotline_app
using (
    case when (select rows_all()) then ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[])
        when (select rows_kind()) = 'house' then true
        else what = 'wrong_code'
            or exists (select from ticket t where t.region_id = view_log.region_id and t.ticket_id = view_log.ticket_id)
    end);
create policy rows_written on view_log for insert to hotline_app with check (true);
create policy rows_let_go on view_log for delete to hotline_app using ((select rows_kind()) = 'all');

alter table interview_review enable row level security;
create policy rows_shown on interview_review to hotline_app
using (
    exists (
        select from interview i
        where i.region_id = interview_review.region_id and i.interview_id = interview_review.interview_id))
with check ((select rows_all()));

-- Half-told complaints and the answers given to messages, each for its own person.

alter table conversation enable row level security;
create policy rows_shown on conversation to hotline_app
using (
    (select rows_all()) or (
        (select rows_kind()) = 'person' and person_hash = any ((select rows_people())::bytea[])));
alter table inbound_message enable row level security;
create policy rows_shown on inbound_message to hotline_app
using ((select rows_kind()) in ('all', 'person'));

-- The brief: units and leaders read what was issued.

alter table brief enable row level security;
create policy rows_shown on brief to hotline_app
using (case (select rows_kind()) when 'all' then true when 'unnamed' then state = 'issued' when 'units' then state = 'issued' else false end)
with check ((select rows_kind()) = 'all');
alter table brief_figure enable row level security;
create policy rows_shown on brief_figure to hotline_app
using (
    case (select rows_kind()) when 'all' then true else exists (
        select from brief b where b.region_id = brief_figure.region_id and b.brief_id = brief_figure.brief_id) end);
alter table brief_reading enable row level security;
create policy rows_shown on brief_reading to hotline_app
using ((select rows_all()));

-- Everything else that belongs to a ticket is shown with its ticket, and written by the hand that wrote the ticket.

do $$
declare
    of_table name;
begin
    for of_table in
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'ticket_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
        order by c.relname
    loop
        execute format('alter table %I enable row level security', of_table);
        execute format(
            'create policy rows_shown on %1$I to hotline_app '
            'using (case when (select rows_all()) then ticket_id is null or ticket_id <> all ((select rows_recused())::uuid[]) '
            'else exists (select from ticket t where t.region_id = %1$I.region_id and t.ticket_id = %1$I.ticket_id) end) '
            'with check ((select rows_kind()) in (''all'', ''unnamed'', ''filing'', ''person''))', of_table);
    end loop;
end
$$;
create policy answers_shown on ticket_event for select to hotline_app
using ((select rows_kind()) = 'answers' and verb = 'reply' and ticket_id = any ((select rows_ids())::uuid[]));
