-- The 1133 mechanism: callbacks, interviews, supervision and its letters, instructions, the work network.

create table callback (
    region_id smallint not null,
    callback_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    round integer not null,
    stage text not null check (stage in ('reply', 'interview')),
    state text not null check (state in ('waiting', 'no_answer_1', 'no_answer_2', 'unreachable', 'refused', 'done', 'withdrawn')),
    channel text not null check (channel in ('phone', 'wechat', 'website')),
    opened_at timestamptz not null,
    next_try_at timestamptz,
    asked_at timestamptz,
    done_at timestamptz,
    contacted boolean,
    solved boolean,
    verdict text check (verdict in ('satisfied', 'basically_satisfied', 'understood', 'dissatisfied')),
    answer_at_fault boolean,
    unit_mark smallint check (unit_mark between 1 and 5),
    operator_mark smallint check (operator_mark between 1 and 5),
    words text,
    unit_id uuid,
    account_id uuid,
    primary key (region_id, callback_id),
    unique (region_id, ticket_id, round)
);
comment on table callback is '回访: the three questions after a reply or an interview (PROCEDURE §5)';
comment on column callback.region_id is 'Region';
comment on column callback.callback_id is 'Callback';
comment on column callback.ticket_id is 'Ticket';
comment on column callback.cycle is 'Cycle of the ticket';
comment on column callback.round is 'Counts the callbacks of a ticket';
comment on column callback.stage is 'After a reply, or after an interview (then tier 1 and 2 verify)';
comment on column callback.state is 'Where it stands; only done ones with answers are valid in rates';
comment on column callback.channel is 'Channel asked by';
comment on column callback.opened_at is 'When it became owed';
comment on column callback.next_try_at is 'When to ask (again); null when not to ask';
comment on column callback.asked_at is 'When the person was last asked';
comment on column callback.done_at is 'When it ended';
comment on column callback.contacted is 'Were you contacted?';
comment on column callback.solved is 'Is it solved?';
comment on column callback.verdict is 'Are you satisfied?';
comment on column callback.answer_at_fault is 'Dissatisfied because of the answer itself: redo, not interview';
comment on column callback.unit_mark is 'Mark for the unit, 1 to 5';
comment on column callback.operator_mark is 'Mark for the operator, 1 to 5';
comment on column callback.words is 'Free words';
comment on column callback.unit_id is 'Unit whose work is asked about';
comment on column callback.account_id is 'Who asked; null when the person answered alone';

create index callback_due on callback (region_id, next_try_at) where next_try_at is not null;
create index callback_open on callback (region_id, stage, opened_at) where done_at is null;
create index callback_by_done on callback (region_id, done_at) where done_at is not null;

create table interview (
    region_id smallint not null,
    interview_id uuid not null,
    ticket_id uuid not null,
    round integer not null,
    unit_id uuid not null,
    owed_at timestamptz not null,
    due_at timestamptz not null,
    cause text,
    solution text,
    rules text,
    volunteer_id uuid,
    room_id uuid,
    meet_at timestamptz,
    meet_where text,
    planned_by uuid,
    held_at timestamptz,
    held_place text check (held_place in ('room', 'village', 'field', 'home')),
    official text,
    minutes text,
    outcome text check (outcome in ('done', 'explained', 'unreasonable')),
    promised_on date,
    person_verdict text check (person_verdict in ('satisfied', 'understood', 'dissatisfied')),
    primary key (region_id, interview_id),
    unique (region_id, ticket_id, round)
);
comment on table interview is '群众约谈: an official of the unit meets the person; three steps with their evidence (PROCEDURE §4)';
comment on column interview.region_id is 'Region';
comment on column interview.interview_id is 'Interview';
comment on column interview.ticket_id is 'Ticket';
comment on column interview.round is 'Counts the interviews of a ticket';
comment on column interview.unit_id is 'Unit that owes it';
comment on column interview.owed_at is 'Since when: the supervision letter';
comment on column interview.due_at is 'Limit, five working days from the letter';
comment on column interview.cause is 'Step 1: the real cause and sticking point';
comment on column interview.solution is 'Step 2: the solution planned';
comment on column interview.rules is 'Step 2: laws and rules that apply';
comment on column interview.volunteer_id is 'Step 2: volunteer consulted';
comment on column interview.room_id is 'Interview room booked';
comment on column interview.meet_at is 'Step 2: when they will meet';
comment on column interview.meet_where is 'Step 2: where they will meet';
comment on column interview.planned_by is 'Who planned it';
comment on column interview.held_at is 'Step 3: when they met';
comment on column interview.held_place is 'Step 3: interview room, village, field or home';
comment on column interview.official is 'Step 3: official of the unit who met the person';
comment on column interview.minutes is 'Step 3: minutes';
comment on column interview.outcome is 'done, explained or unreasonable';
comment on column interview.promised_on is 'Date promised, when it is to be done';
comment on column interview.person_verdict is 'The person''s own verdict';

create index interview_by_held on interview (region_id, held_at) where held_at is not null;
create index interview_owed on interview (region_id, due_at) where held_at is null;

