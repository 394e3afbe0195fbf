"""The whole WeChat door over real HTTP: sealed messages in, sealed answers out, real rows between them."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import pytest
from aiohttp import web

from channels.app import build_app
from channels.dialogue.state import Phrase
from channels.registry import open_send
from channels.wechat.protocol import BODY_BYTES
from channels.wechat.texts import KIND_WORDS, NOTICE_WORDS, STATE_WORDS, WORDS
from hotline.actions.dispatch import handover
from hotline.actions.handling import unit_work
from hotline.actions.intake import first_contact
from hotline.actions.search.case_view import read_progress
from hotline.clock import MovedClock
from hotline.config import Settings
from hotline.domain.enums import Kind, Verdict
from hotline.domain.messaging.notices import NoticeKind
from hotline.domain.tickets.lifecycle import State
from hotline.store.tickets.records import get_ticket
from rehearsal.wechat_phone import Credentials, Follower, Forgery, new_message_id
from rehearsal.wechat_server import WechatServer
from tests.build import MONDAY, Town, a_county, rated, reply
from workers.callback import callback_due
from workers.delivery import delivery_due
from workers.dispatch import dispatch_due

LAMP = "前进村村口的路灯坏了半个月，晚上老人出门看不见路，希望尽快修好。"
ALICE, BOB = "oRehearsal_follower-00000alice", "oRehearsal_follower-0000000bob"
PHONE = "13900000001"


@dataclass(slots=True)
class Door:
    """The running door with what stands around it."""

    url: str
    platform: WechatServer
    clock: MovedClock
    town: Town
    pool: asyncpg.Pool
    settings: Settings

    def follower(self, openid: str = ALICE) -> Follower:
        return self.platform.follower(openid, self.url)

    async def value(self, statement: str) -> Any:
        return await self.pool.fetchval(statement)

    async def counts(self) -> tuple[int, int, int]:
        """Tickets, conversations, messages taken."""
        tables = ("ticket", "conversation", "inbound_message")
        return tuple([await self.value(f"select count(*) from {table}") for table in tables])  # type: ignore[return-value]

    async def newest(self) -> asyncpg.Record:
        return await self.pool.fetchrow("select * from ticket order by received_at desc, number desc limit 1")

    async def answered(self, number: str) -> None:
        """The water bureau takes the ticket through to its reply, and the person is asked."""
        context, now = self.town.context, self.clock.now()
        ticket_id: UUID = await self.pool.fetchval("select ticket_id from ticket where number = $1", number)
        actor, handler = self.town.actor("dispatcher"), self.town.actor("water")
        await handover.dispatch_ticket(context, ticket_id, self.town.unit("水务局"), actor, now)
        await unit_work.sign_ticket(context, ticket_id, handler, now)
        ticket = await unit_work.record_contact(context, ticket_id, handler, now, {"how": "phone", "text": "已联系"})
        await reply(self.town, ticket, now)
        self.clock.advance(timedelta(minutes=5))
        assert await callback_due(context, self.clock.now(), 50) == 1

    async def deliver(self) -> None:
        async with open_send(self.settings) as send:
            await delivery_due(self.town.context, send, self.clock.now(), 50)


@pytest.fixture
async def door(settings: Settings, pool: asyncpg.Pool) -> AsyncIterator[Door]:
    town = await a_county(pool)
    clock = MovedClock(MONDAY)
    known = Credentials(
        settings.wechat_app_id or "", settings.wechat_token or "", settings.wechat_aes_key or "",
        settings.wechat_app_secret or "",
    )  # fmt: skip
    async with WechatServer(clock.now, known) as platform:
        settings = settings.model_copy(update={"wechat_api_base": platform.base})
        runner = web.AppRunner(build_app(settings, clock), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/wechat"
        yield Door(url, platform, clock, town, pool, settings)
        await runner.cleanup()


async def tell(phone: Follower, *words: str) -> str:
    """Say these one after the other; the last answer."""
    answer = ""
    for one in words:
        answer = await phone.say(one)
    return answer


async def file(phone: Follower, body: str = LAMP) -> str:
    """A whole guided complaint; the ticket's number."""
    answer = await tell(phone, body, "1", "前进村村口", f"王小明 {PHONE}", "1", "1")
    return number_in(answer)


def number_in(answer: str) -> str:
    found = re.search(r"[0-9]{8}-[0-9]{5}", answer)
    assert found, answer
    return found[0]


