"""File messages by telephone (keyed in by an operator), WeChat dialogue or website form; rate replies."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping
from random import Random
from uuid import UUID

from hotline.domain.enums import Channel
from rehearsal.behaviour import texts
from rehearsal.behaviour.people import People
from rehearsal.clients import FormAnswer, sentence_of
from rehearsal.environment import Environment
from rehearsal.messages import title_of
from rehearsal.tracking import TrackedMessage

NUMBER = re.compile(r"\d{8}-\d{5}")
CODE = re.compile(r"(?<![\d-])\d{6}(?![\d-])")
PIECE = 2000  # characters of one WeChat message
SENT_AGAIN = 0.03  # share of forms submitted twice and of messages delivered twice
NO_NAME = 0.08
OPERATORS = 4
_VERDICTS = ("satisfied", "basically_satisfied", "understood", "dissatisfied")


class NotFiled(Exception):
    """A message did not become a ticket; the text has channel and reason."""


class Filer:
    """Files and rates as the callers do, by the three channels; some forms and messages are sent twice."""

    def __init__(self, environment: Environment, seed: int) -> None:
        self.environment = environment
        self.repeated = 0
        self._seed = seed
        self._staff = People(seed, environment.context.rules.calendar)
        self._people: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def file(self, tracked: TrackedMessage) -> None:
        """File a message and store ticket number, id and query code. Raises NotFiled, UnexpectedReply, WebhookError."""
        dice = Random(f"{self._seed}:{tracked.key}:filing")
        match tracked.arrival.channel:
            case Channel.PHONE:
                await self._call(tracked, dice)
            case Channel.WECHAT:
                async with self._people[tracked.arrival.caller.openid]:
                    await self._write(tracked, dice)
            case _:
                await self._type(tracked, dice)

    async def rate(self, tracked: TrackedMessage, answers: Mapping[str, str]) -> bool:
        """Rate the reply by the channel of the message; False when no rating was asked for there yet."""
        if tracked.arrival.channel is Channel.WECHAT:
            async with self._people[tracked.arrival.caller.openid]:
                return await self._rate_by_wechat(tracked, answers)
        fields = {
            "number": tracked.number,
            "code": tracked.code,
            "client_key": f"{tracked.key}-rate-{tracked.plan}",
            **answers,
        }
        reply = await self.environment.clients.send("/progress/rate", fields)
        return reply.status < 400

    async def _call(self, tracked: TrackedMessage, dice: Random) -> None:
        arrival = tracked.arrival
        fields = {
            "client_key": tracked.key,
            "kind": arrival.kind.value,
            "title": title_of(arrival.message),
            "body": arrival.message.body,
            "place": arrival.place,
            "matter_id": arrival.matter_id or "",
            "phone": arrival.caller.phone,
            "name": "" if dice.random() < NO_NAME else arrival.caller.name,
            "confidential": "1" if arrival.confidential else "",
            **self._way(tracked),
        }
        login = f"huawu{arrival.index % OPERATORS + 1}"
        reply = _filed(await self.environment.clients.submit(login, "/console/tickets", fields), "phone")
        if dice.random() < SENT_AGAIN:
            again = _filed(await self.environment.clients.submit(login, "/console/tickets", fields), "phone")
            self._check_same(reply.location, again.location, "phone")
        tracked.ticket_id = UUID(reply.location.split("/")[2].partition("?")[0])

    def _way(self, tracked: TrackedMessage) -> dict[str, str]:
        first = self._staff.first_contact(tracked.key, tracked.arrival.kind)
        if first is None or first[0] == "ask_details":
            return {}
        return {"way": first[0], **first[1]}

    async def _type(self, tracked: TrackedMessage, dice: Random) -> None:
        arrival = tracked.arrival
        fields = {
            "client_key": tracked.key,
            "kind": arrival.kind.value,
            "body": arrival.message.body,
            "place": arrival.place,
            "matter_id": (arrival.matter_id or "") if dice.random() < 0.7 else "",
            "name": "" if dice.random() < NO_NAME else arrival.caller.name,
            "phone": arrival.caller.phone,
            "confidential": "1" if arrival.confidential else "",
        }
        reply = _filed(await self.environment.clients.send("/file", fields), "website")
        if dice.random() < SENT_AGAIN:
            again = _filed(await self.environment.clients.send("/file", fields), "website")
            self._check_same(reply.location, again.location, "website")
        tracked.number = reply.query("number")
        page = (await self.environment.clients.look(reply.location)).replace(tracked.number, "")
        found = CODE.search(page)
        tracked.code = found[0] if found else ""

    async def _write(self, tracked: TrackedMessage, dice: Random) -> None:
        arrival = tracked.arrival
        body = arrival.message.body
        person = self.environment.wechat.follower(arrival.caller.openid, f"{self.environment.base}/wechat")
        for at in range(0, len(body), PIECE):
            await person.say(body[at : at + PIECE])
        who = "0" if dice.random() < NO_NAME else f"{arrival.caller.name} {arrival.caller.phone}"
        for line in ("1", arrival.place or "0", who):
            reply = await person.say(line)
        for _ in range(3):
            secret = arrival.confidential and "提交" not in reply
            repeat = 2 if dice.random() < SENT_AGAIN else 1
            self.repeated += repeat - 1
            reply = await person.say("2" if secret else "1", repeat=repeat)
            number = NUMBER.search(reply)
            if number is not None:
                tracked.number = number[0]
                code = CODE.search(reply.replace(tracked.number, ""))
                tracked.code = code[0] if code else ""
                return
        raise NotFiled(f"wechat: {reply[:60]}")

    async def _rate_by_wechat(self, tracked: TrackedMessage, answers: Mapping[str, str]) -> bool:
        person = self.environment.wechat.follower(tracked.arrival.caller.openid, f"{self.environment.base}/wechat")
        verdict = _VERDICTS.index(answers["verdict"])
        reply = await person.say(str(verdict + 1))
        if tracked.number not in reply:
            return False
        contacted, solved = answers["contacted"] == "yes", answers["solved"] == "yes"
        if verdict < 3:
            await person.say(str(1 + (not solved) + 2 * (not contacted)))
        elif answers["answer_at_fault"] == "yes":
            await person.say("2" if contacted else "1")
        else:
            await person.say(texts.BITTER[0])
        return True

    def _check_same(self, first: str, second: str, door: str) -> None:
        self.repeated += 1
        if first != second:
            raise NotFiled(f"{door}: a repeated form got another answer")


def _filed(reply: FormAnswer, door: str) -> FormAnswer:
    if not reply.done:
        raise NotFiled(f"{door} {reply.status}: {sentence_of(reply.text)}")
    return reply
