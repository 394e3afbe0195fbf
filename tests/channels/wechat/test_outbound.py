"""Sending over real HTTP to the stand-in platform; the token shared through a real Valkey."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
import redis.asyncio
import structlog
from aiohttp import web

from channels.wechat import protocol
from channels.wechat.outbound import OfficialAccount, Sender, Template, Tokens
from channels.wechat.protocol import UnsentError
from channels.wechat.texts import TemplateValue
from hotline.domain.messaging.message import Delivery, Outgoing
from hotline.domain.messaging.notices import NoticeKind, PostedNotice
from hotline.local import local_valkey
from rehearsal.wechat_server import WechatServer

OPENID = "oRehearsal_follower-000000001"
OUTBOX_ID = UUID("01960000-0000-7000-8000-000000000001")
TEMPLATE = Template(
    "tmpl-notice",
    {"thing2": TemplateValue.SUMMARY, "character_string3": TemplateValue.NUMBER},
    {"phrase1": "有新进展"},
)


class Clock:
    """A clock that stands still until moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def platform(clock: Clock) -> AsyncIterator[WechatServer]:
    async with WechatServer(clock, templates=frozenset({"tmpl-notice"})) as server:
        server.greet(OPENID)
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def cache(tmp_path: Path) -> AsyncIterator["redis.asyncio.Redis"]:
    async with local_valkey(tmp_path) as url:
        client = redis.asyncio.Redis.from_url(url)
        yield client
        await client.aclose()


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = aiohttp.ClientTimeout(total=2, connect=1, sock_connect=1, sock_read=0.2)
    monkeypatch.setattr(protocol, "TIMEOUT", quick)


def account(platform: WechatServer, templates: Mapping[str, Template] | None = None) -> OfficialAccount:
    known = platform.credentials
    return OfficialAccount(known.app_id, known.secret, platform.base, templates or {})


MakeSender = Callable[..., Sender]


@pytest.fixture
def make_sender(platform: WechatServer, http: aiohttp.ClientSession) -> MakeSender:
    def make(template: Template | None = None) -> Sender:
        owner = account(platform, {"notice": template} if template else None)
        return Sender(http, owner, Tokens(http, owner))

    return make


def notice(text: str = "您反映的事项已转交承办单位", url: str | None = None, template: str | None = None) -> Outgoing:
    """A message that says this, as a row of an earlier version does."""
    posted = PostedNotice(NoticeKind.REPLIED, "20261123-00001", text=text)
    return Outgoing(OUTBOX_ID, "wechat", OPENID, (posted,), url, template)


async def test_text_reaches_the_follower(platform: WechatServer, make_sender: MakeSender) -> None:
    receipt = await make_sender().send(notice("您的诉求已受理", "https://example.invalid/t/1"))
    assert receipt.delivery is Delivery.DELIVERED
    (message,) = platform.accepted
    assert (message.openid, message.kind) == (OPENID, "custom")
    assert message.text == "您的诉求已受理\nhttps://example.invalid/t/1"


async def test_long_text_is_cut_and_keeps_its_link(platform: WechatServer, make_sender: MakeSender) -> None:
    receipt = await make_sender().send(notice("阳" * 3000, "https://example.invalid/t/1"))
    assert receipt.delivery is Delivery.DELIVERED
    assert platform.accepted[0].text.endswith("…\nhttps://example.invalid/t/1")


async def test_link_already_in_the_text_is_not_repeated(platform: WechatServer, make_sender: MakeSender) -> None:
    await make_sender().send(notice("详见 https://example.invalid/t/1 。", "https://example.invalid/t/1"))
    assert platform.accepted[0].text == "详见 https://example.invalid/t/1 。"


async def test_one_token_serves_many_messages(platform: WechatServer, make_sender: MakeSender) -> None:
    sender = make_sender()
    await asyncio.gather(*(sender.send(notice()) for _ in range(20)))
    assert (len(platform.accepted), platform.token_requests) == (20, 1)


async def test_closed_window_falls_back_to_the_template(
    platform: WechatServer, make_sender: MakeSender, clock: Clock
) -> None:
    clock.at += timedelta(hours=48, seconds=1)
    receipt = await make_sender(TEMPLATE).send(notice(url="https://example.invalid/t/1"))
    assert (receipt.delivery, receipt.provider_id) == (Delivery.DELIVERED, "3000000001")
    (message,) = platform.accepted
    assert message.fields == {
        "phrase1": "有新进展", "thing2": "20261123-00001已有答复", "character_string3": "20261123-00001",
    }  # fmt: skip
    assert message.client_msg_id == OUTBOX_ID.hex


