"""The enumerations of the field (PROCEDURE §1 to §5); the glossary is in hotline/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """Roles of users (PROCEDURE §1); `system` is the scheduler."""

    COMPLAINANT = "complainant"
    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    UNIT_HEAD = "unit_head"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    LEADER = "leader"
    VOLUNTEER = "volunteer"
    AGENT = "agent"
    MONITOR = "monitor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    SYSTEM = "system"


class Channel(StrEnum):
    """The channel a contact came by."""

    PHONE = "phone"
    WECHAT = "wechat"
    WEBSITE = "website"
    AGENT = "agent"


class Kind(StrEnum):
    """The kind of a contact (PROCEDURE §2)."""

    INQUIRY = "inquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    TIP_OFF = "tip_off"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


CHANNEL_NAMES: Mapping[str, str] = {
    Channel.PHONE: "电话", Channel.WECHAT: "微信", Channel.WEBSITE: "网站", Channel.AGENT: "代办",
}  # fmt: skip
KIND_NAMES: Mapping[str, str] = {
    Kind.INQUIRY: "咨询", Kind.HELP: "求助", Kind.COMPLAINT: "投诉",
    Kind.TIP_OFF: "举报", Kind.SUGGESTION: "建议", Kind.PRAISE: "表扬",
}  # fmt: skip


class HandlingClass(StrEnum):
    """六办件 (PROCEDURE §2)."""

    INSTANT = "instant"
    COMMITTED = "committed"
    JOINT = "joint"
    REDIRECTED = "redirected"
    SUPPLEMENT = "supplement"
    URGENT = "urgent"


class Pace(StrEnum):
    """Urgency: working days, or natural time for utilities and danger to life (PROCEDURE §3)."""

    ORDINARY = "ordinary"
    UTILITY = "utility"
    LIFE = "life"


class Rule(StrEnum):
    """The limits of the policy; each running one is a deadline (PROCEDURE §3)."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    REPLY = "reply"
    ASSIST = "assist"
    RULING = "ruling"
    EXTENSION = "extension"
    DETAILS = "details"
    CALLBACK = "callback"
    INTERVIEW = "interview"
    VERIFY = "verify"
    SUPERVISED = "supervised"
    TIER2 = "tier2"
    TIER3 = "tier3"
    RESUME = "resume"


class Step(StrEnum):
    """A moment of a running deadline at which a notice is sent or an escalation begins."""

    ISSUED = "issued"
    TWO_DAYS = "two_days"
    ONE_DAY = "one_day"
    FOUR_HOURS = "four_hours"
    EXPIRY = "expiry"


class CloseReason(StrEnum):
    """How a ticket was closed."""

    ANSWERED = "answered"
    REDIRECTED = "redirected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    UNDERSTOOD = "understood"
    UNREACHED = "unreached"
    REFUSED = "refused"
    UNREASONABLE = "unreasonable"


CLOSE_NAMES: Mapping[CloseReason, str] = {
    CloseReason.ANSWERED: "当场答复",
    CloseReason.REDIRECTED: "告知去向",
    CloseReason.MERGED: "并单",
    CloseReason.WITHDRAWN: "诉求人撤回",
    CloseReason.SATISFIED: "满意",
    CloseReason.BASICALLY_SATISFIED: "基本满意",
    CloseReason.UNDERSTOOD: "理解",
    CloseReason.UNREACHED: "三次回访未接通",
    CloseReason.REFUSED: "拒绝回访",
    CloseReason.UNREASONABLE: "诉求不合理（经复核）",
}


class Verdict(StrEnum):
    """The complainant's verdict at callback (PROCEDURE §5)."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    UNDERSTOOD = "understood"
    DISSATISFIED = "dissatisfied"


class Outcome(StrEnum):
    """Outcome of an interview (PROCEDURE §4)."""

    DONE = "done"
    EXPLAINED = "explained"
    UNREASONABLE = "unreasonable"


class Document(StrEnum):
    """Kinds of numbered documents (PROCEDURE §7)."""

    REMINDER_NOTICE = "reminder_notice"
    SUPERVISION_LETTER = "supervision_letter"
    INTERVIEW_RECORD = "interview_record"
    WRITTEN_REPLY = "written_reply"
    BRIEF = "brief"


class Reason(StrEnum):
    """Why a tier was entered (PROCEDURE §4)."""

    DISSATISFIED = "dissatisfied"
    SIGN_OVERDUE = "sign_overdue"
    REPLY_OVERDUE = "reply_overdue"
    RETURNS = "returns"
    REDOS = "redos"
    MARK = "mark"
    INTERVIEW_OVERDUE = "interview_overdue"
    SUPERVISED_OVERDUE = "supervised_overdue"
    TIER2_OVERDUE = "tier2_overdue"
    STILL_DISSATISFIED = "still_dissatisfied"
    INSTRUCTION = "instruction"
