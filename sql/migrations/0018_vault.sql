-- Sealed columns are found by their name, so that changing the key forgets none of them, present or to come.

create function check_sealed(of_table text, of_column text) returns void language plpgsql stable as $$
begin
    if right(of_column, 7) <> '_sealed' or not exists (
        select from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and c.relname = of_table and a.attname = of_column
    ) then
        raise exception 'no sealed column %.%', of_table, of_column;
    end if;
end
$$;
comment on function check_sealed is 'Refuses names that are not those of a sealed column';

create function count_seals(region smallint, of_table text, of_column text)
returns table (header integer, sealed bigint) language plpgsql stable as $$
begin
    perform check_sealed(of_table, of_column);
    return query execute format(
        'select get_byte(%1$I, 0), count(*) from %2$I where region_id = $1 and length(%1$I) > 0 group by 1', of_column, of_table
    ) using region;
end
$$;
comment on function count_seals is 'How many values of a sealed column stand under which key: the first byte names it';

create function list_stale_seals(
    region smallint, of_table text, of_column text, header integer, first_block bigint, end_block bigint
) returns table (place tid, sealed bytea) language plpgsql stable as $$
begin
    perform check_sealed(of_table, of_column);
    return query execute format(
        'select ctid, %1$I from %2$I where ctid >= $1 and ctid < $2 and region_id = $3 and length(%1$I) > 0 '
        'and get_byte(%1$I, 0) <> $4', of_column, of_table
    ) using format('(%s,0)', first_block)::tid, format('(%s,0)', end_block)::tid, region, header;
end
$$;
comment on function list_stale_seals is 'What a stretch of a table holds under another key than the one named';

create function replace_seals(
    region smallint, of_table text, of_column text, places tid[], before bytea[], after bytea[]
) returns bigint language plpgsql as $$
declare
    replaced bigint;
begin
    perform check_sealed(of_table, of_column);
    execute format(
        'update %2$I t set %1$I = n.after from unnest($2, $3, $4) n (place, before, after) '
        'where t.region_id = $1 and t.ctid = n.place and t.%1$I = n.before', of_column, of_table
    ) using region, places, before, after;
    get diagnostics replaced = row_count;
    return replaced;
end
$$;
comment on function replace_seals is 'The same values under another key, where nobody changed them meanwhile';