async def test_open_window_needs_no_template(platform: WechatServer, make_sender: MakeSender, clock: Clock) -> None:
    clock.at += timedelta(hours=48)
    await make_sender(TEMPLATE).send(notice())
    assert [message.kind for message in platform.accepted] == ["custom"]


@pytest.mark.parametrize("code", ["43101", "45015", "45047"])
async def test_no_window_and_no_template_is_impossible(
    platform: WechatServer, make_sender: MakeSender, code: str
) -> None:
    platform.misbehave(code)
    receipt = await make_sender().send(notice())
    assert receipt.delivery is Delivery.IMPOSSIBLE
    assert code in str(receipt.reason)
    assert platform.accepted == []


async def test_unknown_template_name_is_impossible(platform: WechatServer, make_sender: MakeSender) -> None:
    platform.misbehave("45015")
    receipt = await make_sender(TEMPLATE).send(notice(template="letter"))
    assert receipt.delivery is Delivery.IMPOSSIBLE


async def test_follower_who_left_cannot_be_reached(platform: WechatServer, make_sender: MakeSender) -> None:
    platform.leave(OPENID)
    receipt = await make_sender(TEMPLATE).send(notice())
    assert (receipt.delivery, platform.accepted) == (Delivery.IMPOSSIBLE, [])
    assert "43004" in str(receipt.reason)


@pytest.mark.case("T22")
@pytest.mark.parametrize(
    ("mischief", "wait_s"),
    [
        ("-1", 30),
        ("45009", 3600),
        ("45011", 60),
        ("40164", 600),
        ("500", 30),
        ("502", 30),
        ("429", 30),
        ("404", 300),
    ],
)
async def test_refusal_for_now_is_tried_later(
    platform: WechatServer, make_sender: MakeSender, mischief: str, wait_s: int
) -> None:
    sender = make_sender()
    platform.misbehave(mischief)
    receipt = await sender.send(notice())
    assert (receipt.delivery, receipt.retry_after_s) == (Delivery.LATER, wait_s)
    assert platform.accepted == []
    assert (await sender.send(notice())).delivery is Delivery.DELIVERED


@pytest.mark.parametrize("code", ["40003", "46004", "48001", "43019", "45002", "99999"])
async def test_refusal_for_good_is_impossible(platform: WechatServer, make_sender: MakeSender, code: str) -> None:
    platform.misbehave(code)
    receipt = await make_sender(TEMPLATE).send(notice())
    assert (receipt.delivery, platform.accepted) == (Delivery.IMPOSSIBLE, [])
    assert code in str(receipt.reason)


async def test_empty_text_is_impossible(platform: WechatServer, make_sender: MakeSender) -> None:
    assert (await make_sender().send(notice(""))).delivery is Delivery.IMPOSSIBLE


@pytest.mark.case("T7", "P18")
@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("mischief", ["slow", "drop", "invalid_json", "504"])
async def test_lost_answer_is_unknown_and_not_repeated(
    platform: WechatServer, make_sender: MakeSender, mischief: str
) -> None:
    platform.misbehave(mischief)
    receipt = await make_sender(TEMPLATE).send(notice())
    assert receipt.delivery is Delivery.UNKNOWN
    assert len(platform.accepted) == (0 if mischief == "504" else 1)


@pytest.mark.usefixtures("impatience")
async def test_lost_answer_to_a_template_is_unknown(platform: WechatServer, make_sender: MakeSender) -> None:
    platform.misbehave("45015")
    platform.misbehave("drop")
    assert (await make_sender(TEMPLATE).send(notice())).delivery is Delivery.UNKNOWN
    assert [message.kind for message in platform.accepted] == ["template"]


async def test_refused_connection_is_tried_later(platform: WechatServer, http: aiohttp.ClientSession) -> None:
    known = account(platform)
    tokens = Tokens(http, known)
    await tokens.token()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = OfficialAccount(known.app_id, known.secret, f"http://127.0.0.1:{closed.getsockname()[1]}")
        receipt = await Sender(http, nobody, tokens).send(notice())
    assert (receipt.delivery, receipt.retry_after_s) == (Delivery.LATER, 30)


