"""Documents are true: every file, command and address they name exists, and generated parts equal the code.

`.venv/bin/python tests/test_documents.py` writes the generated parts again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import asyncpg
import click
import pytest

from channels.app import build_app
from channels.desk.texts import RATE_NAMES
from channels.desk.ticket.verb_forms import FORMS, Field
from channels.ui.navigation import BENCHES, ROLE_NAMES
from channels.web.multipart import BODY_BYTES, FILE_BYTES, TEXT_BYTES
from hotline.__main__ import cli
from hotline.config import PREFIX, Settings
from hotline.domain.accounts.permissions import LEADS_ONLY, RIGHT_NAMES, ROLES, ROW_NAMES, ROWS, Right, is_of_unit
from hotline.domain.enums import Role
from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit, Policy
from hotline.domain.policy.rate_limits import DEFAULT_RATES, rate_in_words
from hotline.domain.tickets.lifecycle import ARROWS, FIELD_NAMES, STATE_NAMES, Arrow, State, compose_picture
from hotline.store.deadline.holidays import list_calendar_days
from hotline.store.policies import get_policy
from rehearsal.__main__ import cli as rehearsal_cli
from workers.timetable import TIMES

ROOT = Path(__file__).resolve().parents[1]
REWRITE = "written anew by: .venv/bin/python tests/test_documents.py"
PACKAGES = ("hotline", "channels", "workers", "rehearsal", "sql")
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", *(f"{package}/*.md" for package in PACKAGES), "docs/**/*.md")
    for path in ROOT.glob(pattern)
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
# The three administrators share a page.
SHARED_PAGES = dict.fromkeys((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN), "系统管理员")
SUFFIXES = ".py .md .sql .toml .service .lock .html .css .js .json .csv .xml"
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"<!-- (\w+): begin -->\n(.*?)<!-- \1: end -->", re.DOTALL)


def compose_arrows() -> str:
    """The table of arrows as Markdown."""
    head = "| 从 | 动作 | 到 | 谁 | 须写明 | 历史里的一句话 |\n|---|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(_cells(arrow))} |\n" for arrow in ARROWS)


def _cells(arrow: Arrow) -> tuple[str, ...]:
    sources = [STATE_NAMES[state] for state in State if state in arrow.sources]
    everywhere = {len(State): "任何状态", len(State) - 1: "未办结的任何状态"}
    start = "—" if not sources else everywhere.get(len(sources), "、".join(sources))
    target = STATE_NAMES[arrow.target] if arrow.target else "不变"
    who = "、".join(ROLE_NAMES[role] for role in Role if role in arrow.roles)
    needs = "、".join(FIELD_NAMES[name] for name in arrow.needs) or "—"
    target = {"resume": "挂账前的状态", "unmerge": "并单前的状态"}.get(arrow.verb, target)
    return start, f"{arrow.label} `{arrow.verb}`", target, who, needs, arrow.sentence


def compose_rights() -> str:
    """Who has which right, and on whose tickets, as Markdown."""
    rights = "".join(
        f"| {RIGHT_NAMES[right]} `{right}` | {'、'.join(_with(right, role) for role in Role if role in ROLES[right])} |\n"
        for right in Right
    )
    rows = "".join(f"| {ROLE_NAMES[role]} | {ROW_NAMES[ROWS[role]]} |\n" for role in Role)
    return f"| 权限 | 谁 |\n|---|---|\n{rights}\n| 角色 | 看得到 |\n|---|---|\n{rows}"


def _with(right: Right, role: Role) -> str:
    return ROLE_NAMES[role] + ("（主办的工单）" if right in LEADS_ONLY and is_of_unit(role) else "")


def compose_limits() -> str:
    """The policy's limits as Markdown."""
    rows = (f"| `{key}` | `{text}` | {Limit.parse(text).in_words} |\n" for key, text in DEFAULT_LIMITS.items())
    return "| Limit | Default | 说明 |\n|---|---|---|\n" + "".join(rows)


def compose_rates() -> str:
    """The default rates as Markdown."""
    rows = (
        f"| `{act}` | `{text}` | {RATE_NAMES[act]}：{rate_in_words(text)} |\n" for act, text in DEFAULT_RATES.items()
    )
    return "| Rate | Default | 说明 |\n|---|---|---|\n" + "".join(rows)