def words(phrase: Phrase, **facts: Any) -> str:
    return WORDS[phrase].format(**facts)


async def test_guided_complaint_opens_one_ticket(door: Door) -> None:
    phone = door.follower()
    assert await phone.say(LAMP) == words(Phrase.NOTED)
    door.clock.advance(timedelta(seconds=20))
    assert await phone.say("希望月底前修好。") == words(Phrase.MORE_NOTED)
    assert await phone.say("1") == words(Phrase.ASK_WHERE)
    assert await phone.say("前进村村口") == words(Phrase.ASK_WHO)
    assert await phone.say(f"我叫王小明，电话：{PHONE}") == words(Phrase.ASK_SECRET)
    summary = await phone.say("1")
    for part in (LAMP, "希望月底前修好。", "前进村村口", "王小明", "139****0001", "求助"):
        assert part in summary
    assert PHONE not in summary
    answer = await phone.say("1")
    ticket = await door.newest()
    code = re.search(r"查询码：([0-9]{6})", answer)
    assert number_in(answer) == ticket["number"]
    assert code is not None
    assert (ticket["body"], ticket["place"]) == (f"{LAMP}\n希望月底前修好。", "前进村村口")
    assert (ticket["channel"], ticket["kind"], ticket["confidential"]) == ("wechat", "help", False)
    assert await door.value("select count(*) from ticket") == 1
    person = await door.pool.fetchrow("select * from complainant")
    vault = door.town.context.vault
    assert vault.unseal(person["phone_sealed"], "complainant.phone") == PHONE
    assert vault.unseal(person["name_sealed"], "complainant.name") == "王小明"
    assert vault.unseal(person["wechat_sealed"], "complainant.wechat") == ALICE


async def test_given_number_and_code_open_the_progress_page(door: Door) -> None:
    answer = await tell(door.follower(), LAMP, "1", "0", "0", "1", "1")
    code = re.findall(r"查询码：([0-9]{6})", answer)[0]
    case_file = await read_progress(door.town.context, number_in(answer), code, door.clock.now())
    assert case_file.ticket.body == LAMP


@pytest.mark.case("P21", "T36")
async def test_repeated_message_gets_same_reply_and_one_ticket(door: Door) -> None:
    phone, message_id = door.follower(), new_message_id()
    await tell(phone, LAMP, "1", "0", "0", "1")
    answer = await phone.say("1", message_id, repeat=3)
    assert number_in(answer)
    assert await door.value("select count(*) from ticket") == 1


@pytest.mark.case("P21")
async def test_repeats_at_the_same_moment_get_same_reply(door: Door) -> None:
    phone, message_id = door.follower(), new_message_id()
    await tell(phone, LAMP, "1", "0", "0", "1")
    answers = await asyncio.gather(*(phone.say("1", message_id) for _ in range(3)))
    assert len(set(answers)) == 1
    assert await door.value("select count(*) from ticket") == 1


@pytest.mark.case("P20", "T36")
async def test_album_from_a_new_person_makes_one_draft(door: Door) -> None:
    phone = door.follower()
    pictures = [phone.show("image", MediaId=f"media{n}", PicUrl="http://example.invalid/p") for n in range(4)]
    answers = await asyncio.gather(phone.say(LAMP), *pictures)
    assert await door.counts() == (0, 1, 5)
    assert words(Phrase.NOTED) in answers[0]
    assert len([answer for answer in answers if answer]) <= 2
    await tell(phone, "1", "0", "0", "1", "1")
    ticket = await door.newest()
    assert ticket["body"] == f"{LAMP}\n（诉求人另有图片或视频4份，可在联系时索取。）"
    assert await door.value("select count(*) from ticket") == 1


async def test_five_texts_at_once_are_gathered(door: Door) -> None:
    phone = door.follower()
    parts = [f"第{n}段：路灯坏了，晚上看不见路。" for n in range(5)]
    answers = await asyncio.gather(*map(phone.say, parts))
    assert sum(bool(answer) for answer in answers) == 1
    await tell(phone, "1", "0", "0", "1", "1")
    assert sorted((await door.newest())["body"].split("\n")) == parts


