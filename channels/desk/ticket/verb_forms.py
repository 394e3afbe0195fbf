"""The table of forms: fields and texts of every verb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.accounts.permissions import Right
from hotline.domain.available import Act
from hotline.domain.callback import VERDICT_NAMES
from hotline.domain.enums import KIND_NAMES
from hotline.domain.handling.unit_work import CONTACT_WAYS
from hotline.domain.interview import AFTER_INTERVIEW, OUTCOME_NAMES, PLACE_NAMES
from hotline.domain.tickets.lifecycle import Verb

Options = tuple[tuple[str, str], ...]
YES_NO: Options = (("yes", "是"), ("no", "否"))
MARKS: Options = tuple((str(mark), f"{mark} 分") for mark in (5, 4, 3, 2, 1))
_VERDICTS: Options = tuple((verdict.value, name) for verdict, name in VERDICT_NAMES.items())
_AFTER_INTERVIEW: Options = tuple((verdict.value, VERDICT_NAMES[verdict]) for verdict in AFTER_INTERVIEW)
# What is more than one verb of the table, or none of it.
_RIGHTS: Mapping[str, Right] = {
    "callback": Right.RECORD_CALLBACK,
    "refused": Right.RECORD_REFUSAL,
    "review": Right.REVIEW_INTERVIEW,
    "verify": Right.VERIFY_INTERVIEW,
}


def act_of(verb: str) -> Act:
    """What the domain is asked for a form's address. Raises ValueError for an unknown one."""
    return _RIGHTS.get(verb) or Verb(verb)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `limit` is in characters, `rows` is the height of a text.

    `kind` is line, text, choice, select, unit, assisting, handler, matter, moment, day or check; `assisting` offers the
    units that still owe their part.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    hint: str = ""
    options: Options = ()
    rows: int = 3
    limit: int = 2000


@dataclass(frozen=True, slots=True)
class VerbForm:
    """The form of a verb; `twin` is the verb of the opposite decision, `files` the label of uploaded evidence."""

    fields: tuple[Field, ...] = ()
    say: str = ""
    button: str = ""
    twin: str = ""
    careful: bool = False
    files: str = ""


def _reason(label: str = "理由", hint: str = "") -> Field:
    return Field("reason", label, hint=hint)


MOST_ASSISTING = 3
"""Number of assisting units one form can name; further units need another form."""


def _assisting(required: bool) -> tuple[Field, ...]:
    fields = (
        Field(f"assisting_{n}", f"协办单位{'一二三'[n - 1]}", "unit", required=required and n == 1)
        for n in range(1, MOST_ASSISTING + 1)
    )
    return (*fields, Field("task", "协办事项", required=required, hint="请协办单位核实或办理什么", rows=2))