def compose_verbs() -> str:
    """The fields of every verb's form as Markdown."""
    rows = (
        f"| `{verb}` | {' '.join(_field(field) for field in form.fields) or '—'} |\n" for verb, form in FORMS.items()
    )
    return "| Verb | Fields |\n|---|---|\n" + "".join(rows)


def _field(field: Field) -> str:
    name = f"`{field.name}`" + (f" ({', '.join(value for value, _ in field.options)})" if field.options else "")
    return name if field.required else f"[{name}]"


DRAWN = {
    "states": lambda: f"```mermaid\n{compose_picture()}```\n",
    "arrows": compose_arrows,
    "rights": compose_rights,
    "limits": compose_limits,
    "rates": compose_rates,
    "verbs": compose_verbs,
}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose_codes(text: str) -> Iterator[str]:
    """What stands in backticks outside fenced blocks."""
    return (found[1] for found in CODE.finditer(FENCE.sub("", text)))


@pytest.mark.parametrize("name", NAMES)
def test_drawn_parts_are_as_code_says(name: str) -> None:
    for found in BLOCK.finditer(text_of(name)):
        assert found[2] == DRAWN[found[1]](), f"{name}: {found[1]} is stale; {REWRITE}"


def test_every_drawn_part_is_shown_somewhere() -> None:
    shown = {found[1] for name in NAMES for found in BLOCK.finditer(text_of(name))}
    assert shown == set(DRAWN)


def _names_a_file(code: str) -> bool:
    if code.startswith(("/", "http", "-", ".venv")) or re.search(
        r"[\s:{}…=]|NNNN|^(application|multipart)/|\d/\d", code
    ):
        return False
    return "/" in code or code.endswith(tuple(SUFFIXES.split()))


def _is_there(document: Path, code: str) -> bool:
    """From the root or from the document's folder; a name alone may stand anywhere below that folder."""
    near = (base.glob(code.rstrip("/")) for base in (ROOT, document.parent))
    deep = document.parent.rglob(code) if "/" not in code and document.parent != ROOT else ()
    return any(chain(*near, deep))


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_file_named_is_there(document: Path) -> None:
    named = {code for code in prose_codes(document.read_text(encoding="utf-8")) if _names_a_file(code)}
    missing = sorted(code for code in named if not _is_there(document, code))
    assert not missing, f"{document.name} names files that are not there: {missing}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        page = (document.parent / path).resolve() if path else document
        assert page.exists(), f"{document.name} → {target}"
        assert not anchor or anchor in _anchors(page), f"{document.name} → {target}: no such heading"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    asked = set(re.findall(r"(?:^|`|&& )\s*make ([a-z][a-z-]*)", text_of(name), re.MULTILINE))
    assert asked <= targets


@pytest.mark.parametrize("name", NAMES)
def test_every_command_exists(name: str) -> None:
    asked = re.findall(r"(?:^|`|bin/)hotline ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", text_of(name), re.MULTILINE)
    asked += re.findall(r"python -m hotline ([a-z][a-z-]*)", text_of(name))
    rehearsed = re.findall(r"python -m rehearsal ([a-z][a-z-]*)", text_of(name))
    for start, words in [(cli, words) for words in asked] + [(rehearsal_cli, words) for words in rehearsed]:
        command: Any = start
        for word in words.split():
            if isinstance(command, click.Group):
                assert word in command.commands, f"{name}: {start.name} {words}"
                command = command.commands[word]


@pytest.mark.parametrize("name", [*NAMES, "docs/systemd/hotline-channels.service"])
def test_every_variable_exists(name: str) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    named = set(re.findall(r"\bHOTLINE_[A-Z_]*[A-Z]", text_of(name)))
    assert named <= known


def test_every_variable_is_explained() -> None:
    rows = re.findall(r"^\| `(HOTLINE_[A-Z_]+)` \|([^|]*)\|", text_of("docs/install.md"), re.MULTILINE)
    assert [row[0] for row in rows] == [PREFIX + field.upper() for field in Settings.model_fields]
    required = {PREFIX + name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert {variable for variable, must in rows if must.strip() == "yes"} == required


def test_every_door_is_listed(settings: Settings) -> None:
    listed = set(re.findall(r"^\| (GET|POST) \| `([^`?]+)[^`]*` \|", text_of("docs/api.md"), re.MULTILINE))
    app = build_app(settings)
    real = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method in ("GET", "POST") and route.resource is not None
        if not route.resource.canonical.startswith("/static")
    }
    assert listed - real == set(), "doors that are not there"
    assert real - listed == set(), "doors nobody wrote down"