async def test_two_people_at_once_keep_apart(door: Door) -> None:
    alice, bob = door.follower(ALICE), door.follower(BOB)
    numbers = await asyncio.gather(
        file(alice, "自来水发黄三天了，没法做饭。"), file(bob, "学校门口乱停车，孩子过马路危险。")
    )
    assert len(set(numbers)) == 2
    told = {row["number"]: row["body"] for row in await door.pool.fetch("select number, body from ticket")}
    assert told == {numbers[0]: "自来水发黄三天了，没法做饭。", numbers[1]: "学校门口乱停车，孩子过马路危险。"}
    assert numbers[1] not in await alice.say("进度")


async def test_cancel_anywhere_files_nothing(door: Door) -> None:
    phone = door.follower()
    for told in ((LAMP,), (LAMP, "1"), (LAMP, "1", "0"), (LAMP, "1", "0", "0"), (LAMP, "1", "0", "0", "1")):
        assert await tell(phone, *told, "取消") == words(Phrase.CANCELLED)
    assert await phone.say("取消") == words(Phrase.NOTHING_TO_CANCEL)
    assert await door.value("select count(*) from ticket") == 0


async def test_starting_over_forgets_what_was_told(door: Door) -> None:
    phone = door.follower()
    assert await tell(phone, "先说错了一件事情。", "1", "重来") == words(Phrase.ASK_WHAT)
    await tell(phone, LAMP, "1", "0", "0", "1", "1")
    assert (await door.newest())["body"] == LAMP


async def test_help_keeps_the_question_that_waits(door: Door) -> None:
    phone = door.follower()
    answer = await tell(phone, LAMP, "1", "帮助")
    assert answer == f"{words(Phrase.HELP)}\n{words(Phrase.ASK_WHERE)}"
    assert await phone.say("前进村") == words(Phrase.ASK_WHO)


async def test_shared_location_becomes_the_place(door: Door) -> None:
    phone = door.follower()
    await phone.say(LAMP)
    door.clock.advance(timedelta(seconds=10))
    spot = {"Location_X": "34.1", "Location_Y": "117.2", "Scale": "15", "Label": "前进村文化广场"}
    assert words(Phrase.PLACE_NOTED) in await phone.show("location", **spot)
    assert await phone.say("1") == words(Phrase.ASK_WHO)
    await tell(phone, "0", "1", "1")
    assert (await door.newest())["place"] == "前进村文化广场（34.1,117.2）"


async def test_recognised_voice_counts_as_words(door: Door) -> None:
    phone = door.follower()
    voice = {"MediaId": "media", "Format": "amr"}
    assert await phone.show("voice", Recognition=LAMP, **voice) == words(Phrase.NOTED)
    await tell(phone, "1", "0", "0", "1", "1")
    assert (await door.newest())["body"] == LAMP
    assert await phone.show("voice", Recognition="", **voice) == words(Phrase.NOT_HEARD)


async def test_number_in_own_words_is_only_used_when_confirmed(door: Door) -> None:
    phone = door.follower()
    asked = await tell(phone, f"{LAMP}可以打{PHONE}问村主任。", "1", "0")
    assert asked == words(Phrase.ASK_WHO_KNOWN, phone="139****0001")
    await tell(phone, "0", "1", "1")
    assert await door.value("select count(*) from complainant where phone_sealed is not null") == 0
    await tell(phone, f"{LAMP}我的电话{PHONE}。", "1", "0", "1", "1", "1")
    assert await door.value("select count(*) from complainant where phone_sealed is not null") == 1


@pytest.mark.parametrize("typed", ["1390000", "139000000011", "王小明 1390000000", "%%%"])
async def test_unreadable_number_is_asked_again(door: Door, typed: str) -> None:
    answer = await tell(door.follower(), LAMP, "1", "0", typed)
    assert answer in (words(Phrase.BAD_PHONE), words(Phrase.BAD_NAME)), answer


@pytest.mark.parametrize(
    ("typed", "name", "has_phone"),
    [
        (f"王小明{PHONE}", "王小明", True), (f"{PHONE}", "", True), ("姓名：阿不都·热合曼", "阿不都·热合曼", False),
        ("本人𠮷田，联系电话 139-0000-0001", "𠮷田", True), ("0516-83881234 李女士", "李女士", True),
    ],
)  # fmt: skip
async def test_name_and_number_are_read_in_any_dress(door: Door, typed: str, name: str, has_phone: bool) -> None:
    answer = await tell(door.follower(), LAMP, "1", "0", typed, "1")
    person = re.findall("联系：(.*)", answer)[0].split(" ")
    assert [part for part in person if "*" not in part] == ([name] if name else [])
    assert ("*" in answer) is has_phone


