"""Rendering: the template environment with the context of every page, and the error page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import aiohttp_jinja2
import jinja2
from aiohttp import web
from jinja2.bccache import Bucket

from channels.ui.navigation import BENCHES, ROLE_NAMES, open_tab
from channels.ui.time_format import local_text
from channels.ui.timeline_layout import add_layout_helpers
from channels.web.app_keys import CLOCK, REQUEST_ID, SETTINGS, VIEWER
from channels.web.region import region_of
from channels.web.session import csrf_token
from hotline.actions.intake.opening import new_client_key
from hotline.domain.tickets.lifecycle import TABLE, Verb

HERE = Path(__file__).resolve().parents[1]
PUBLIC_TABS = [("/file", "我要反映", None), ("/progress", "查询进度", None)]
KEPT = "您填写的内容还在，返回上一页即可继续。"
DONE: Mapping[str, str] = {
    "callback": "回访结果已登记。",
    "no_answer": "已登记未接通，稍后会再次提醒回访。",
    "refused": "已登记拒绝回访。",
    "review": "复核意见已登记。",
    "verify": "核实结果已登记。",
    "saved": "已保存。",
    "told": "已登记，历史里记了一笔。",
    "password": "密码已改，其他地方的登录都已退出。",
    "ended": "已退出那里的登录。",
    "locked": "账号已停用，已登录的立即退出。",
    "unlocked": "这个账号可以登录了。",
    "changed": "已改任，下次登录按新的角色。",
    "sessions": "同时登录的处数已改。",
    "factor_taken": "动态码已取消，下次登录重新绑定。",
}


class _Compiled(jinja2.BytecodeCache):
    """Cache of compiled templates for the whole process, shared by all applications."""

    _kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load a template's bytecode from the cache."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a template's bytecode in the cache."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


def set_up(app: web.Application) -> None:
    """Put the template environment into the application."""
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=_Compiled(),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env = aiohttp_jinja2.get_env(app)
    env.globals["static"] = static
    add_layout_helpers(env)


def warm(app: web.Application) -> None:
    """Compile every template now, so that the first request does not wait for it."""
    env = aiohttp_jinja2.get_env(app)
    for name in env.list_templates(["html"]):
        env.get_template(name)


@cache
def static(path: str) -> str:
    """Return the URL of a static file with a digest of its content."""
    digest = hashlib.sha256((HERE / "static" / path).read_bytes()).hexdigest()[:10]
    return f"/static/{path}?v={digest}"


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """Render a page; `context` may override the common values such as `here` and `flashes`."""
    return aiohttp_jinja2.render_template(template, request, common(request) | context, status=status)


def viewer_mark(request: web.Request) -> str:
    """Return name, login and time of the viewer as the watermark of pages and downloads; empty if not logged in."""
    viewer = request.get(VIEWER)
    return f"{viewer.actor.name} {viewer.login} {local_text(request.app[CLOCK].now())}" if viewer else ""


def common(request: web.Request) -> dict[str, Any]:
    """Return the context of every page; computed only for requests that render one."""
    app, viewer = request.app, request.get(VIEWER)
    context, settings = region_of(request), app[SETTINGS]
    large = request.query.get("text", request.cookies.get("text", "")) == "large"
    shared: dict[str, Any] = {
        "county": context.county.name or settings.county,
        "hotline_number": settings.hotline_number,
        "viewer": None,
        "csrf": csrf_token(request),
        "client_key": new_client_key(),
        "flashes": _flashes(request),
        "mark": viewer_mark(request),
        "text_large": large,
        "tabs": PUBLIC_TABS,
        "here": request.path,
        "logout_href": "/logout",
    }
    if viewer is not None:
        actor = viewer.actor
        shared |= {
            "viewer": {
                "name": actor.name,
                "role": actor.role.value,
                "role_label": ROLE_NAMES[actor.role],
                "unit_name": context.county.unit_name(actor.unit_id) if actor.unit_id else "",
            },
            "tabs": [] if viewer.owes else [(href, label, None) for href, label in BENCHES.get(actor.role, ())],
            "here": open_tab(actor.role, request.path),
        }
    return shared


def _flashes(request: web.Request) -> list[tuple[str, str]]:
    """Return the confirmation after a form: the redirect names its verb in `done`."""
    done = request.query.get("done", "")
    if done in DONE:
        return [("done", DONE[done])]
    return [("done", f"{TABLE[Verb(done)].label}已办好。")] if done in set(Verb) else []


def error_page(request: web.Request, status: int, happened: str) -> web.Response:
    """Render an error page: what happened, whether the input is kept, what to do, and the number of the request."""
    if request.headers.get("HX-Request") or request.path in ("/wechat", "/healthz"):
        return web.Response(status=status, text=happened)
    template = aiohttp_jinja2.get_env(request.app).get_template("layout/error.html")
    settings = request.app[SETTINGS]
    html = template.render(
        status=status,
        happened=happened,
        kept=KEPT if request.method == "POST" and status not in (404, 405) else "",
        todo=["稍等一会儿再试。"] if status >= 500 else [],
        number=request.get(REQUEST_ID, ""),
        back_href=_back(request),
        back_label="返回",
        county=settings.county,
        hotline_number=settings.hotline_number,
        viewer=None,
    )
    return web.Response(status=status, text=html, content_type="text/html")


def _back(request: web.Request) -> str:
    viewer = request.get(VIEWER)
    if viewer is None:
        return "/"
    tabs = BENCHES.get(viewer.actor.role)
    return tabs[0][0] if tabs else "/"
