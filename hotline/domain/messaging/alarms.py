"""Kinds of alarm: what a person of the hotline must look at. Words and advice stand in the channels' texts."""

from __future__ import annotations

from enum import StrEnum

from hotline.domain.enums import Rule


class AlarmKind(StrEnum):
    """Everything an alarm is raised for; one `…_overdue` for each rule whose clock may run out unattended."""

    NO_CATALOGUE_ROW = "no_catalogue_row"
    TIP_OFF_WAITS = "tip_off_waits"
    DISPATCH_FAILED = "dispatch_failed"
    CLOCK_FAILED = "clock_failed"
    NOBODY_TO_RECEIVE = "nobody_to_receive"
    NOBODY_TO_SUPERVISE = "nobody_to_supervise"
    MESSAGE_REFUSED = "message_refused"
    MESSAGE_UNKNOWN = "message_unknown"
    TIMETABLE_STOPPED = "timetable_stopped"
    UNUSUAL_LOOKS = "unusual_looks"
    MANY_FILINGS_OF_PHONE = "many_filings_of_phone"
    DISPATCH_OVERDUE = "dispatch_overdue"
    SIGN_OVERDUE = "sign_overdue"
    CONTACT_OVERDUE = "contact_overdue"
    REPLY_OVERDUE = "reply_overdue"
    ASSIST_OVERDUE = "assist_overdue"
    RULING_OVERDUE = "ruling_overdue"
    EXTENSION_OVERDUE = "extension_overdue"
    DETAILS_OVERDUE = "details_overdue"
    CALLBACK_OVERDUE = "callback_overdue"
    INTERVIEW_OVERDUE = "interview_overdue"
    VERIFY_OVERDUE = "verify_overdue"
    SUPERVISED_OVERDUE = "supervised_overdue"
    TIER2_OVERDUE = "tier2_overdue"
    TIER3_OVERDUE = "tier3_overdue"
    RESUME_OVERDUE = "resume_overdue"


OVERDUE = {rule: AlarmKind(f"{rule}_overdue") for rule in Rule}
"""The alarm for a limit of this rule that ran out."""
UNIT_WANTED = (AlarmKind.NO_CATALOGUE_ROW, AlarmKind.TIP_OFF_WAITS, AlarmKind.DISPATCH_FAILED)
"""A received ticket with one of these open waits for a dispatcher; the catalogue is not tried again."""