async def test_tip_off_is_confidential_without_asking(door: Door) -> None:
    phone = door.follower()
    answer = await tell(phone, "我要举报", "村里的修路款被挪用，账目一直不公开。", "1", "0", "0")
    assert KIND_WORDS[Kind.TIP_OFF] in answer
    await phone.say("1")
    ticket = await door.newest()
    assert (ticket["kind"], ticket["confidential"]) == ("tip_off", True)


async def test_tip_off_reaches_no_unit_by_itself(door: Door) -> None:
    await tell(door.follower(), "我要举报", "前进村的修路款被挪用，账目一直不公开。", "1", "0", "0", "1")
    await file(door.follower(BOB))
    assert await dispatch_due(door.town.context, door.clock.now(), 50) == 2
    leads = dict(await door.pool.fetch("select kind, lead_unit_id from ticket"))
    assert leads == {"tip_off": None, "help": door.town.unit("永安镇")}
    assert await door.value("select kind from alarm") == "tip_off_waits"


async def test_wish_for_secrecy_is_kept(door: Door) -> None:
    await tell(door.follower(), LAMP, "1", "0", "王小明", "2", "1")
    assert (await door.newest())["confidential"] is True


async def test_kind_may_be_changed_before_filing(door: Door) -> None:
    answer = await tell(door.follower(), LAMP, "1", "0", "0", "1", "2", "2")
    assert "类型：投诉" in answer
    await door.follower().say("1")
    assert (await door.newest())["kind"] == "complaint"


async def test_words_added_at_the_end_are_filed(door: Door) -> None:
    phone = door.follower()
    assert "灯杆也歪了。" in await tell(phone, LAMP, "1", "0", "0", "1", "灯杆也歪了。")
    await phone.say("提交")
    assert (await door.newest())["body"] == f"{LAMP}\n灯杆也歪了。"


async def test_very_long_story_is_filed_whole(door: Door) -> None:
    phone, parts = door.follower(), [f"{n}" + "路灯坏了没人修，" * 80 for n in range(12)]
    for part in parts:
        await phone.say(part)
    summary = await tell(phone, "1", "0", "0", "1")
    assert len(summary.encode()) <= 2048
    await phone.say("1")
    assert (await door.newest())["body"] == "\n".join(parts)


async def test_story_beyond_the_limit_is_told_at_once(door: Door) -> None:
    phone, part = door.follower(), "灯" * 600
    answers = [await phone.say(f"{n}{part}") for n in range(25)]
    assert words(Phrase.TOO_LONG) in answers
    await tell(phone, "1", "0", "0", "1")
    assert number_in(await phone.say("1"))


async def test_danger_is_told_whom_to_call(door: Door) -> None:
    answer = await door.follower().say("隔壁楼道电表箱着火了，烟很大！")
    assert answer == f"{words(Phrase.DANGER)}\n{words(Phrase.NOTED)}"


async def test_draft_is_forgotten_after_a_day(door: Door) -> None:
    phone = door.follower()
    await tell(phone, LAMP, "1")
    door.clock.advance(timedelta(hours=25))
    assert await phone.say("您好") == words(Phrase.HINT)


async def wanted(door: Door) -> str:
    """A ticket of Alice's that waits for details; its number."""
    number = await file(door.follower())
    ticket = await door.newest()
    missing = {"missing": "灯杆编号"}
    actor = door.town.actor("operator")
    await first_contact.ask_details(door.town.context, ticket["ticket_id"], actor, door.clock.now(), missing)
    return number


async def test_details_reach_the_ticket_that_waits(door: Door) -> None:
    number, phone = await wanted(door), door.follower()
    assert await phone.say("灯杆编号是十七号。") == words(Phrase.ASK_ADDING, number=number)
    door.clock.advance(timedelta(seconds=20))
    assert await phone.say("就在小卖部门口。") == words(Phrase.ASK_ADDING, number=number)
    assert await phone.say("1") == words(Phrase.ADDED, number=number)
    ticket = await door.newest()
    assert ticket["state"] == "received"
    assert ticket["body"] == f"{LAMP}\n【补充】灯杆编号是十七号。\n就在小卖部门口。"
    assert await door.value("select count(*) from ticket") == 1


