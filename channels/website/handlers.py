"""Handlers of the public pages: home, filing, progress, and the complainant's actions."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from channels.ui.history_view import told_text
from channels.ui.rendering import page
from channels.web.app_keys import SETTINGS
from channels.web.downloads import DOCX, FORMATS, as_download
from channels.web.forms import Form, read_form
from channels.web.rate_limits import count_address, count_files, is_alarm_due
from channels.web.region import region_of
from channels.web.routes import PUBLIC, get, post
from channels.web.session import now, remote_address
from channels.web.uploads import ReadyFile, keep_files, ready_files
from channels.website.inbound import FIELDS, read_answers, read_filing
from channels.website.progress import progress_view
from channels.website.texts import CONTACT_ADVICE, DONE, KINDS, NOT_FOUND, STEPS
from hotline.actions.callback.verdicts import record_callback
from hotline.actions.handling.unit_work import comment_ticket
from hotline.actions.intake.attachments import add_files, check_room
from hotline.actions.intake.code_attempts import check_tries, note_wrong_code
from hotline.actions.intake.first_contact import add_details, withdraw_ticket
from hotline.actions.intake.many_filings import notify_many_filings
from hotline.actions.intake.opening import open_ticket
from hotline.actions.intake.own_tickets import filed_code
from hotline.actions.privacy.number_hints import numbers_told
from hotline.actions.search.case_view import read_progress
from hotline.actions.supervision.letters import read_own_letter
from hotline.actions.tickets.case_file import CaseFile
from hotline.documents import letter_file, letter_sheet
from hotline.domain.errors import Missing, NotFound, Refusal
from hotline.domain.policy.rate_limits import LimitedAction
from hotline.domain.text import clean
from hotline.domain.tickets.number import normalise_number
from hotline.domain.tickets.ticket import COMPLAINANT

YEAR = 365 * 24 * 3600
CitizenAction = Callable[[web.Request, UUID, Form], Awaitable[object]]


async def show_home(request: web.Request) -> web.StreamResponse:
    """`GET /`: show the home page."""
    return _public(request, "website/home.html", steps=STEPS)


async def show_filing(request: web.Request) -> web.StreamResponse:
    """`GET /file?kind=`: show an empty form, with the kind preselected."""
    return await _filing_page(request, {"kind": request.query.get("kind", "")})


async def _filing_page(
    request: web.Request, values: Mapping[str, str], *, status: int = 200, error: str = ""
) -> web.StreamResponse:
    county = await region_of(request).refresh(now(request))
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter_id, matter in county.matters.items():
        groups.setdefault(matter["level1"], []).append((matter_id, matter["level2"]))
    shown = {name: values.get(name, "") for name in FIELDS} | {"confidential": bool(values.get("confidential"))}
    kept = {"client_key": values["client_key"]} if values.get("client_key") else {}
    return _public(
        request, "website/file.html", status=status, values=shown, error=error, kinds=KINDS, matters=groups, **kept
    )


async def take_filing(request: web.Request) -> web.StreamResponse:
    """`POST /file`: open a ticket with its photos; a form sent twice leads to the same ticket."""
    form, context, at = await read_form(request), region_of(request), now(request)
    try:
        await count_address(request, LimitedAction.ADDRESS_FILING)
        files = await _ready(request, form)
        opened = await open_ticket(context, read_filing(await context.refresh(at), form), COMPLAINANT, at)
        if not opened.repeated and await is_alarm_due(request, form.fields.get("phone", "")):
            await notify_many_filings(context, opened.ticket, at)
        if files:
            kept = await keep_files(request.app[SETTINGS].files_dir, files)
            await add_files(context, opened.ticket.ticket_id, kept, COMPLAINANT, at)
    except Refusal as refusal:
        return await _filing_page(request, form.fields, status=refusal.status, error=refusal.sentence)
    query = urlencode({"number": opened.ticket.number, "key": form.client_key or ""})
    return web.Response(status=303, headers={"Location": f"/file/done?{query}"})


async def show_filed(request: web.Request) -> web.StreamResponse:
    """`GET /file/done?number=&key=`: show number and query code; the client_key proves who filed. Raises NotFound."""
    context = region_of(request)
    number, key = clean(request.query.get("number", ""))[:40], clean(request.query.get("key", ""))[:100]
    code = await filed_code(context, number, key)
    case_file = await _prove(request, number, code)
    advice = "" if case_file.person.phone or case_file.ticket.confidential else CONTACT_ADVICE
    return _public(
        request, "website/filed.html", number=number, code=code, advice=advice, files=len(case_file.files),
        confidential=case_file.ticket.confidential,
        told=told_text(numbers_told(context, case_file.ticket), case_file.ticket.confidential),
    )  # fmt: skip


async def show_search(request: web.Request) -> web.StreamResponse:
    """`GET /progress?number=`: show the form for number and query code."""
    return _search_page(request, normalise_number(clean(request.query.get("number", ""))))


def _search_page(request: web.Request, number: str, *, status: int = 200, error: str = "") -> web.StreamResponse:
    return _public(request, "website/progress.html", status=status, number=number, error=error)


async def show_progress(request: web.Request) -> web.StreamResponse:
    """`POST /progress`: show the complainant's own ticket; a wrong number or code gets the form with 404."""
    form = await read_form(request)
    try:
        return await _path_page(request, form)
    except NotFound:
        return _search_page(request, _number(form), status=404, error=NOT_FOUND)


