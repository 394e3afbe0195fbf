"""The lists people work off: callbacks, what waits for a dispatcher, alarms; and a ticket's files."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from channels.phone.outbound import send as send_by_phone
from channels.phone.texts import alarm_text
from channels.web.forms import Upload
from channels.web.uploads import keep_files, ready_files
from channels.website.outbound import send as send_by_website
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.handling.correction import unmerge_ticket
from hotline.actions.intake.attachments import add_files
from hotline.actions.intake.first_contact import merge_ticket
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.enums import Kind
from hotline.domain.messaging.message import Delivery, Outgoing
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.domain.tickets.ticket import COMPLAINANT
from tests.build import MONDAY, TUESDAY, WEDNESDAY, Town, dispatched, moment, opened, replied, signed
from tests.channels.phone.conftest import TakeSeat
from tests.pictures import a_png

HOUR = timedelta(hours=1)
PNG = a_png()


async def test_call_list_hides_the_person_until_asked(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await replied(town, MONDAY)
    clock.move_to(TUESDAY)
    seat = await take_seat("operator")
    html = await seat.read("/console/calls")
    assert ticket.number in html
    assert "13800138000" not in html
    assert "王小明" not in html
    answer = await seat.send(f"/console/calls/{ticket.ticket_id}/reveal")
    assert "13800138000" in await answer.text()
    assert await pool.fetchval("select reason from view_log where what = 'reveal'") == "回访"


async def test_callback_from_the_list_closes_and_comes_back_to_it(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await replied(town, MONDAY)
    clock.move_to(TUESDAY)
    seat = await take_seat("operator")
    given = {"contacted": "yes", "solved": "yes", "verdict": "satisfied", "client_key": "calls-key-1"}
    answer = await seat.send(f"/tickets/{ticket.ticket_id}/callback", next="/console/calls", **given)
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/console/calls")
    html = await seat.read(answer.headers["Location"])
    assert "回访结果已登记" in html
    assert ticket.number not in html
    assert await pool.fetchval("select close_reason from ticket") == "satisfied"


async def test_unanswered_call_waits_for_another_hour(take_seat: TakeSeat, town: Town, clock: MovedClock) -> None:
    ticket = await replied(town, MONDAY)
    clock.move_to(TUESDAY)
    seat = await take_seat("operator")
    await seat.send(f"/tickets/{ticket.ticket_id}/no_answer", next="/console/calls", client_key="calls-key-2")
    assert ticket.number not in await seat.read("/console/calls")
    clock.move_to(TUESDAY + 7 * HOUR)
    assert "上次未接通" in await (await take_seat("operator")).read("/console/calls")


async def test_dispatcher_sends_to_the_suggested_unit(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await opened(town)
    seat = await take_seat("dispatcher")
    html = await seat.read("/console/dispatch")
    assert "派给 水务局" in html
    unit = str(town.unit("水务局"))
    answer = await seat.send(f"/console/dispatch/{ticket.ticket_id}", unit=unit, client_key="dispatch-key-1")
    assert answer.headers["Location"] == "/console/dispatch?done=dispatch"
    assert await pool.fetchval("select lead_unit_id from ticket") == town.unit("水务局")
    assert ticket.number not in await seat.read("/console/dispatch")


async def test_dispatcher_picks_a_unit_by_name(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await opened(town, matter_id=None)
    seat = await take_seat("dispatcher")
    assert "目录里没有对应的单位" in await seat.read("/console/dispatch")
    await seat.send(f"/console/dispatch/{ticket.ticket_id}", unit="永安镇", client_key="dispatch-key-2")
    assert await pool.fetchval("select lead_unit_id from ticket") == town.unit("永安镇")


async def test_tip_off_is_left_to_the_dispatcher_with_its_suggestion(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool
) -> None:
    ticket = await opened(town, kind=Kind.TIP_OFF)
    await handover.dispatch_received(town.context, MONDAY, 10)
    seat = await take_seat("dispatcher")
    html = await seat.read("/console/dispatch")
    assert "派给 水务局" in html
    assert "举报件一律由人工派单" in html
    assert "举报件等人工派单" in await seat.read("/console/alarms")
    await seat.send(f"/console/dispatch/{ticket.ticket_id}", unit="永安镇", client_key="dispatch-key-4")
    assert await pool.fetchval("select lead_unit_id from ticket") == town.unit("永安镇")
    assert "没有要处理的提醒事项" in await seat.read("/console/alarms")


@pytest.mark.parametrize(("unit", "sentence"), [("没有的局", "承办单位"), ("", "承办单位"), ("东湖水厂", "被反映")])
async def test_unit_that_cannot_be_comes_back_with_its_sentence(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, unit: str, sentence: str
) -> None:
    ticket = await opened(town, accused_unit_id=town.unit("水务局"))
    seat = await take_seat("dispatcher")
    answer = await seat.send(f"/console/dispatch/{ticket.ticket_id}", unit=unit, client_key="dispatch-key-3")
    html = await answer.text()
    assert answer.status in (409, 422)
    assert sentence in html
    assert f'value="{unit}"' in html
    assert await pool.fetchval("select lead_unit_id from ticket") is None


async def test_accused_unit_is_never_suggested(take_seat: TakeSeat, town: Town) -> None:
    await opened(town, accused_unit_id=town.unit("水务局"))
    assert "派给 水务局" not in await (await take_seat("dispatcher")).read("/console/dispatch")


async def test_return_is_ruled_from_the_list(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await dispatched(town, MONDAY)
    given = {"reason": "不归本局管", "basis": "职责清单第三项"}
    await handover.return_ticket(town.context, ticket.ticket_id, town.actor("water"), MONDAY + HOUR, given)
    clock.move_to(MONDAY + 2 * HOUR)
    seat = await take_seat("dispatcher")
    html = await seat.read("/console/dispatch")
    assert "不归本局管" in html
    assert "职责清单第三项" in html
    answer = await seat.send(
        f"/tickets/{ticket.ticket_id}/uphold_return",
        reason="确不归其管",
        next="/console/dispatch",
        client_key="rule-key-1",
    )
    assert answer.headers["Location"].startswith("/console/dispatch")
    assert await pool.fetchval("select state from ticket") == "received"
    assert "派给 水务局" not in await seat.read("/console/dispatch"), "who returned it must not be suggested again"


async def test_only_extensions_beyond_the_first_come_to_the_dispatcher(
    take_seat: TakeSeat, town: Town, pool: asyncpg.Pool, clock: MovedClock
) -> None:
    ticket = await signed(town, MONDAY)
    water, head, dispatcher = town.actor("water"), town.actor("water_head"), town.actor("dispatcher")
    given = {"reason": "配件要从外地调"}
    await unit_work.ask_extension(town.context, ticket.ticket_id, water, TUESDAY, given)
    clock.move_to(TUESDAY)
    assert "配件要从外地调" not in await (await take_seat("dispatcher")).read("/console/dispatch")
    await unit_work.decide_extension(town.context, ticket.ticket_id, True, head, TUESDAY + HOUR, {"reason": "同意"})
    again = {"reason": "厂家又推迟了发货"}
    await unit_work.ask_extension(town.context, ticket.ticket_id, water, WEDNESDAY, again)
    clock.move_to(WEDNESDAY + HOUR)
    html = await (await take_seat("dispatcher")).read("/console/dispatch")
    assert "厂家又推迟了发货" in html
    assert "再次延期 1 件" in html
    await unit_work.decide_extension(
        town.context, ticket.ticket_id, False, dispatcher, WEDNESDAY + HOUR, {"reason": "不同意"}
    )
    assert "厂家又推迟了发货" not in await (await take_seat("dispatcher")).read("/console/dispatch")


async def test_a_return_that_tier_2_rules_on_is_listed_without_the_ruling(take_seat: TakeSeat, town: Town) -> None:
    ticket = await dispatched(town, MONDAY)
    water, dispatcher, args = town.actor("water"), town.actor("dispatcher"), (town.context, ticket.ticket_id)
    given = {"reason": "不属本单位职责", "basis": "三定方案第三条"}
    for _ in range(2):
        await handover.return_ticket(*args, water, MONDAY, given)
        await handover.rule_return(*args, True, dispatcher, MONDAY, given)
        await handover.dispatch_ticket(*args, town.unit("水务局"), dispatcher, MONDAY)
    await handover.return_ticket(*args, water, MONDAY, given)
    html = await (await take_seat("dispatcher")).read("/console/dispatch")
    assert ticket.number in html
    assert "由纪委纠风办裁定" in html
    assert "/uphold_return" not in html
    assert "/reject_return" not in html


async def test_a_further_extension_too_late_to_grant_is_listed_once_to_be_refused(
    take_seat: TakeSeat, town: Town, clock: MovedClock
) -> None:
    ticket = await signed(town, MONDAY)
    water, dispatcher, args = town.actor("water"), town.actor("dispatcher"), (town.context, ticket.ticket_id)
    given = {"reason": "备件未到"}
    await unit_work.ask_extension(*args, water, MONDAY, given)
    await unit_work.decide_extension(*args, True, dispatcher, MONDAY, given)
    # A request refused late leaves a missed clock behind; the next one waits beside it.
    await unit_work.ask_extension(*args, water, MONDAY, given)
    await unit_work.decide_extension(*args, False, dispatcher, WEDNESDAY, given)
    await unit_work.ask_extension(*args, water, WEDNESDAY, given)
    html = await (await take_seat("dispatcher")).read("/console/dispatch")
    assert html.count("/grant_extension") == 1
    clock.move_to(moment("2026-12-08"))
    html = await (await take_seat("dispatcher")).read("/console/dispatch")
    assert (html.count("/grant_extension"), html.count("/refuse_extension")) == (0, 1)
    assert "答复期限已过，不能再延" in html


async def test_a_request_that_ended_with_a_merging_is_listed_no_more(take_seat: TakeSeat, town: Town) -> None:
    ticket, target = await signed(town, MONDAY), await opened(town, MONDAY)
    dispatcher, args = town.actor("dispatcher"), (town.context, ticket.ticket_id)
    given = {"reason": "备件未到"}
    await unit_work.ask_extension(*args, town.actor("water"), MONDAY, given)
    await unit_work.decide_extension(*args, True, dispatcher, MONDAY, given)
    await unit_work.ask_extension(*args, town.actor("water"), MONDAY, given)
    await merge_ticket(*args, target.number, dispatcher, WEDNESDAY)
    await unmerge_ticket(*args, dispatcher, WEDNESDAY, given)
    assert ticket.number not in await (await take_seat("dispatcher")).read("/console/dispatch")


async def test_alarm_is_told_in_words_and_struck_off(take_seat: TakeSeat, town: Town, pool: asyncpg.Pool) -> None:
    ticket = await opened(town, matter_id=None)
    await handover.dispatch_received(town.context, MONDAY, 10)
    seat = await take_seat("dispatcher")
    html = await seat.read("/console/alarms")
    assert "派单目录里没有合适的单位" in html
    assert ticket.number in html
    alarm_id = await pool.fetchval("select alarm_id from alarm")
    answer = await seat.send(f"/console/alarms/{alarm_id}/settle")
    assert answer.headers["Location"] == "/console/alarms?done=saved"
    assert "没有要处理的提醒事项" in await seat.read("/console/alarms")


async def test_system_administrator_sees_alarms_without_matters(take_seat: TakeSeat, town: Town) -> None:
    ticket = await opened(town, matter_id=None, title="水费贵了三倍")
    await handover.dispatch_received(town.context, MONDAY, 10)
    seat = await take_seat("admin")
    html = await seat.read("/console/alarms")
    assert "派单目录里没有合适的单位" in html
    assert "水费贵了三倍" not in html
    assert str(ticket.ticket_id) not in html
    assert "已处理</button>" not in html


@pytest.mark.parametrize(
    "kind",
    [
        "no_catalogue_row", "tip_off_waits", "nobody_to_receive", "nobody_to_supervise", "message_refused", "message_unknown", "many_filings_of_phone",
        "dispatch_overdue", "ruling_overdue", "extension_overdue", "verify_overdue", "callback_overdue", "something_new",
    ],
)  # fmt: skip
def test_every_alarm_says_what_happened_and_what_to_do(kind: str) -> None:
    happened, todo = alarm_text(kind, {})
    assert happened
    assert todo.endswith("。")
    assert kind not in happened


async def test_file_is_a_download_for_those_who_may_see_the_ticket(
    take_seat: TakeSeat, town: Town, settings: Settings, pool: asyncpg.Pool
) -> None:
    ticket = await dispatched(town, MONDAY)
    ready = await ready_files([Upload("路灯.png", PNG)])
    kept = await keep_files(settings.files_dir, ready)
    await add_files(town.context, ticket.ticket_id, kept, COMPLAINANT, MONDAY)
    path = f"/tickets/{ticket.ticket_id}/files/{await pool.fetchval('select attachment_id from attachment')}"
    water = await take_seat("water")
    answer = await water.client.get(path)
    assert await answer.read() == ready[0].content
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert await pool.fetchval("select count(*) from view_log where what = 'file'") == 1
    for login, status in (("school", 404), ("admin", 403)):
        assert (await (await take_seat(login)).client.get(path)).status == status
    assert (await water.client.get(f"/tickets/{ticket.ticket_id}/files/{uuid4()}")).status == 404
    assert (await water.client.get(f"/tickets/{ticket.ticket_id}/files/nonsense")).status == 404


async def test_telephone_sends_nothing_and_website_shows_at_once() -> None:
    message = Outgoing(uuid4(), "phone", "x", (PostedNotice(NoticeKind.MERGED),))
    assert (await send_by_phone(message)).delivery is Delivery.IMPOSSIBLE
    assert (await send_by_website(message)).delivery is Delivery.DELIVERED