async def test_another_matter_leaves_the_waiting_ticket_alone(door: Door) -> None:
    await wanted(door)
    door.clock.advance(timedelta(minutes=1))
    water = "自来水发黄三天了，没法做饭。"
    assert await tell(door.follower(), water, "2") == words(Phrase.NOTED)
    await tell(door.follower(), "1", "0", "0", "1", "1")
    assert (await door.newest())["body"] == water
    assert await door.value("select count(*) from ticket where state = 'awaiting_details'") == 1


async def test_details_for_a_ticket_that_waits_no_more_become_a_complaint(door: Door) -> None:
    await wanted(door)
    phone, ticket = door.follower(), await door.newest()
    await phone.say("灯杆编号是十七号。")
    gone = {"reason": "已自行解决"}
    await first_contact.withdraw_ticket(
        door.town.context, ticket["ticket_id"], door.town.actor("operator"), door.clock.now(), gone
    )
    assert await phone.say("1") == words(Phrase.NOTED)
    assert await phone.say("1") == words(Phrase.ASK_WHERE)


@pytest.mark.case("P25")
async def test_progress_tells_own_tickets_in_plain_words(door: Door) -> None:
    phone = door.follower()
    nothing = await phone.say("进度")
    assert "还没有" in nothing
    assert f"{door.settings.public_url}/progress" in nothing
    first = await file(phone)
    await door.answered(first)
    second = await file(phone, "自来水发黄三天了，没法做饭。")
    answer = await phone.say("查进度")
    assert answer.index(second) < answer.index(first)
    assert STATE_WORDS[State.RECEIVED] in answer
    assert STATE_WORDS[State.REPLIED] in answer
    assert await door.value("select count(*) from view_log where what = 'progress'") == 2


RATINGS: tuple[tuple[str, str, str, str], ...] = (
    ("1", "1", "closed", "satisfied"),
    ("2", "2", "closed", "basically_satisfied"),
    ("３", "3", "closed", "understood"),
    ("4", "1", "signed", "dissatisfied"),
    ("4", "2", "signed", "dissatisfied"),
    ("4", "3", "signed", "dissatisfied"),
    ("4", "4", "interview_owed", "dissatisfied"),
    ("4", "说了也没用，没有人当面解释。", "interview_owed", "dissatisfied"),
)


@pytest.mark.parametrize(("verdict", "why", "state", "kept"), RATINGS)
async def test_digits_rate_the_reply(door: Door, verdict: str, why: str, state: str, kept: str) -> None:
    phone = door.follower()
    number = await file(phone)
    await door.answered(number)
    question = await phone.say(verdict)
    asked = Phrase.ASK_WHY if verdict == "4" else Phrase.ASK_SOLVED
    assert question == words(asked, number=number)
    assert number in await phone.say(why)
    assert (await door.newest())["state"] == state
    callback = await door.pool.fetchrow("select * from callback")
    assert (callback["state"], callback["verdict"]) == ("done", kept)
    assert callback["words"] == (why if len(why) > 1 else "")
    assert callback["contacted"] is (why in ("1", "2") if verdict != "4" else why != "1")
    assert callback["solved"] is (verdict != "4" and why in ("1", "3"))


async def test_second_dissatisfaction_owes_an_interview(door: Door) -> None:
    phone = door.follower()
    number = await file(phone)
    await door.answered(number)
    await tell(phone, "4", "2")
    context, handler, now = door.town.context, door.town.actor("water"), door.clock.now()
    ticket_id = (await door.newest())["ticket_id"]
    ticket = await unit_work.record_contact(context, ticket_id, handler, now, {"how": "phone", "text": "再次联系"})
    await reply(door.town, ticket, now)
    assert await tell(phone, "4", "2") == words(Phrase.RATED_INTERVIEW, number=number)
    assert (await door.newest())["state"] == "interview_owed"


async def test_digits_mean_nothing_when_no_reply_waits(door: Door) -> None:
    phone = door.follower()
    await file(phone)
    assert await phone.say("4") == words(Phrase.HINT)
    assert await door.value("select count(*) from callback") == 0


@pytest.mark.case("P25")
async def test_somebody_elses_digits_rate_nothing(door: Door) -> None:
    await door.answered(await file(door.follower(ALICE)))
    assert await door.follower(BOB).say("4") == words(Phrase.HINT)
    assert (await door.newest())["state"] == "replied"


