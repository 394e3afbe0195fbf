"""Which tickets may be kept beyond their time, and by whom (PROCEDURE §6)."""

from __future__ import annotations

from hotline.domain.accounts.permissions import Right, may
from hotline.domain.errors import NotAllowed, Refusal, WrongState
from hotline.domain.tickets.lifecycle import STATE_NAMES
from hotline.domain.tickets.ticket import Actor, Ticket


def refusal_of_hold(ticket: Ticket, actor: Actor) -> Refusal | None:
    """Why a ticket cannot be kept: the right, or it is open; the deletion spares open tickets anyway."""
    if not may(actor.role, Right.HOLD_TICKET):
        return NotAllowed()
    return WrongState(state=STATE_NAMES[ticket.state], label="暂缓到期删除") if ticket.open else None
