-- Data that has been kept long enough is let go by a nightly job: persons, words, messages, looks; figures stay.

alter table ticket add column person_erased_at timestamptz, add column words_erased_at timestamptz;
comment on column ticket.person_erased_at is 'When what was known of the person was let go (policy, section retention)';
comment on column ticket.words_erased_at is 'When the words and files were let go; what remains is figures and dates';

create table retention_report (
    region_id smallint not null,
    night date not null,
    kind text not null check (kind in ('persons', 'words', 'notices', 'conversations', 'messages', 'sessions', 'looks')),
    before timestamptz not null,
    erased bigint not null,
    held bigint not null,
    finished_at timestamptz,
    primary key (region_id, night, kind)
);
comment on table retention_report is 'What the nightly job let go, a row for each night and kind';
comment on column retention_report.region_id is 'Region';
comment on column retention_report.night is 'Local date of the night';
comment on column retention_report.kind is 'Kind of data, as in the policy';
comment on column retention_report.before is 'What is older than this had been kept long enough';
comment on column retention_report.erased is 'How many tickets, or rows, were let go';
comment on column retention_report.held is 'Tickets old enough but held back: a tier in force, an instruction open, merged into or twin of an open one';
comment on column retention_report.finished_at is 'When nothing more was left to let go; null while the job has not come to the end';

-- History stays append-only. The one change there may be is that of a ticket whose words were let go before: words
-- fall away, nothing is put in their place, and who did what, when and from which state to which stays as it was.
create function forbid_event_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE'
        and (new.region_id, new.ticket_id, new.event_id, new.at, new.verb, new.from_state, new.to_state, new.cycle, new.role,
             new.account_id, new.unit_id, new.client_key)
            is not distinct from
            (old.region_id, old.ticket_id, old.event_id, old.at, old.verb, old.from_state, old.to_state, old.cycle, old.role,
             old.account_id, old.unit_id, old.client_key)
        and new.public_text is null
        and new.details <@ old.details
        and exists (
            select from ticket t where t.region_id = old.region_id and t.ticket_id = old.ticket_id and t.state = 'closed'
                and t.words_erased_at is not null
        )
    then
        return new;
    end if;
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
drop trigger ticket_event_append_only on ticket_event;
create trigger ticket_event_append_only before update or delete on ticket_event for each row execute function forbid_event_change();

-- A look may go when it was linked half a year before the newest link; the link itself stays.
create function forbid_look_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select from view_link l join view_head h on h.region_id = l.region_id
        where l.region_id = old.region_id and l.view_id = old.view_id and l.linked_at < h.linked_at - interval '183 days'
    ) then
        return old;
    end if;
    raise exception 'rows of % are never changed or deleted', tg_table_name;
end
$$;
drop trigger view_log_append_only on view_log;
create trigger view_log_append_only before update or delete on view_log for each row execute function forbid_look_change();

-- Which columns hold personal data: {personal: what for} ends the comment, and the page of the assessment is made of it.
comment on column complainant.contact_hash is 'Keyed hash of the number or WeChat id, to find earlier tickets {personal: 按号码找到同一人以前的诉求; kept: persons}';
comment on column complainant.name_sealed is 'Name, sealed {personal: 称呼、核实诉求人; kept: persons}';
comment on column complainant.phone_sealed is 'Telephone number, sealed {personal: 联系、回访诉求人; kept: persons}';
comment on column complainant.identity_sealed is 'Identity number, sealed {personal: 办理必需时核实身份; kept: persons}';
comment on column complainant.address_sealed is 'Address of the person, sealed {personal: 上门办理、约谈; kept: persons}';
comment on column complainant.wechat_sealed is 'WeChat id, sealed {personal: 在微信上答复、回访; kept: persons}';
comment on column conversation.person_hash is 'Keyed hash of the person''s id on the channel {personal: 接着上一句话往下问; kept: conversations}';
comment on column conversation.draft_sealed is 'What was told so far, sealed JSON {personal: 接着上一句话往下问; kept: conversations}';
comment on column inbound_message.reply_sealed is 'The answer given, sealed {personal: 重复来信给同样的回复; kept: messages}';
comment on column own_ticket.person_hash is 'Keyed hash of the person''s id on the channel, as in conversation {personal: 本人在渠道上查自己的诉求; kept: persons}';
comment on column outbox.recipient_sealed is 'Address on the channel (WeChat id, number), sealed {personal: 把答复送到本人; kept: notices}';
comment on column outbox.payload is 'Facts the sentence is made from {personal: 告知办理情况; kept: notices}';
comment on column ticket.title is 'One line, by the operator or cut from the text, without numbers and names known {personal: 办理诉求; kept: words}';
comment on column ticket.body is 'What the person said {personal: 办理诉求; kept: words}';
comment on column ticket.place is 'Where, in the person''s words; may be empty {personal: 办理诉求; kept: words}';
comment on column ticket_event.public_text is 'What the complainant may read of it {personal: 办理过程可查; kept: words}';
comment on column ticket_event.details is 'What was given: reasons, answers, due times {personal: 办理过程可查; kept: words}';
comment on column attachment.file_name is 'Name as sent {personal: 办理诉求的证据; kept: words}';
comment on column attachment.sha256 is 'Digest, also the name in the files folder {personal: 办理诉求的证据; kept: words}';
comment on column callback.words is 'Free words {personal: 评价办理; kept: words}';
comment on column interview.minutes is 'Step 3: minutes {personal: 约谈记录; kept: words}';
comment on column instruction.text is 'What is to be done {personal: 领导批示; kept: words}';
comment on column view_log.reason is 'The reason given, for a reveal; the number tried, for a wrong code {personal: 查看个人信息要有理由; kept: looks}';
comment on column view_log.address is 'Network address it came from {personal: 查明谁看过; kept: looks}';
comment on column session.token_hash is 'Keyed hash of the token {personal: 工作人员登录; kept: sessions}';