async def test_rating_given_meanwhile_by_telephone_stands(door: Door) -> None:
    phone = door.follower()
    number = await file(phone)
    await door.answered(number)
    await phone.say("4")
    await rated(door.town, await _ticket(door), Verdict.SATISFIED, door.clock.now())
    assert await phone.say("4") == words(Phrase.RATED_BEFORE, number=number)
    assert await phone.say("您好") == words(Phrase.HINT)
    assert (await door.newest())["close_reason"] == "satisfied"


async def _ticket(door: Door) -> Any:
    async with door.pool.acquire() as conn:
        return await get_ticket(conn, 1, (await door.newest())["ticket_id"])


async def test_rating_interrupts_a_complaint_and_leads_back(door: Door) -> None:
    phone = door.follower()
    number = await file(phone)
    await tell(phone, "自来水发黄三天了，没法做饭。", "1")
    door.clock.advance(timedelta(minutes=1))
    await door.answered(number)
    assert await phone.say("1") == words(Phrase.ASK_SOLVED, number=number)
    answer = await phone.say("1")
    assert answer.endswith(words(Phrase.ASK_WHERE))
    await tell(phone, "东街", "0", "1", "1")
    assert await door.value("select count(*) from ticket where place = '东街'") == 1


async def test_digit_within_a_complaint_is_no_rating(door: Door) -> None:
    phone = door.follower()
    number = await file(phone)
    await door.answered(number)
    door.clock.advance(timedelta(minutes=1))
    assert await tell(phone, "自来水发黄三天了，没法做饭。", "1") == words(Phrase.ASK_WHERE)


async def test_next_reply_is_asked_about_after_the_first(door: Door) -> None:
    phone = door.follower()
    first, second = await file(phone), await file(phone, "自来水发黄三天了，没法做饭。")
    await door.answered(first)
    await door.answered(second)
    answer = await tell(phone, "1", "1")
    assert words(Phrase.RATED_CLOSED, number=second) in answer
    assert words(Phrase.ASK_NEXT, number=first) in answer
    await tell(phone, "2", "2")
    assert await door.value("select count(*) from ticket where state = 'closed'") == 2


async def test_invitation_and_reply_reach_the_follower_once(door: Door) -> None:
    phone = door.follower()
    number = await file(phone)
    await door.answered(number)
    for _ in range(3):
        await door.deliver()
    texts = [message.text for message in door.platform.accepted if message.openid == ALICE]
    assert len(texts) == len(set(texts))
    assert sum(NOTICE_WORDS[NoticeKind.CALLBACK].format(number=number) in text for text in texts) == 1
    assert sum("水表已更换" in text for text in texts) == 1
    assert await door.value("select count(*) from outbox where channel = 'wechat' and state <> 'sent'") == 0


async def test_welcome_is_said_once_an_hour_whatever_storm_comes(door: Door) -> None:
    phone = door.follower()
    welcome = words(Phrase.WELCOME, county=door.settings.county)
    answers = []
    for _ in range(5):
        answers += [await phone.push("subscribe"), await phone.push("unsubscribe")]
        door.clock.advance(timedelta(seconds=1))
    assert [answer for answer in answers if answer] == [welcome]
    door.clock.advance(timedelta(hours=1))
    assert await phone.push("subscribe") == welcome


@pytest.mark.parametrize("event", ["LOCATION", "TEMPLATESENDJOBFINISH", "VIEW", "unsubscribe"])
async def test_other_pushes_are_taken_in_silence(door: Door, event: str) -> None:
    phone = door.follower()
    await phone.say(LAMP)
    assert await phone.push(event, Status="success") == ""
    assert await phone.say("1") == words(Phrase.ASK_WHERE)


async def test_menu_click_counts_as_the_word(door: Door) -> None:
    phone = door.follower()
    assert await phone.push("CLICK", "file") == words(Phrase.ASK_WHAT)
    assert words(Phrase.HELP) in await phone.push("CLICK", "帮助")


async def test_echoing_machine_is_left_alone(door: Door) -> None:
    phone = door.follower()
    await tell(phone, LAMP, "1", "0", "0")
    answers = [await phone.say("您好，我现在不在，稍后回复您。") for _ in range(10)]
    assert sum(bool(answer) for answer in answers) == 2
    door.clock.advance(timedelta(minutes=2))
    assert await phone.say("1") != ""