FORMS: Mapping[str, VerbForm] = {
    "sign": VerbForm(say="签收即表示由本单位办理；不属于本单位职责的，请在期限内退单。"),
    "assign": VerbForm(
        (Field("handler", "经办人", "handler"),), say="指定后，期限前的提醒发给经办人本人；本人请假的，发给代岗的人。"
    ),
    "contact": VerbForm(
        (
            Field("how", "联系方式", "choice", options=tuple(CONTACT_WAYS.items())),
            Field("text", "联系情况", hint="与谁联系、什么时间、对方说了什么"),
        ),
        say="先联系诉求人、听清诉求，再答复。",
        files="联系凭证（照片、截图）",
    ),
    "return": VerbForm(
        (_reason("退单理由"), Field("basis", "法律或职责依据", hint="写明文件名称和条款", rows=2)),
        say="退单由派单员裁定；裁定后不能再退。",
        careful=True,
    ),
    "uphold_return": VerbForm((_reason("裁定理由"),), say="同意退单则重新派单；驳回则由原单位办理。", twin="reject_return"),
    "ask_extension": VerbForm((_reason("延期理由"),), say="要在期限届满前申请；批准后会告知诉求人。"),
    "grant_extension": VerbForm((_reason("批复理由"),), say="同意后期限顺延，并告知诉求人。", twin="refuse_extension"),
    "refuse_extension": VerbForm((_reason("批复理由"),), say="不同意延期，按原期限办理。"),
    "assist": VerbForm(
        (
            Field("assisting", "协办单位", "assisting"),
            Field("part", "协办意见", hint="核实到什么、办了什么、依据是什么；主办单位汇总后答复诉求人", rows=5, limit=4000),
        ),
        say="协办意见交主办单位汇总，诉求人看不到；可以再次提交，以最后一次为准。",
        files="协办材料（照片、文书）",
    ),
    "reply": VerbForm(
        (
            Field("reply", "答复内容", hint="诉求人看到的就是这段话：办了什么、结果怎样、依据是什么", rows=6, limit=4000),
            Field("facts", "办理情况", hint="只在办公系统内可见", rows=3, limit=4000),
        ),
        say="答复后诉求人立即可以看到，热线随后回访。",
        files="办理凭证（照片、文书）",
    ),
    "plan_interview": VerbForm(
        (
            Field("cause", "问题根源和症结", hint="第一步 诊断：群众为什么不满意", rows=3),
            Field("solution", "化解方案", hint="第二步 会商：准备怎样解决", rows=3),
            Field("rules", "适用的法律和规定", rows=2),
            Field("meet_at", "约谈时间", "moment"),
            Field("meet_where", "约谈地点", "line", hint="约谈室、村（社区）、田间地头或群众家中", limit=100),
        ),
        say="约谈时间和地点会告知诉求人。",
    ),
    "hold_interview": VerbForm(
        (
            Field("held_at", "实际约谈时间", "moment"),
            Field("held_place", "约谈场所", "choice", options=tuple(PLACE_NAMES.items())),
            Field("official", "约谈干部", "line", hint="姓名和职务", limit=60),
            Field("minutes", "约谈记录", rows=5, limit=4000),
            Field(
                "outcome", "约谈结果", "choice",
                options=tuple((outcome.value, name) for outcome, name in OUTCOME_NAMES.items()),
            ),
            Field("promised_on", "承诺办结日期", "day", required=False, hint="“能办到”的必填"),
            Field("person_verdict", "群众意见", "choice", options=_AFTER_INTERVIEW),
        ),
        say="第三步 当面约谈：登记后由热线和纪委电话核实。",
        files="约谈现场照片",
    ),
    "dispatch": VerbForm(
        (Field("unit", "承办单位", "unit"), Field("reason", "派单说明", required=False, rows=2), *_assisting(False)),
        say="派给承办单位后开始计算签收、联系和答复期限。要几个单位一起办的，选一个主办、几个协办。",
    ),
    "invite": VerbForm(_assisting(True), say="协办单位在主办期限前1个工作日提交协办意见，由主办单位汇总后统一答复。"),
    "excuse": VerbForm((Field("assisting", "协办单位", "assisting"), _reason()), say="免于协办后，主办单位不用再等它的意见。"),
    "redispatch": VerbForm((Field("unit", "改派到", "unit"), _reason("改派理由")), say="新单位的期限重新计算。"),
    "answer": VerbForm((Field("answer", "答复内容", rows=4, limit=4000),), say="能当场答复的，答复后即办结。"),
    "redirect": VerbForm((Field("where", "应当找哪里办", rows=2),), say="不属于热线受理范围的，告知去向后办结。"),
    "ask_details": VerbForm(
        (Field("missing", "需要补充的全部材料", hint="一次说全，以后不再要求补充"),), say="期限暂停，等诉求人补充。"
    ),
    "add_details": VerbForm((Field("text", "补充的内容"),), say="诉求人补充后继续办理。"),
    "merge": VerbForm(
        (Field("target", "并入的工单号", "line", hint="如 20261121-00042", limit=40),),
        say="同一事项的工单合并办理，本单办结。",
        careful=True,
    ),
    "reclassify": VerbForm(
        (
            Field("kind", "类别", "select", options=tuple(KIND_NAMES.items())),
            Field("matter", "事项", "matter", required=False, hint="不选则不变"),
            _reason("更正理由"),
        ),
        say="在办的期限从原来的起算时间重新计算，前后两个期限都记入办理过程。",
    ),
    "unmerge": VerbForm((_reason(),), say="并错了的，恢复到并单前的环节单独办理，期限从现在起算。"),
    "withdraw": VerbForm((_reason("撤回理由"),), say="诉求人本人要求撤回时才能使用，撤回后本单办结。", careful=True),
    "park": VerbForm(
        (_reason("挂账理由"), Field("until", "挂账到哪一天", "day")), say="期限暂停，到期自动恢复办理。", careful=True
    ),
    "resume": VerbForm(say="提前恢复办理，期限接着计算。"),
    "supervise": VerbForm(say="列入一级督办，向承办单位发督办函，限期办结。"),
    "remind": VerbForm(say="向承办单位发催办通知书，提醒经办人；同一岗位一个工作日一次。"),
    "instruct": VerbForm(
        (Field("text", "批示内容", limit=1000), Field("due_on", "办结日期", "day")),
        say="批示连同期限转承办单位，落实情况写入下一期专报。",
    ),
    "fulfil": VerbForm((Field("fulfilment", "落实情况"),), say="批示事项已经落实，写入下一期专报。"),
    "callback": VerbForm(
        (
            Field("contacted", "承办单位联系过您吗？", "choice", options=YES_NO),
            Field("solved", "问题解决了吗？", "choice", options=YES_NO),
            Field("verdict", "您对办理满意吗？", "choice", options=_VERDICTS),
            Field("answer_at_fault", "不满意是因为答复本身：答非所问，或答应了没有做", "check", required=False),
            Field("unit_mark", "对单位评分", "select", required=False, options=MARKS),
            Field("operator_mark", "对热线评分", "select", required=False, options=MARKS),
            Field("words", "诉求人的话", required=False, rows=2),
        ),
    ),
    "no_answer": VerbForm(),
    "refused": VerbForm(careful=True),
    "review": VerbForm(
        (
            Field("agreed", "同意认定“诉求不合理”吗？", "choice", options=YES_NO),
            _reason("复核理由"),
        ),
    ),
    "verify": VerbForm(
        (
            Field("verdict", "诉求人对约谈的意见", "choice", options=_AFTER_INTERVIEW),
            Field("unit_at_fault", "不满意是因为承办单位工作不到位", "check", required=False),
            Field("words", "诉求人的话", required=False, rows=2),
        ),
        button="登记核实结果",
    ),
    "correct_person": VerbForm(
        (
            Field("name", "姓名", "line", required=False, limit=40),
            Field("phone", "联系电话", "line", required=False, limit=40),
            Field("identity", "身份证号码", "line", required=False, limit=30),
            Field("address", "住址", "line", required=False, hint="只填要更正的；空着或带星号的不改", limit=200),
            _reason("更正理由"),
        ),
        say="联系方式有误，或诉求人要求更正时使用。改了什么会记入工单历史，内容不会。",
    ),
    "comment": VerbForm((Field("text", "说明"),), say="只在办公系统内可见，不改变期限。"),
}  # fmt: skip