create table interview_review (
    region_id smallint not null,
    interview_id uuid not null,
    account_id uuid not null,
    agreed boolean not null,
    reason text not null,
    at timestamptz not null,
    primary key (region_id, interview_id, account_id)
);
comment on table interview_review is 'A verdict of unreasonable is reviewed by two others';
comment on column interview_review.region_id is 'Region';
comment on column interview_review.interview_id is 'Interview';
comment on column interview_review.account_id is 'Reviewer';
comment on column interview_review.agreed is 'Agrees that the demand is unreasonable';
comment on column interview_review.reason is 'Why';
comment on column interview_review.at is 'When';

create table interview_room (
    region_id smallint not null,
    room_id uuid not null,
    unit_id uuid not null,
    name text not null,
    primary key (region_id, room_id)
);
comment on table interview_room is '约谈室 of the work network';
comment on column interview_room.region_id is 'Region';
comment on column interview_room.room_id is 'Room';
comment on column interview_room.unit_id is 'Unit that keeps it';
comment on column interview_room.name is 'Name and place';

create table volunteer (
    region_id smallint not null,
    volunteer_id uuid not null,
    account_id uuid,
    name text not null,
    field text not null,
    primary key (region_id, volunteer_id)
);
comment on table volunteer is 'Legal volunteers of the work network';
comment on column volunteer.region_id is 'Region';
comment on column volunteer.volunteer_id is 'Volunteer';
comment on column volunteer.account_id is 'Account, if the volunteer logs in';
comment on column volunteer.name is 'Name';
comment on column volunteer.field is 'Field: law, land, labour …';

create table supervision (
    region_id smallint not null,
    supervision_id uuid not null,
    ticket_id uuid not null,
    cycle integer not null,
    tier smallint not null check (tier between 1 and 3),
    reason text not null check (reason in ('dissatisfied', 'sign_overdue', 'reply_overdue', 'returns', 'redos', 'mark',
        'interview_overdue', 'supervised_overdue', 'tier2_overdue', 'still_dissatisfied', 'instruction')),
    unit_id uuid,
    opened_at timestamptz not null,
    due_at timestamptz not null,
    letter_id uuid,
    settled_at timestamptz,
    settled_by text,
    primary key (region_id, supervision_id)
);
comment on table supervision is 'A ticket on a tier of the supervision chain, since when and why';
comment on column supervision.region_id is 'Region';
comment on column supervision.supervision_id is 'Row';
comment on column supervision.ticket_id is 'Ticket';
comment on column supervision.cycle is 'Cycle of the ticket';
comment on column supervision.tier is '1 hotline, 2 discipline commission, 3 leadership';
comment on column supervision.reason is 'Why this tier was entered';
comment on column supervision.unit_id is 'Unit supervised; null when no unit has the ticket yet';
comment on column supervision.opened_at is 'Since when';
comment on column supervision.due_at is 'The tier''s own limit';
comment on column supervision.letter_id is 'The letter issued';
comment on column supervision.settled_at is 'When the ticket was closed or the next tier took over';
comment on column supervision.settled_by is 'closed, next_tier, withdrawn';

create index supervision_open on supervision (region_id, tier, opened_at) where settled_at is null;
create index supervision_of_ticket on supervision (region_id, ticket_id, opened_at);

create table letter (
    region_id smallint not null,
    letter_id uuid not null,
    kind text not null check (kind in ('reminder_notice', 'supervision_letter', 'interview_record', 'written_reply', 'brief')),
    year smallint not null,
    number integer not null,
    ticket_id uuid,
    unit_id uuid,
    copy_to text,
    tier smallint,
    facts jsonb not null,
    issued_at timestamptz not null,
    primary key (region_id, letter_id),
    unique (region_id, kind, year, number)
);
comment on table letter is 'Documents issued, numbered per year and kind without gaps (PROCEDURE §7)';
comment on column letter.region_id is 'Region';
comment on column letter.letter_id is 'Document';
comment on column letter.kind is 'Kind of document';
comment on column letter.year is 'Year of the number';
comment on column letter.number is 'Number within kind and year';
comment on column letter.ticket_id is 'Ticket';
comment on column letter.unit_id is 'Addressee';
comment on column letter.copy_to is 'Copy to: head of the unit';
comment on column letter.tier is 'Tier that issued it';
comment on column letter.facts is 'What the text is made from';
comment on column letter.issued_at is 'When';

create index letter_of_ticket on letter (region_id, ticket_id, issued_at);

create table instruction (
    region_id smallint not null,
    instruction_id uuid not null,
    ticket_id uuid not null,
    leader_id uuid not null,
    text text not null,
    due_on date not null,
    written_at timestamptz not null,
    fulfilled_at timestamptz,
    fulfilment text,
    primary key (region_id, instruction_id)
);
comment on table instruction is '批示: a leader''s instruction with a date; answered in the next brief';
comment on column instruction.region_id is 'Region';
comment on column instruction.instruction_id is 'Instruction';
comment on column instruction.ticket_id is 'Ticket';
comment on column instruction.leader_id is 'Who wrote it';
comment on column instruction.text is 'The words';
comment on column instruction.due_on is 'The date given';
comment on column instruction.written_at is 'When';
comment on column instruction.fulfilled_at is 'When it was fulfilled';
comment on column instruction.fulfilment is 'How';

create index instruction_open on instruction (region_id, due_on) where fulfilled_at is null;
create index instruction_of_ticket on instruction (region_id, ticket_id);
