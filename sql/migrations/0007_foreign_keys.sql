-- Bonds between tables, added after the tables so that data can be loaded before them.

alter table account add constraint account_unit foreign key (region_id, unit_id) references unit;
alter table session add constraint session_account foreign key (region_id, account_id) references account;
alter table ticket_unit add constraint ticket_unit_ticket foreign key (region_id, ticket_id) references ticket;
alter table ticket_unit add constraint ticket_unit_unit foreign key (region_id, unit_id) references unit;
alter table ticket_event add constraint ticket_event_ticket foreign key (region_id, ticket_id) references ticket;
alter table attachment add constraint attachment_ticket foreign key (region_id, ticket_id) references ticket;
alter table deadline add constraint deadline_ticket foreign key (region_id, ticket_id) references ticket;
alter table reminder add constraint reminder_ticket foreign key (region_id, ticket_id) references ticket;
alter table callback add constraint callback_ticket foreign key (region_id, ticket_id) references ticket;
alter table interview add constraint interview_ticket foreign key (region_id, ticket_id) references ticket;
alter table interview_review add constraint interview_review_interview foreign key (region_id, interview_id) references interview;
alter table supervision add constraint supervision_ticket foreign key (region_id, ticket_id) references ticket;
alter table letter add constraint letter_unit foreign key (region_id, unit_id) references unit;
alter table instruction add constraint instruction_ticket foreign key (region_id, ticket_id) references ticket;
alter table brief_figure add constraint brief_figure_brief foreign key (region_id, brief_id) references brief;
alter table brief_reading add constraint brief_reading_brief foreign key (region_id, brief_id) references brief;
