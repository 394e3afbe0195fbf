"""Every refusal of the hotline: one class a reason, its docstring the sentence a person is shown."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any, ClassVar


class Refusal(Exception):
    """这件事现在不能办理。"""

    # Subclasses: the docstring is the Chinese sentence; {placeholders} are filled from keyword
    # arguments, all of them required; `status` is the HTTP status a door answers with.
    status: ClassVar[int] = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The sentence shown to a person. Raises KeyError when a placeholder has no fact."""
        return (inspect.getdoc(type(self)) or "").format_map(self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        # A job's failure travels pickled; the inherited form would call the class with a positional text.
        return partial(type(self), **self.facts), ()


class BadCalendar(Refusal):
    """这份工作日历不能使用：{reason}。"""

    status = 422


class BadSpan(Refusal):
    """期限要大于零，并且不超过二十年。"""

    status = 422