async def test_same_words_are_gathered_once(door: Door) -> None:
    phone = door.follower()
    for _ in range(4):
        await phone.say(LAMP)
        door.clock.advance(timedelta(seconds=5))
    await tell(phone, "1", "0", "0", "1", "1")
    assert (await door.newest())["body"] == LAMP


async def test_failed_turn_leaves_nothing_and_may_be_repeated(door: Door) -> None:
    phone = door.follower()
    await tell(phone, LAMP, "1", "0", "0", "1")
    before = await door.counts()
    yes = phone.message("text", new_message_id(), Content="1")
    await door.pool.execute("alter table own_ticket rename to gone")
    assert (await phone.post(yes)).status == 500
    assert await door.counts() == before
    await door.pool.execute("alter table gone rename to own_ticket")
    answer = await phone.post(yes)
    assert answer.status == 200
    assert number_in(answer.text) == (await door.newest())["number"]


Attack = Callable[[Door], Awaitable[int]]


def forged(forgery: Forgery) -> Attack:
    async def attack(door: Door) -> int:
        phone = door.follower()
        return (await phone.post(phone.message("text", new_message_id(), Content=LAMP), forgery)).status

    return attack


def raw(body: bytes, content_type: str = "text/xml") -> Attack:
    async def attack(door: Door) -> int:
        phone = door.follower()
        query = phone.seal(phone.message("text", new_message_id(), Content=LAMP)).query
        headers = {"Content-Type": content_type}
        async with (
            aiohttp.ClientSession() as http,
            http.post(door.url, params=query, data=body, headers=headers) as response,
        ):
            return response.status

    return attack


async def unsigned(door: Door) -> int:
    async with aiohttp.ClientSession() as http, http.post(door.url, data=b"<xml></xml>") as response:
        return response.status


async def replayed(door: Door) -> int:
    phone = door.follower()
    envelope = phone.seal(phone.message("text", new_message_id(), Content=LAMP))
    door.clock.advance(timedelta(minutes=11))
    async with (
        aiohttp.ClientSession() as http,
        http.post(door.url, params=envelope.query, data=envelope.body) as response,
    ):
        return response.status


ATTACKS: dict[str, tuple[Attack, int]] = {
    "unsigned": (unsigned, 401),
    "replayed": (replayed, 401),
    "wrong signature": (forged(Forgery.SIGNATURE), 401),
    "wrong message signature": (forged(Forgery.MESSAGE_SIGNATURE), 401),
    "stale": (forged(Forgery.STALE), 401),
    "plain mode": (forged(Forgery.PLAIN), 400),
    "other account": (forged(Forgery.OTHER_APP), 400),
    "other key": (forged(Forgery.OTHER_KEY), 400),
    "oversized": (raw(b"<xml>" + b"a" * (BODY_BYTES + 1)), 413),
    "huge": (raw(b"a" * (1024 * 1024)), 413),
    "binary": (raw(bytes(range(256)) * 8, "application/octet-stream"), 400),
    "empty": (raw(b""), 400),
    "entities": (raw(b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>'), 400),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_unproven_message_is_refused_and_leaves_nothing(door: Door, name: str) -> None:
    attack, status = ATTACKS[name]
    assert await attack(door) == status
    assert await door.counts() == (0, 0, 0)


async def test_handshake_gives_the_echo_back_only_when_signed(door: Door) -> None:
    phone = door.follower()
    query = phone.seal("<xml></xml>").query
    signed = {name: query[name] for name in ("timestamp", "nonce", "signature")} | {"echostr": "7356421"}
    async with aiohttp.ClientSession() as http:
        async with http.get(door.url, params=signed) as response:
            assert (response.status, await response.text()) == (200, "7356421")
        async with http.get(door.url, params=signed | {"nonce": "1"}) as response:
            assert response.status == 401


def test_everything_that_may_be_said_has_words() -> None:
    assert set(WORDS) == set(Phrase)
    assert set(STATE_WORDS) == set(State)
    assert set(KIND_WORDS) == set(Kind)
    # The web address the program fills in is the only Latin script a person sees.
    for sentence in (*WORDS.values(), *STATE_WORDS.values(), *KIND_WORDS.values()):
        assert not re.search("[A-Za-z]", re.sub(r"\{[a-z]+\}", "", sentence))
