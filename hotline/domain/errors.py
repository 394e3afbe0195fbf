"""Every refusal of the hotline: one class for each reason; its docstring is the Chinese sentence shown to users."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any, ClassVar


class Refusal(Exception):
    """这件事现在不能办理。"""

    # Subclasses: the docstring is the Chinese sentence; {placeholders} are filled from keyword
    # arguments, all of them required; `status` is the HTTP status of the answer.
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The sentence shown to the user. Raises KeyError when a placeholder has no fact."""
        return (inspect.getdoc(type(self)) or "").format_map(self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        # arq pickles the exception of a failed job; the inherited method would pass the text as a positional argument.
        return partial(type(self), **self.facts), ()


def raise_if(refusal: Refusal | None) -> None:
    """Raise the refusal a rule found, if it found one."""
    if refusal is not None:
        raise refusal


class AlreadyTold(Refusal):
    """这一条已经有人处理了。"""


class BadCalendar(Refusal):
    """这份工作日历不能使用：{reason}。"""

    status = 422


class BadSpan(Refusal):
    """期限要大于零，并且不超过二十年。"""

    status = 422


class BadMoment(Refusal):
    """起算时间应当在1900年到2900年之间。"""

    status = 422


class BadPolicy(Refusal):
    """政策里的“{what}”不是有效的写法。"""

    status = 422


class UnfitPolicy(Refusal):
    """政策没有保存，有{count}处要改：{faults}"""

    status = 422


class NewerPolicy(Refusal):
    """政策没有保存：这期间已经有了第{version}版，请在它的基础上再改。"""


class UnfitNotice(Refusal):
    """放假安排没有载入，有{count}处要改：{faults}"""

    status = 422


class NotAllowed(Refusal):
    """您没有办理这件事的权限。"""

    status = 403


class NotFound(Refusal):
    """没有找到，或者您无权查看。"""

    status = 404


class WrongState(Refusal):
    """工单现在是“{state}”，不能{label}。"""


class MergedElsewhere(WrongState):
    """这件工单已经并入 {target}，请在那件工单上{label}。"""


class Missing(Refusal):
    """还缺：{what}。请补齐后再提交，已填内容没有丢。"""

    status = 422


class TooLong(Refusal):
    """{what}太长了，最多{limit}字。"""

    status = 422


class Malformed(Refusal):
    """{what}填写有误，请检查后再提交。"""

    status = 422


class ReturnClosed(Refusal):
    """不能退单：{why}。"""


class ExtensionClosed(Refusal):
    """不能延期：{why}。"""


class NoInstruction(Refusal):
    """没有等待落实的批示。"""


class AccusedAddressee(Refusal):
    """不能把工单交给被反映的单位或其下属单位，请交其上级单位。"""


class NoReviewYet(Refusal):
    """“诉求不合理”要由另外两人复核同意，现在还差{missing}人。"""


class AlreadyReviewed(Refusal):
    """您已经复核过这次约谈。"""


class ContactFirst(Refusal):
    """答复前要先联系诉求人，请先登记联系情况。"""

    status = 422


class SameUnit(Refusal):
    """工单已经由这个单位办理，不用改派；要换单位，请另选一个。"""

    status = 422


class AssistingUnit(Refusal):
    """贵单位不是这件工单的主办单位，这一步由主办单位办理。"""

    status = 403


class LeadUnit(Refusal):
    """只有协办单位才提交协办意见；贵单位没有协办这件工单。"""

    status = 403


class UnfitAssisting(Refusal):
    """不能请这些单位协办：{why}。"""

    status = 422


class NoPartDue(Refusal):
    """这个单位没有待提交的协办意见。"""


class PartsMissing(Refusal):
    """还有协办单位没有提交协办意见：{units}。请等意见齐了再答复，或者请派单员免于协办。"""


class PerhapsDelivered(Refusal):
    """这一条可能已经送到，不能再发一次，请电话核实。"""


class NotMerged(Refusal):
    """这件工单不是因并单办结的，不能撤销并单。"""


class NoSuchUnit(Refusal):
    """没有这个承办单位。"""

    status = 422


class AlreadyReminded(Refusal):
    """{day}已经催办过，同一岗位一个工作日只催办一次。"""


class NothingOwed(Refusal):
    """工单现在不等承办单位办理，不用催办。"""


class LeaveOverlaps(Refusal):
    """{name}在这段时间里已经登记了请假，请先销假或改时间。"""


class UnfitSubstitute(Refusal):
    """不能由这个人代岗：{why}。"""

    status = 422


class Recused(Refusal):
    """{name}已回避这件工单，请另选经办人。"""


class RehearsalDatabase(Refusal):
    """这是演练用的数据库（时间被拨动过），正式服务不能使用它。"""
