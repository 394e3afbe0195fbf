"""HTTP clients: a browser for each log-in, with session cookie and form token, and one for the public website."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp

from hotline.clock import Clock

TOKEN = re.compile(r'name="csrf"\s+(?:content|value)="([^"]+)"')
SENTENCE = re.compile(r"<[^>]+>")
LONGEST = timedelta(hours=11, minutes=50)
PATIENCE = aiohttp.ClientTimeout(total=60)


class UnexpectedReply(Exception):
    """A page was not answered as expected; the text has path and status, no personal data."""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """The answer to a form: `location` of a redirect, `text` of an error page."""

    status: int
    location: str = ""
    text: str = ""

    @property
    def done(self) -> bool:
        """Whether the form was carried out."""
        return self.status == 303

    def query(self, name: str) -> str:
        """A parameter of the query string of the redirect; empty when missing."""
        return (parse_qs(urlsplit(self.location).query).get(name) or [""])[0]


@dataclass(slots=True)
class _Browser:
    """One person's browser: HTTP session, moment of the log-in, form token."""

    http: aiohttp.ClientSession
    csrf: str = ""
    opened_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def fresh(self, now: datetime) -> bool:
        """Whether the session has probably not expired; an expired one is redirected to the log-in page."""
        return self.opened_at is not None and now - self.opened_at < LONGEST


class Clients:
    """All browsers of one server, over shared keep-alive connections; `password` is that of every log-in."""

    def __init__(self, base: str, clock: Clock, password: str) -> None:
        self.base = base
        self._clock = clock
        self._password = password
        self._connector = aiohttp.TCPConnector(limit=64, keepalive_timeout=120)
        self._browsers: dict[str, _Browser] = {}
        self._public = self._open()

    async def close(self) -> None:
        """Close all browsers and connections."""
        for browser in self._browsers.values():
            await browser.http.close()
        await self._public.close()
        await self._connector.close()

    async def submit(self, login: str, path: str, fields: Mapping[str, str]) -> FormAnswer:
        """Submit a form of an office page, logging in if needed. Raises UnexpectedReply when the log-in fails."""
        browser = await self._browser(login)
        reply = await _post(browser.http, self.base + path, {"csrf": browser.csrf, **fields})
        if reply.location.startswith("/login"):
            browser.opened_at = None
            browser = await self._browser(login)
            reply = await _post(browser.http, self.base + path, {"csrf": browser.csrf, **fields})
        return reply

    async def read(self, login: str, path: str) -> bytes:
        """The content of a page or file for this log-in. Raises UnexpectedReply unless answered 200."""
        browser = await self._browser(login)
        async with browser.http.get(self.base + path) as response:
            content = await response.read()
            if response.status != 200:
                raise UnexpectedReply(f"GET {path}: {response.status}")
            return content

    async def send(self, path: str, fields: Mapping[str, str]) -> FormAnswer:
        """Submit a form of the public website."""
        return await _post(self._public, self.base + path, fields)

    async def look(self, path: str) -> str:
        """The text of a page of the public website. Raises UnexpectedReply unless answered 200."""
        async with self._public.get(self.base + path) as response:
            text = await response.text()
            if response.status != 200:
                raise UnexpectedReply(f"GET {urlsplit(path).path}: {response.status}")
            return text

    async def _browser(self, login: str) -> _Browser:
        browser = self._browsers.get(login)
        if browser is None:
            browser = self._browsers[login] = _Browser(self._open())
        async with browser.lock:
            if not browser.fresh(self._clock.now()):
                await self._log_in(login, browser)
        return browser

    async def _log_in(self, login: str, browser: _Browser) -> None:
        if browser.csrf:
            # The session left behind is moved along with the clock and would count among those the account may have.
            await _post(browser.http, f"{self.base}/logout", {"csrf": browser.csrf})
        # Everybody starts on the notices of the desk: the redirect after the log-in leads there.
        fields = {"login": login, "password": self._password, "next": "/desk/notices"}
        reply = await _post(browser.http, f"{self.base}/login", fields)
        if not reply.done:
            raise UnexpectedReply(f"log-in of {login}: {reply.status}")
        async with browser.http.get(self.base + reply.location) as response:
            found = TOKEN.search(await response.text())
        if found is None:
            raise UnexpectedReply(f"no form token on {reply.location} for {login}: {response.status}")
        browser.csrf, browser.opened_at = found[1], self._clock.now()

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=False,
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # the host is an IP address
            timeout=PATIENCE,
        )


async def _post(http: aiohttp.ClientSession, url: str, fields: Mapping[str, str]) -> FormAnswer:
    async with http.post(url, data=dict(fields), allow_redirects=False) as response:
        text = await response.text() if response.status >= 400 else ""
        return FormAnswer(response.status, response.headers.get("Location", ""), text)


def sentence_of(page: str) -> str:
    """The message of an error page in one line of at most 120 characters, for the count of refusals."""
    inside = re.search(r'(?s)class="[^"]*(?:notice|flash|error|happened)[^"]*"[^>]*>(.*?)</(?:p|div|section)>', page)
    text = " ".join(SENTENCE.sub(" ", inside[1] if inside else page).split())
    return text[:120]