def test_every_number_of_the_policy_is_explained() -> None:
    explained = "\n".join(re.findall(r"^\| (`\w+`(?:, `\w+`)?) \|", text_of("docs/operate.md"), re.MULTILINE))
    missing = set(Policy.__slots__) - set(CODE.findall(explained)) - {"version", "limits", "statutory"}
    assert missing == set()


def test_sizes_are_those_of_the_forms() -> None:
    doors, guide = text_of("docs/api.md"), text_of("docs/install.md")
    for size in (TEXT_BYTES, FILE_BYTES, BODY_BYTES):
        assert f"{size // 2**20} MB" in doors
    let_through = re.search(r"client_max_body_size (\d+)m;", guide)
    assert let_through is not None
    assert int(let_through[1]) * 2**20 > BODY_BYTES


def test_every_job_stands_in_timetable_of_words() -> None:
    jobs = re.findall(r"^\| `(\w+)` \| (.+?) \|", text_of("workers/README.md"), re.MULTILINE)
    said = dict(jobs)
    assert set(said) == set(TIMES)
    for name, seconds in TIMES.items():
        every = 60 // len(seconds)
        wanted = f"every {every} seconds" if every < 60 else f"every minute, at second {min(seconds)}"
        assert said[name] == wanted


@pytest.mark.parametrize("role", list(BENCHES))
def test_every_role_with_a_bench_has_a_page(role: Role) -> None:
    page = text_of(f"docs/zh/{SHARED_PAGES.get(role, ROLE_NAMES[role])}.md")
    for _, label in BENCHES[role]:
        assert f"【{label}】" in page


def _words_on_pages() -> str:
    folders = ("channels/**/*.py", "channels/templates/**/*.html", "hotline/domain/**/*.py")
    return "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in ROOT.glob(folder))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("docs/zh/")])
def test_every_button_of_role_page_is_on_a_page(name: str) -> None:
    shown = _words_on_pages()
    pressed = set(re.findall(r"【(.+?)】", text_of(name)))
    assert {button for button in pressed if button not in shown} == set()


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    words = text_of("hotline/README.md").partition("## Words")[2]
    rows = re.findall(r"^\|[^|]+\|([^|]+)\|", words, re.MULTILINE)
    code = "\n".join(
        path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")
    )
    code += text_of("sql/schema.sql")
    missing = [word for row in rows for word in CODE.findall(row) if not re.search(rf"\b{word}\b", code)]
    assert missing == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = re.findall(r"^\| (\d+) \| \d{4}-\d\d-\d\d \|", text_of("docs/decisions.md"), re.MULTILINE)
    assert numbers
    assert sorted(int(number) for number in numbers) == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("service", ["channels", "workers"])
def test_service_starts_a_package_that_can_run(service: str) -> None:
    started = re.search(r"^ExecStart=\S+ -m (\w+)$", text_of(f"docs/systemd/hotline-{service}.service"), re.MULTILINE)
    assert started is not None
    assert (ROOT / started[1] / "__main__.py").exists()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_reader_first_meets_the_two_commands(name: str) -> None:
    first = re.search(r"^```sh\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)
    assert first is not None
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make demo", "make test"]
    assert text_of(name).index("make demo") < 600


@pytest.mark.parametrize("name", ["docs/install.md", "docs/operate.md"])
async def test_statements_of_guides_run(name: str, pool: asyncpg.Pool) -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```$", text_of(name), re.MULTILINE | re.DOTALL)
    assert blocks
    async with pool.acquire() as connection:
        for block in blocks:
            await connection.execute(block)
        now = await connection.fetchval("select now() + interval '1 second'")
        policy = await get_policy(connection, 1, now)
        days = await list_calendar_days(connection, 1, now)
    if name == "docs/operate.md":
        assert policy.limits["reply.complaint"] == "7d"
        assert [day.name for day in days] == ["元旦", "半日"]


def rewrite() -> None:
    """Write the drawn parts of every document anew."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        fresh = BLOCK.sub(
            lambda found: f"<!-- {found[1]}: begin -->\n{DRAWN[found[1]]()}<!-- {found[1]}: end -->", text
        )
        if fresh != text:
            document.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