async def _path_page(
    request: web.Request, form: Form, *, status: int = 200, error: str = "", faulty: str = "", done: str = ""
) -> web.StreamResponse:
    number, code, context, at = _number(form), _code(form), region_of(request), now(request)
    case_file = await _prove(request, number, code)
    flashes = [("done", DONE[done])] if done else []
    typed = {name: form.fields.get(name, "") for name in ("text", "reason", "words", "contacted", "solved", "verdict")}
    return _public(
        request, "website/path.html", status=status, number=case_file.ticket.number, code=code, error=error,
        faulty=faulty, typed=typed if error else dict.fromkeys(typed, ""), flashes=flashes,
        **progress_view(case_file, await context.refresh(at), at),
    )  # fmt: skip


def _number(form: Form) -> str:
    return normalise_number(form.fields.get("number", ""))


def _code(form: Form) -> str:
    """Return the query code typed, with full-width digits as ASCII, without white space."""
    return "".join(unicodedata.normalize("NFKC", form.fields.get("code", "")).split())[:20]


async def send_letter(request: web.Request) -> web.StreamResponse:
    """`POST /progress/letter`: send the complainant's own 答复意见书 as a file; number and code are checked again."""
    form = await read_form(request)
    try:
        case_file = await _prove(request, _number(form), _code(form))
        letter_id = form.uuid("letter", "文书")
        if letter_id is None:
            raise Missing(what="文书")
        kind, facts = await read_own_letter(
            region_of(request), case_file.ticket.ticket_id, letter_id, now(request), remote_address(request)
        )
    except NotFound:
        return _search_page(request, _number(form), status=404, error=NOT_FOUND)
    form_of_file = FORMATS.get(form.text("format"), DOCX)
    return await as_download(lambda: letter_sheet(kind, facts), form_of_file, letter_file(kind, facts))


async def _prove(request: web.Request, number: str, code: str) -> CaseFile:
    """Return the ticket of a number and query code; wrong ones are counted. Raises NotFound, TooManyTries, TooOften."""
    context, address, at = region_of(request), remote_address(request), now(request)
    await count_address(request, LimitedAction.ADDRESS_QUERY)
    await check_tries(context, number, address, at)
    try:
        return await read_progress(context, number, code, at, address)
    except NotFound:
        await note_wrong_code(context, number, address, at)
        raise


