"""Security headers of every response: only our own sources, no inline script or style."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web, web_response

from channels.web.app_keys import REQUEST_ID, RETRY_AFTER, SETTINGS

SERVER = "hotline"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox"
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Server": SERVER,
}
HALF_A_YEAR_S = 183 * 24 * 3600


def set_up(app: web.Application) -> None:
    """Add the headers to every response of the application, streams included, without software versions."""
    app.on_response_prepare.append(_guard)
    # aiohttp answers requests that are not HTTP itself, below the application and its signals.
    vars(web_response)["SERVER_SOFTWARE"] = SERVER


async def _guard(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.setdefault("Content-Security-Policy", POLICY)
    if request.app[SETTINGS].public_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR_S}"
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status == 429 and RETRY_AFTER in request:
        response.headers["Retry-After"] = str(request[RETRY_AFTER])
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]
