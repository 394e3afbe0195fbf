"""Check that a form was sent from our own pages, by the headers the browser sets itself.

Forms of logged-in users carry a token as well. Public forms have no session, so a forged one could misuse no right of
the visitor; a double-submit cookie would only shut out browsers that keep no cookies.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from channels.web.app_keys import SETTINGS
from hotline.domain.errors import Refusal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OURS = frozenset({"same-origin", "none"})


class ForeignForm(Refusal):
    """这个表单不是从本网站提交的，请回到本网站重新填写。"""

    status = 403


def check_origin(request: web.Request) -> None:
    """Raise ForeignForm for a form sent by another site; a client that sends none of the headers is not a browser."""
    if request.method in SAFE:
        return
    fetched = request.headers.get("Sec-Fetch-Site", "")
    if fetched and fetched not in _OURS:
        raise ForeignForm
    # A sandboxed frame sends "null"; it is accepted only together with Sec-Fetch-Site.
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    if origin and not _is_ours(request, origin) and not (origin == "null" and fetched):
        raise ForeignForm


def _is_ours(request: web.Request, address: str) -> bool:
    try:
        host = urlsplit(address).netloc
    except ValueError:
        return False
    return host in (request.host, urlsplit(request.app[SETTINGS].public_url).netloc)