def _action_handler(name: str, action: CitizenAction) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that checks number and code, carries out `action`, and shows the ticket again."""

    async def handle(request: web.Request) -> web.StreamResponse:
        form = await read_form(request)
        try:
            case_file = await _prove(request, _number(form), _code(form))
        except NotFound:
            return _search_page(request, _number(form), status=404, error=NOT_FOUND)
        try:
            await action(request, case_file.ticket.ticket_id, form)
        except Refusal as refusal:
            return await _path_page(request, form, status=refusal.status, error=refusal.sentence, faulty=name)
        return await _path_page(request, form, done=name)

    return handle


async def _rate(request: web.Request, ticket_id: UUID, form: Form) -> None:
    answers = read_answers(form)
    await record_callback(region_of(request), ticket_id, answers, COMPLAINANT, now(request), form.client_key)


async def _comment(request: web.Request, ticket_id: UUID, form: Form) -> None:
    files = await _ready_for(request, ticket_id, form)
    fields = {"text": form.text("text", 2000)}
    await comment_ticket(region_of(request), ticket_id, COMPLAINANT, now(request), fields, form.client_key)
    await _attach(request, ticket_id, files)


async def _withdraw(request: web.Request, ticket_id: UUID, form: Form) -> None:
    fields = {"reason": form.text("reason", 500)}
    await withdraw_ticket(region_of(request), ticket_id, COMPLAINANT, now(request), fields, form.client_key)


async def _details(request: web.Request, ticket_id: UUID, form: Form) -> None:
    files = await _ready_for(request, ticket_id, form)
    fields = {"text": form.text("text", 4000)}
    await add_details(region_of(request), ticket_id, COMPLAINANT, now(request), fields, form.client_key)
    await _attach(request, ticket_id, files)


async def _ready(request: web.Request, form: Form) -> list[ReadyFile]:
    await count_files(request, form)
    return await ready_files(form.files, tell_place=form.flag("tell_place"))


async def _ready_for(request: web.Request, ticket_id: UUID, form: Form) -> list[ReadyFile]:
    files = await _ready(request, form)
    await check_room(region_of(request), ticket_id, [file.sha256 for file in files])
    return files


async def _attach(request: web.Request, ticket_id: UUID, files: Sequence[ReadyFile]) -> None:
    if files:
        kept = await keep_files(request.app[SETTINGS].files_dir, files)
        await add_files(region_of(request), ticket_id, kept, COMPLAINANT, now(request), "诉求人补充")


def _public(request: web.Request, template: str, status: int = 200, **context: Any) -> web.StreamResponse:
    """Render a public page; the text size of ?text=large|normal is stored in a cookie for a year."""
    context.setdefault("text_toggle_href", _toggle(request))
    response = page(request, template, status=status, **context)
    chosen = request.query.get("text", "")
    if chosen in ("large", "normal"):
        secure = request.app[SETTINGS].public_url.startswith("https:")
        response.set_cookie("text", chosen, max_age=YEAR, samesite="Lax", path="/", secure=secure, httponly=True)
    return response


def _toggle(request: web.Request) -> str:
    """Return the link to this page in the other text size; from a posted page it leads to the empty form."""
    large = request.query.get("text", request.cookies.get("text", "")) == "large"
    query = {name: value for name, value in request.query.items() if name != "text"}
    path = "/progress" if request.path.startswith("/progress") else request.path
    return f"{path}?{urlencode(query | {'text': 'normal' if large else 'large'})}"


routes = (
    get("/", show_home, PUBLIC),
    get("/file", show_filing, PUBLIC),
    post("/file", take_filing, PUBLIC),
    get("/file/done", show_filed, PUBLIC),
    get("/progress", show_search, PUBLIC),
    post("/progress", show_progress, PUBLIC),
    post("/progress/letter", send_letter, PUBLIC),
    post("/progress/rate", _action_handler("rate", _rate), PUBLIC),
    post("/progress/comment", _action_handler("comment", _comment), PUBLIC),
    post("/progress/withdraw", _action_handler("withdraw", _withdraw), PUBLIC),
    post("/progress/details", _action_handler("details", _details), PUBLIC),
)