@pytest.mark.parametrize("answer", ["[]", "{}", '{"errcode": "0"}', "null"])
async def test_odd_json_is_unknown(http: aiohttp.ClientSession, answer: str) -> None:
    async def answer_so(request: web.Request) -> web.Response:
        token = {"access_token": "t", "expires_in": 7200}
        return web.json_response(token) if "token" in request.path else web.Response(text=answer)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer_so)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    owner = OfficialAccount("wx1", "s", f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        receipt = await Sender(http, owner, Tokens(http, owner)).send(notice())
    finally:
        await runner.cleanup()
    assert receipt.delivery is Delivery.UNKNOWN


@pytest.mark.parametrize("code", ["40001", "40014", "42001"])
async def test_stale_token_is_renewed_once(platform: WechatServer, make_sender: MakeSender, code: str) -> None:
    sender = make_sender()
    platform.misbehave(code)
    assert (await sender.send(notice())).delivery is Delivery.DELIVERED
    assert (len(platform.accepted), platform.token_requests) == (1, 2)


async def test_expired_token_is_replaced(platform: WechatServer, make_sender: MakeSender) -> None:
    sender = make_sender()
    await sender.send(notice())
    platform.spoil_token()
    assert (await sender.send(notice())).delivery is Delivery.DELIVERED
    assert (len(platform.accepted), platform.tokens_made) == (2, 2)


async def test_token_refused_twice_is_tried_later(platform: WechatServer, make_sender: MakeSender) -> None:
    platform.misbehave("40001", times=5)
    receipt = await make_sender().send(notice())
    assert (receipt.delivery, receipt.retry_after_s) == (Delivery.LATER, 60)
    assert platform.token_requests == 2


@pytest.mark.usefixtures("impatience")
@pytest.mark.parametrize("mischief", ["500", "45009", "40125", "invalid_json", "drop", "slow"])
async def test_no_token_means_later_and_one_request(
    platform: WechatServer, make_sender: MakeSender, mischief: str
) -> None:
    platform.misbehave(mischief, where="token")
    sender = make_sender()
    receipts = [await sender.send(notice()) for _ in range(5)]
    assert {receipt.delivery for receipt in receipts} == {Delivery.LATER}
    assert (platform.token_requests, platform.accepted) == (1, [])


async def test_wrong_secret_is_told_as_such(platform: WechatServer, http: aiohttp.ClientSession) -> None:
    owner = OfficialAccount(platform.credentials.app_id, "wrong", platform.base)
    receipt = await Sender(http, owner, Tokens(http, owner)).send(notice())
    assert (receipt.delivery, receipt.retry_after_s) == (Delivery.LATER, 600)
    assert "公众号密钥有误" in str(receipt.reason)


@pytest.mark.case("P22")
async def test_ten_workers_share_one_token(
    platform: WechatServer, http: aiohttp.ClientSession, cache: "redis.asyncio.Redis"
) -> None:
    owner = account(platform)
    workers = [Tokens(http, owner, cache) for _ in range(10)]
    tokens = await asyncio.gather(*(worker.token() for worker in workers))
    assert len(set(tokens)) == 1
    assert platform.token_requests == 1
    assert await cache.exists(f"wechat:token:{owner.app_id}:lock") == 0


@pytest.mark.case("P22")
async def test_two_workers_refresh_together_once(
    platform: WechatServer, http: aiohttp.ClientSession, cache: "redis.asyncio.Redis"
) -> None:
    owner = account(platform)
    workers = [Sender(http, owner, Tokens(http, owner, cache)) for _ in range(2)]
    for worker in workers:
        await worker.send(notice())
    platform.spoil_token()
    receipts = await asyncio.gather(*(worker.send(notice()) for worker in workers))
    assert {receipt.delivery for receipt in receipts} == {Delivery.DELIVERED}
    assert (platform.token_requests, len(platform.accepted)) == (2, 4)


async def test_token_made_while_the_lock_was_awaited_is_used(
    platform: WechatServer,
    http: aiohttp.ClientSession,
    cache: "redis.asyncio.Redis",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick, slow = (Tokens(http, account(platform), cache) for _ in range(2))
    lock = slow._lock

    async def lock_after_the_other(owner: str) -> bool:
        await quick.token()
        return await lock(owner)

    monkeypatch.setattr(slow, "_lock", lock_after_the_other)
    assert await slow.token() == await quick.token()
    assert platform.token_requests == 1


async def test_shared_token_expires_before_the_platform_s(
    platform: WechatServer, http: aiohttp.ClientSession, cache: "redis.asyncio.Redis"
) -> None:
    owner = account(platform)
    await Tokens(http, owner, cache).token()
    assert 6990 <= await cache.ttl(f"wechat:token:{owner.app_id}") <= 7000


async def test_short_lived_token_is_not_asked_for_each_message(clock: Clock, http: aiohttp.ClientSession) -> None:
    async with WechatServer(clock, window=None, token_life_s=100) as platform:
        owner = account(platform)
        sender = Sender(http, owner, Tokens(http, owner))
        for _ in range(3):
            await sender.send(notice())
        assert platform.token_requests == 1


async def test_lock_of_a_dead_worker_is_outlived(
    platform: WechatServer,
    http: aiohttp.ClientSession,
    cache: "redis.asyncio.Redis",
) -> None:
    owner = account(platform)
    await cache.set(f"wechat:token:{owner.app_id}:lock", "dead", px=300)
    assert await Tokens(http, owner, cache).token()
    assert platform.token_requests == 1


async def test_lock_of_another_is_not_released(
    platform: WechatServer, http: aiohttp.ClientSession, cache: "redis.asyncio.Redis"
) -> None:
    tokens = Tokens(http, account(platform), cache)
    assert await tokens._lock("first")
    assert not await tokens._lock("second")
    await tokens._unlock("second")
    assert not await tokens._lock("second")


async def test_messages_go_on_without_valkey(platform: WechatServer, http: aiohttp.ClientSession) -> None:
    nobody = redis.asyncio.Redis.from_url("unix:///nowhere/valkey.sock")
    owner = account(platform)
    sender = Sender(http, owner, Tokens(http, owner, nobody))
    receipts = [await sender.send(notice()) for _ in range(3)]
    await nobody.aclose()
    assert {receipt.delivery for receipt in receipts} == {Delivery.DELIVERED}
    assert platform.token_requests == 1


async def test_hanging_valkey_delays_once_only(platform: WechatServer, http: aiohttp.ClientSession) -> None:
    class Hanging:
        asked = 0

        async def get(self, name: str, /) -> None:
            Hanging.asked += 1
            await asyncio.sleep(60)

        async def set(self, name: str, value: str, /, *, ex: int | None = None, nx: bool = False) -> None:
            await self.get(name)

        async def eval(self, script: str, numkeys: int, /, *keys_and_args: str) -> None:
            await self.get(script)

    async with asyncio.timeout(3):
        assert await Tokens(http, account(platform), Hanging()).token()
    assert Hanging.asked == 1


async def test_waiting_for_a_token_can_be_given_up(
    platform: WechatServer,
    http: aiohttp.ClientSession,
    cache: "redis.asyncio.Redis",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tokens, "WAIT_S", 0.2)
    owner = account(platform)
    await cache.set(f"wechat:token:{owner.app_id}:lock", "busy", ex=60)
    with pytest.raises(UnsentError, match="超时"):
        await Tokens(http, owner, cache).token()
    assert platform.token_requests == 0


async def test_logs_name_no_person_and_no_secret(
    platform: WechatServer, make_sender: MakeSender, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as lines:
        sender = make_sender(TEMPLATE)
        for mischief in ("45015", "45015", "40003", "500", "drop", "invalid_json"):
            platform.misbehave(mischief)
            await sender.send(notice("王某某反映的事项", "https://example.invalid/t/1"))
        platform.spoil_token()
        platform.misbehave("500", where="token")
        await sender.send(notice())
    told = repr(lines) + caplog.text
    assert "wechat_sent" in told
    assert "wechat_token_refused" in told
    token = platform._token or "x" * 99
    for secret in (OPENID, "王某某", platform.credentials.secret, token, *platform._old_tokens - {""}, "/t/1"):
        assert secret not in told


async def test_escaped_characters_would_be_seen(platform: WechatServer, http: aiohttp.ClientSession) -> None:
    token = await Tokens(http, account(platform)).token()
    body = {"touser": OPENID, "msgtype": "text", "text": {"content": "您好"}}
    url = f"{platform.base}/cgi-bin/message/custom/send?access_token={token}"
    async with http.post(url, json=body) as response:
        assert (await response.json())["errcode"] == 0
    assert platform.accepted[0].text == "\\u60a8\\u597d"


def test_unknown_misbehaviour_is_refused(clock: Clock) -> None:
    with pytest.raises(ValueError, match="no such"):
        WechatServer(clock).misbehave("polite")
