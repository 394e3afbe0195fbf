"""People in a run: they file and act, and send a form again when they got no answer."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from hotline.actions.accounts import leave
from hotline.actions.intake import opening
from hotline.domain.errors import Refusal
from hotline.domain.tickets.ticket import COMPLAINANT
from rehearsal.adversary import Killed, Life, StatementGate
from tests import build
from tests.simulation.forms import KINDS, MATTERS, utc
from tests.simulation.house import Leave
from tests.simulation.reference.books import Refused
from tests.simulation.reference.deeds import Reference
from tests.simulation.run import Disagreement, Run
from tests.simulation.script import choose
from tests.simulation.sight import read

# What they do to one of these changes others as well.
SHARED = ("merge", "comment", "reply")
CHANNELS = ("phone", "wechat", "wechat", "wechat", "website")


async def file(run: Run) -> None:
    """Somebody files; the form may be sent again after a crash."""
    matter, kind, channel = (run.dice.choice(of) for of in (MATTERS, KINDS, CHANNELS))
    run.keys += 1
    filing = build.a_filing(
        client_key=f"filing-{run.seed}-{run.keys}", matter_id=matter, kind=build.Kind(kind),
        channel=build.Channel(channel), body="说不清楚的一件事。", place="", wechat="oBzJ0tqmv" * (channel == "wechat"),
    )  # fmt: skip
    now = utc(run.now)
    opened = await insist(run, lambda context: opening.open_ticket(context, filing, COMPLAINANT, now))
    ticket_id, number = opened.ticket.ticket_id, opened.ticket.number
    run.refs[ticket_id] = Reference(channel, kind, matter, run.now, run.house, run.family, ticket_id, number)


async def go_on_leave(run: Run) -> None:
    """Somebody is entered as away, with or without a substitute, fit or not; or is back early."""
    house, dice = run.house, run.dice
    if house.leaves and dice.random() < 0.3:
        await _come_back(run, dice.choice(house.leaves))
        return
    login = dice.choice(house.people())
    fit = [other for other in house.people() if house.may_stand_in(login, other)]
    substitute = dice.choice([None, *fit, dice.choice(house.people())])
    since = run.now + timedelta(hours=dice.choice([0, 0, 5, 30]))
    entered = Leave(login, since, since + timedelta(hours=dice.choice([4, 24, 75])), substitute)
    fits = substitute is None or (
        house.may_stand_in(login, substitute) and not house.is_away(substitute, since, entered.until)
    )
    allowed = fits and not house.is_away(login, since, entered.until)
    ids = [run.town.actor(who).account_id if who else None for who in (login, substitute)]
    try:
        await leave.enter_leave(
            run.town.context, ids[0], utc(since), utc(entered.until), ids[1], run.town.actor("admin"), utc(run.now)
        )
    except Refusal as refusal:
        run.expect(not allowed, f"the leave of {login} was refused: {refusal}")
        return
    run.expect(allowed, f"the leave of {login} with {substitute} was not refused")
    # One that was taken back before it began may be entered again.
    house.leaves = [known for known in house.leaves if (known.login, known.since) != (login, since)]
    house.leaves.append(entered)
    run.count["leave"] += 1


async def _come_back(run: Run, entered: Leave) -> None:
    account_id = run.town.actor(entered.login).account_id
    try:
        await leave.end_leave(run.town.context, account_id, utc(entered.since), run.town.actor("admin"), utc(run.now))
    except Refusal:
        run.expect(entered.until <= run.now, f"{entered.login} may not come back")
        return
    run.expect(entered.until > run.now, f"{entered.login} came back from a leave that was over")
    entered.until = max(entered.since, run.now)
    run.count["back"] += 1


async def act(run: Run) -> None:
    """Somebody does something to some ticket; it counts once, or is refused by hotline and reference alike."""
    # Closed tickets are mostly left in peace.
    weights = [5 if ref.open else 3 if ref.merged_into else 1 for ref in run.refs.values()]
    ticket_id = run.dice.choices(list(run.refs), weights)[0]
    before, kept = run.refs[ticket_id], dict(run.refs)
    deed = choose(before, run.now, run.dice)
    touched = kept if deed.name in SHARED else {ticket_id: before}
    run.refs.update({touched_id: deepcopy(ref) for touched_id, ref in touched.items()})
    after, allowed = run.refs[ticket_id], True
    try:
        # A reviewer's word is kept beside the ticket, which nobody holds for it.
        if deed.name != "review":
            after.strike(run.now)
        deed.told(after, run.now)
    except Refused:
        allowed = False
        run.refs.update(kept)
    run.keys += 1
    key, now = f"form-{run.seed}-{run.keys}", utc(run.now)
    try:
        await insist(run, lambda context: deed.done(run.town_of(context), ticket_id, now, key))
    except Refusal as refusal:
        run.expect(not allowed, f"{deed.name} on {before.state} was refused: {refusal}")
        run.count["refused"] += 1
    except asyncpg.PostgresError as fault:
        raise Disagreement(f"{run.now}: {deed.name} on {before.state} broke: {fault!r}") from fault
    else:
        run.expect(allowed, f"{deed.name} on {before.state} was not refused")
        run.count[deed.name] += 1
        await resolve(run, ticket_id, lambda ref: ref.strike(run.now))


async def resolve(run: Run, ticket_id: UUID, more: Any) -> None:
    """A form sent again lets due clocks strike even where its own work was done before: either way is right."""
    if run.sent_again:
        found, _ = await read(run.town)
        run.refs[ticket_id] = run.whichever(run.refs[ticket_id], more, found[ticket_id])


async def insist(run: Run, act: Any) -> Any:
    """Send a form until it is answered: at times twice at once, at times across crashes of the web process."""
    luck = run.dice.random()
    run.sent_again = luck < 0.3
    if luck < 0.07:
        gate = StatementGate(Random(run.dice.random()), run.town.context.pool)
        tasks = [asyncio.create_task(run.in_life(Life(gate=gate, worker=n), act)) for n in range(2)]
        await gate.conduct(tasks)
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        faults = [answer for answer in answers if isinstance(answer, BaseException)]
        alike = not faults or all(isinstance(fault, Refusal) for fault in answers)
        run.expect(alike, f"one form of two was answered otherwise: {answers}")
        if faults:
            raise faults[0]
        return answers[0]
    while luck < 0.3:
        try:
            return await run.in_life(run.a_fate(30), act)
        except (Killed, ConnectionResetError):
            run.count["killed deeds"] += 1
            luck = run.dice.random()
    return await run.in_life(Life(), act)
