"""The webhook's gate: what is let in, what is refused and how, and the sealed reply; over real HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from channels.wechat.inbound import BadMessage, Gate, OversizedMessage, UnprovenMessage
from channels.wechat.protocol import fit_bytes, fit_chars
from hotline.domain.messaging.message import Incoming
from rehearsal.wechat_phone import Answer, Credentials, Follower, Forgery, WebhookError
from rehearsal.wechat_server import WechatServer

NOW = datetime(2026, 11, 21, 9, 0, 5, tzinfo=UTC)
OPENID = "oRehearsal_follower-000000001"
FIXTURES = Path(__file__).parent / "fixtures"
CREDENTIALS = Credentials.invent()


class Webhook:
    """The smallest server with a gate in it: keeps what came in, answers with `reply`."""

    def __init__(self) -> None:
        self.gate = Gate(CREDENTIALS.app_id, CREDENTIALS.token, CREDENTIALS.aes_key)
        self.came: list[Incoming] = []
        self.reply = "已收到"
        self.compose: Callable[[Incoming], str] = lambda incoming: self.reply
        self.broken_times = 0
        self.url = ""

    async def get(self, request: web.Request) -> web.Response:
        try:
            return web.Response(text=self.gate.verify_echo(request.query))
        except BadMessage as fault:
            return web.json_response({"sentence": fault.sentence}, status=fault.status)

    async def post(self, request: web.Request) -> web.Response:
        if self.broken_times:
            self.broken_times -= 1
            return web.Response(status=500)
        try:
            incoming = self.gate.read(request.query, await request.read(), NOW)
        except BadMessage as fault:
            return web.json_response({"sentence": fault.sentence}, status=fault.status)
        self.came.append(incoming)
        body, content_type = self.gate.write(self.compose(incoming), incoming, NOW)
        return web.Response(body=body, content_type=content_type)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.router.add_get("/wechat", hook.get)
    app.router.add_post("/wechat", hook.post)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/wechat"
    yield hook
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def follower(webhook: Webhook, http: aiohttp.ClientSession) -> Follower:
    return Follower(OPENID, webhook.url, CREDENTIALS, lambda: NOW, http)


def recorded(name: str) -> str:
    return (FIXTURES / f"{name}.xml").read_text("utf-8")


def sentence(answer: Answer) -> str:
    return str(json.loads(answer.body)["sentence"])


def read_sealed(xml: str) -> Incoming:
    """What a gate makes of this XML, properly sealed."""
    envelope = Follower(OPENID, "", CREDENTIALS, lambda: NOW, None).seal(xml)  # type: ignore[arg-type]
    gate = Gate(CREDENTIALS.app_id, CREDENTIALS.token, CREDENTIALS.aes_key)
    return gate.read(envelope.query, envelope.body, NOW)


@pytest.mark.parametrize(
    ("name", "kind", "text", "media_id", "push"),
    [
        ("text", "text", "幸福路路灯坏了三天，晚上看不清 <路口> & 台阶", None, None),
        ("image", "image", "", "media-picture-1", None),
        ("voice", "voice", "门口的井盖松了", "media-voice-1", None),
        ("video", "video", "", "media-video-1", None),
        ("shortvideo", "video", "", "media-video-2", None),
        ("location", "location", "阳光县幸福路1号（26.420000,112.390000）", None, None),
        ("link", "link", "小区公告\n停水安排\nhttps://example.invalid/notice", None, None),
        ("miniprogrampage", "unknown", "", None, None),
        ("subscribe", "push", "", None, "subscribe"),
        ("subscribe_scan", "push", "village-12", None, "subscribe"),
        ("unsubscribe", "push", "", None, "unsubscribe"),
        ("click", "push", "FILE_COMPLAINT", None, "click:FILE_COMPLAINT"),
        ("scan", "push", "village-12", None, "scan:village-12"),
        ("scancode_push", "push", "SCAN_TICKET", None, "scancode_push:SCAN_TICKET"),
        ("location_push", "push", "", None, "location"),
        ("template_finished", "push", "failed:user block", None, "templatesendjobfinish"),
        ("new_push", "push", "", None, "event_nobody_knows_yet"),
    ],
)
async def test_recorded_message_is_read(
    follower: Follower, webhook: Webhook, name: str, kind: str, text: str, media_id: str | None, push: str | None
) -> None:
    assert (await follower.post(recorded(name))).text == "已收到"
    incoming = webhook.came[0]
    assert (incoming.kind, incoming.text, incoming.media_id, incoming.push) == (kind, text, media_id, push)
    assert (incoming.channel, incoming.person) == ("wechat", OPENID)
    assert incoming.sent_at == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_every_fixture_is_read() -> None:
    names = sorted(path.stem for path in FIXTURES.glob("*.xml"))
    assert len(names) == 17
    assert len({read_sealed(recorded(name)).message_id for name in names}) == 17


async def test_same_message_keeps_its_id(follower: Follower, webhook: Webhook) -> None:
    await follower.say("路灯坏了", "24000000000000009", repeat=3)
    assert [incoming.message_id for incoming in webhook.came] == ["24000000000000009"] * 3


async def test_push_without_id_is_told_apart_by_sender_time_and_key(follower: Follower) -> None:
    first, again = read_sealed(recorded("click")), read_sealed(recorded("click"))
    other_key = read_sealed(recorded("click").replace("FILE_COMPLAINT", "ASK_PROGRESS"))
    later = read_sealed(recorded("click").replace("1795251600", "1795251601"))
    other_person = read_sealed(recorded("click").replace("000000001", "000000002"))
    assert first.message_id == again.message_id
    assert len({push.message_id for push in (first, other_key, later, other_person)}) == 4
    assert OPENID not in first.message_id


async def test_lost_answer_is_delivered_again(follower: Follower, webhook: Webhook) -> None:
    webhook.broken_times = 2
    assert await follower.say("路灯坏了") == "已收到"
    webhook.broken_times = 3
    with pytest.raises(WebhookError, match="500"):
        await follower.say("路灯坏了")


@pytest.mark.parametrize(
    ("forgery", "status", "word"),
    [
        (Forgery.SIGNATURE, 401, "签名不符"),
        (Forgery.MESSAGE_SIGNATURE, 401, "签名不符"),
        (Forgery.STALE, 401, "已过时"),
        (Forgery.PLAIN, 400, "安全模式"),
        (Forgery.OTHER_APP, 400, "无法解密"),
        (Forgery.OTHER_KEY, 400, "无法解密"),
    ],
)
async def test_forged_delivery_is_refused(
    follower: Follower, webhook: Webhook, forgery: Forgery, status: int, word: str
) -> None:
    answer = await follower.post(recorded("text"), forgery)
    assert answer.status == status
    assert word in sentence(answer)
    assert webhook.came == []


async def test_unsigned_post_is_refused(webhook: Webhook, http: aiohttp.ClientSession) -> None:
    async with http.post(webhook.url, data=recorded("text").encode()) as response:
        assert response.status == 401


def sealed() -> tuple[Gate, dict[str, str], bytes]:
    envelope = Follower(OPENID, "", CREDENTIALS, lambda: NOW, None).seal(recorded("text"))  # type: ignore[arg-type]
    return Gate(CREDENTIALS.app_id, CREDENTIALS.token, CREDENTIALS.aes_key), envelope.query, envelope.body


@pytest.mark.parametrize("minutes", [-11, 11])
def test_timestamp_beyond_ten_minutes_is_refused(minutes: int) -> None:
    gate, query, body = sealed()
    with pytest.raises(UnprovenMessage, match="重放"):
        gate.read(query, body, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-9, 9])
def test_timestamp_within_ten_minutes_is_taken(minutes: int) -> None:
    gate, query, body = sealed()
    assert gate.read(query, body, NOW + timedelta(minutes=minutes)).person == OPENID


@pytest.mark.parametrize("name", ["signature", "msg_signature", "timestamp", "nonce", "encrypt_type"])
def test_missing_query_part_is_refused(name: str) -> None:
    gate, query, body = sealed()
    del query[name]
    with pytest.raises(BadMessage):
        gate.read(query, body, NOW)


@pytest.mark.parametrize("signature", ["", "é" * 40, "\ud800", "0" * 40, "x" * 10_000])
def test_odd_signature_is_refused(signature: str) -> None:
    gate, query, body = sealed()
    for name in ("signature", "msg_signature"):
        with pytest.raises(UnprovenMessage):
            gate.read({**query, name: signature}, body, NOW)


def test_oversized_body_is_refused() -> None:
    gate, query, body = sealed()
    with pytest.raises(OversizedMessage, match="64 KB") as caught:
        gate.read(query, body + b" " * 65_536, NOW)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"<xml></xml>",
        b"<xml><Encrypt></Encrypt></xml>",
        b"<xml><Encrypt><![CDATA[@@@@]]></Encrypt></xml>",
        b"<xml><Encrypt>AAAA</Encrypt><Encrypt>BBBB</Encrypt></xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>AAAA</Encrypt></xml>',
        b"<Encrypt>" + b" " * 60_000,
    ],
)
def test_odd_envelope_is_refused(body: bytes) -> None:
    gate, query, _ = sealed()
    with pytest.raises(BadMessage) as caught:
        gate.read(query, body, NOW)
    assert caught.value.status == 400


PERSON = "<ToUserName>gh_a</ToUserName><FromUserName>oA</FromUserName>"


@pytest.mark.parametrize(
    "xml",
    [
        "",
        " ",
        "text",
        "<xml></xml>",
        "<xml>words</xml>",
        "<xml><MsgType>text</MsgType>",
        "<other><MsgType>text</MsgType></other>",
        f"<xml>{PERSON}<CreateTime>1</CreateTime></xml>",
        f"<xml>{PERSON}<MsgType>text</MsgType></xml>",
        f"<xml>{PERSON}<CreateTime>soon</CreateTime><MsgType>text</MsgType></xml>",
        f"<xml>{PERSON}<CreateTime>999999999999</CreateTime><MsgType>text</MsgType></xml>",
        f"<xml>{PERSON}<CreateTime>１</CreateTime><MsgType>text</MsgType></xml>",
        f"<xml>{PERSON}<CreateTime>1</CreateTime><MsgType><a>text</a></MsgType></xml>",
        f"<xml>{PERSON}{PERSON}<CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
        "<xml><ToUserName>gh_a</ToUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>",
        '<!DOCTYPE x [<!ENTITY e "boom">]><xml><MsgType>&e;</MsgType></xml>',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><MsgType>&e;</MsgType></xml>',
        "<xml>" + "<a>" * 3000,
    ],
)
def test_odd_content_is_refused(xml: str) -> None:
    with pytest.raises(BadMessage) as caught:
        read_sealed(xml)
    assert caught.value.status == 400


@given(st.binary(max_size=200))
def test_signed_rubbish_is_refused(rubbish: bytes) -> None:
    follower = Follower(OPENID, "", CREDENTIALS, lambda: NOW, None)  # type: ignore[arg-type]
    query = {"timestamp": str(int(NOW.timestamp())), "nonce": "1", "encrypt_type": "aes"}
    query["signature"] = follower._sign(query)
    query["msg_signature"] = follower._sign(query, rubbish)
    gate = Gate(CREDENTIALS.app_id, CREDENTIALS.token, CREDENTIALS.aes_key)
    with pytest.raises(BadMessage):
        gate.read(query, b"<xml><Encrypt>" + rubbish + b"</Encrypt></xml>", NOW)


def test_content_beyond_utf8_is_refused() -> None:
    gate, query, _ = sealed()
    follower = Follower(OPENID, "", CREDENTIALS, lambda: NOW, None)  # type: ignore[arg-type]
    key = WeChatCrypto(CREDENTIALS.token, CREDENTIALS.aes_key, CREDENTIALS.app_id).key
    encrypted = PrpCrypto(key).encrypt(b"<xml>\xff</xml>", CREDENTIALS.app_id)
    query["msg_signature"] = follower._sign(query, encrypted)
    with pytest.raises(BadMessage):
        gate.read(query, b"<xml><Encrypt>" + encrypted + b"</Encrypt></xml>", NOW)


@pytest.mark.parametrize(
    ("sent", "kept"), [("水\u202e费\u2066多\u200b了", "水费多了"), ("\u200b\u200b", ""), ("好的👨‍👩‍👧", "好的👨‍👩‍👧")]
)
def test_text_is_cleaned_at_the_door(sent: str, kept: str) -> None:
    xml = recorded("text").replace("幸福路路灯坏了三天，晚上看不清 <路口> & 台阶", sent)
    assert sent in xml
    assert read_sealed(xml).text == kept


@pytest.mark.parametrize(
    "text", ["a]]>b", "]]>", "结尾]]", "]]]]>>", "<a href='x'>链接</a> & <![CDATA[", "第一行\n第二行"]
)
async def test_reply_arrives_as_written(follower: Follower, webhook: Webhook, text: str) -> None:
    webhook.reply = text
    assert await follower.say("在吗") == text


async def test_reply_loses_what_xml_cannot_carry(follower: Follower, webhook: Webhook) -> None:
    webhook.reply = "一\x00二\x0b三\ud800四"
    assert await follower.say("在吗") == "一二三四"


async def test_long_reply_is_cut_between_characters(follower: Follower, webhook: Webhook) -> None:
    webhook.reply = "阳" * 3000
    reply = await follower.say("在吗")
    assert reply == "阳" * 681 + "…"
    assert len(reply.encode()) <= 2048


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_empty_reply_is_success(follower: Follower, webhook: Webhook, text: str) -> None:
    webhook.reply = text
    answer = await follower.post(recorded("text"))
    assert (answer.status, answer.body) == (200, b"success")


async def test_reply_of_another_token_is_not_opened(follower: Follower, webhook: Webhook) -> None:
    answer = await follower.post(recorded("text"))
    follower._credentials = replace(CREDENTIALS, token="another")
    with pytest.raises(WebhookError, match="opened"):
        follower.open(answer.body)


async def test_different_replies_to_one_message_are_noticed(follower: Follower, webhook: Webhook) -> None:
    webhook.compose = lambda incoming: f"第{len(webhook.came)}次"
    with pytest.raises(WebhookError, match="2 different"):
        await follower.say("在吗", repeat=2)


def test_gate_does_not_write_before_it_has_read() -> None:
    gate = Gate(CREDENTIALS.app_id, CREDENTIALS.token, CREDENTIALS.aes_key)
    with pytest.raises(LookupError):
        gate.write("您好", Incoming("wechat", "1", OPENID, NOW, "text"), NOW)


@pytest.mark.parametrize(
    ("app_id", "token", "aes_key"),
    [("", "t", "A" * 43), ("wx", "", "A" * 43), ("wx", "t", "A" * 42), ("wx", "t", "密" * 43)],
)
def test_impossible_settings_are_refused(app_id: str, token: str, aes_key: str) -> None:
    with pytest.raises(ValueError, match="needed"):
        Gate(app_id, token, aes_key)


async def test_plain_handshake_is_answered(follower: Follower, webhook: Webhook, http: aiohttp.ClientSession) -> None:
    query = {"timestamp": "1795251605", "nonce": "77", "echostr": "5837461928374650192"}
    query["signature"] = follower._sign(query)
    async with http.get(webhook.url, params=query) as response:
        assert (response.status, await response.text()) == (200, "5837461928374650192")


async def test_sealed_handshake_is_answered(follower: Follower, webhook: Webhook, http: aiohttp.ClientSession) -> None:
    key = WeChatCrypto(CREDENTIALS.token, CREDENTIALS.aes_key, CREDENTIALS.app_id).key
    echo = PrpCrypto(key).encrypt("5837461928374650192", CREDENTIALS.app_id)
    query = {"timestamp": "1795251605", "nonce": "77", "echostr": echo.decode()}
    query["msg_signature"] = follower._sign(query, echo)
    async with http.get(webhook.url, params=query) as response:
        assert (response.status, await response.text()) == (200, "5837461928374650192")


@pytest.mark.parametrize("echo", ["", "<script>alert(1)</script>", "5" * 600])
async def test_handshake_echoes_no_markup(follower: Follower, webhook: Webhook, echo: str) -> None:
    query = {"timestamp": "1795251605", "nonce": "77", "echostr": echo}
    query["signature"] = follower._sign(query)
    with pytest.raises(BadMessage):
        webhook.gate.verify_echo(query)


async def test_handshake_with_wrong_signature_is_refused(webhook: Webhook, http: aiohttp.ClientSession) -> None:
    query = {"timestamp": "1795251605", "nonce": "77", "echostr": "58374", "signature": "0" * 40}
    async with http.get(webhook.url, params=query) as response:
        assert response.status == 401
        assert "签名不符" in (await response.json())["sentence"]


async def test_platform_delivers_what_a_follower_does(webhook: Webhook) -> None:
    async with WechatServer(lambda: NOW, CREDENTIALS) as platform:
        assert await platform.post_text(webhook.url, OPENID, "井盖松了", repeat=2) == "已收到"
        phone = platform.follower(OPENID, webhook.url)
        assert await phone.show("image", MediaId="m-1", PicUrl="http://example.invalid/1") == "已收到"
        assert await phone.push("subscribe") == "已收到"
    assert [incoming.kind for incoming in webhook.came] == ["text", "text", "image", "push"]


@given(st.text(), st.integers(min_value=3, max_value=40))
def test_cut_text_fits(text: str, limit: int) -> None:
    assert len(fit_bytes(text, limit).encode()) <= limit
    assert len(fit_chars(text, limit)) <= limit


@pytest.mark.parametrize(("limit", "cut"), [(9, "阳光县"), (8, "阳…"), (6, "阳…"), (5, "…")])
def test_text_is_cut_between_characters(limit: int, cut: str) -> None:
    assert fit_bytes("阳光县", limit) == cut
