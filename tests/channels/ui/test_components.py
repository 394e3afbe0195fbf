"""The design kit: every piece rendered once, then read back as a browser, a screen reader and a printer would."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import jinja2
import pytest

from channels.ui.deadline_view import Day, Gap
from channels.ui.timeline_layout import add_layout_helpers

TEMPLATES = Path(__file__).resolve().parents[3] / "channels" / "templates"
HOSTILE = "\"><script>alert(1)</script>' onload=x"
FRAME = "{% import 'components/pieces.html' as ui %}"
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


def a_window(state: str = "today", tier: int = 1, text: str = "周三") -> Thing:
    """Three days: one past, one in the given state half gone, one ahead; a weekend after the first."""
    days = (Day(text, "11月25日", 1, "past"), Day("周四", "11月26日", 0.5, state), Day("周五", "11月27日", 0, "ahead"))
    marks = [
        Thing(at=0, label=text, kind="letter"),
        Thing(at=2.5, label="到期前提醒", kind="reminder", ahead=True),
        Thing(at=3, label="已约谈", kind="held"),
    ]
    return Thing(days=days, gaps=(Gap(0, "周末"),), marks=marks, tier=tier, summary=text)


def sample(text: str) -> dict[str, Any]:
    """Data for every piece, the given text wherever a text may stand."""
    due = Thing(text=text, iso="2026-11-27T16:30+08:00", exact_text=text, state="near")
    window = a_window(text=text)
    known = {"state": Thing(text=text, tone="over"), "facts": [text, ""], "due": due, "window": window, "urgent": True}
    step = Thing(at_text=text, at_iso=text, title=text, text=text, who=text, state="now", kind="call")
    tiers = [
        Thing(name=text, state=state, since_text=text, reason=text, due_text=text)
        for state in ("done", "over", "ahead")
    ]
    person = Thing(name_masked=text, phone_masked="138****5678", confidential=True, reveal_action="/desk/reveal")
    rows = [Thing(label=text, value=30, href="/l"), Thing(label="其他", value=10, note=text, mark=20)]
    return {
        "text": text,
        "ticket": Thing(number="20261121-00042", href="/t/42", title=text, **known),
        "bare": Thing(number="20261121-00043", href="/t/43", title=text),
        "window": window,
        "steps": [step, Thing(at_text="", at_iso="", title=text, text="", who="", state="ahead", kind="odd")],
        "ladder": Thing(tiers=tiers, summary=text),
        "person": person,
        "figures": [Thing(value=4, label=text, href="/l", over=True), Thing(value=text, label=text, href=None)],
        "rows": rows,
        "series": [Thing(label=text, values=[3, 0]), Thing(label="微信", values=[1, 0])],
        "options": [("a", text, text, "1"), ("b", "乙")],
    }


PIECES = """
{{ ui.notice('caution', text, text) }}{{ ui.progress(2, 4, text) }}{{ ui.person(person, 'tok') }}
<ul class="tickets">{{ ui.ticket_row(ticket) }}{{ ui.ticket_row(bare) }}</ul>
{{ ui.window(window) }}{{ ui.path(steps) }}{{ ui.ladder(ladder) }}{{ ui.state_badge(text) }}{{ ui.icon('bell') }}
<div class="figures">{% for f in figures %}{{ ui.figure(f) }}{% endfor %}</div>
{{ ui.pager({'text': text, 'prev_href': '?p=1', 'next_href': '?p=3'}) }}{{ ui.empty(text, text, '/x', text) }}
{{ ui.toast(text, '/undo', 'tok', 'k1') }}{{ ui.facts([(text, text), ('地点', '')]) }}{{ ui.skeleton(2) }}{{ ui.copy(text) }}
{{ ui.bars(rows, text) }}{{ ui.bars([], '空') }}{{ ui.stacked_days([text, '周二'], series, text) }}{{ ui.share(rows, text) }}
<form method="post" action="/x" data-draft="call">{{ ui.hidden('tok', 'k2') }}
{{ ui.field('phone', text, text, hint=text, error=text, key='F2', required=True) }}{{ ui.field('name', '姓名', none) }}
{{ ui.textarea('body', text, text, hint=text, maxlength=200) }}{{ ui.select('matter', text, options, 'b', error=text) }}
{{ ui.radios('kind', text, options, 'a', hint=text, error=text, required=True) }}{{ ui.photos('photo', text, text, error=text) }}
{{ ui.checkboxes('harm', text, options, ['b']) }}{{ ui.check('quiet', text) }}
{{ ui.submit(text, 'alt+s') }}{{ ui.link(text, '/x', 'F4') }}</form>
{% call ui.confirm(text, text, '/r', 'tok', 'k3', text, 'danger') %}{{ ui.textarea('reason', '理由') }}{% endcall %}
"""


def shared(text: str) -> dict[str, Any]:
    """What every page is given."""
    return {
        "county": "阳光县",
        "hotline_number": "12345",
        "viewer": Thing(name=text, role_label="热线督办", unit_name="热线办"),
        "csrf": "tok",
        "flashes": [("done", text), ("over", text)],
        "tabs": [("/a", "待办", 12), ("/b", "督办", None)],
        "here": "/b",
        "mark": "何清越 huawu1 2026-11-27 10:20",
        "static": lambda path: f"/static/{path}?v=1",
        "paper_name": text,
        "paper_number": "第 1 期",
    }


def render(source: str, **context: Any) -> str:
    """One template text, strict about every name."""
    loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(TEMPLATES), jinja2.DictLoader({"page": source})])
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    add_layout_helpers(environment)
    return environment.get_template("page").render(**context)


def gallery(base: str, text: str = "路灯不亮") -> str:
    """Every piece on a page of the given base."""
    aside = "{% block aside %}<p>旁注</p>{% endblock %}" if base == "layout/office.html" else ""
    source = (
        f"{{% extends '{base}' %}}{FRAME}{{% block heading %}}{{{{ text }}}}{{% endblock %}}"
        f"{{% block body %}}{PIECES}{{% endblock %}}{aside}"
    )
    return render(source, **shared(text), **sample(text))


class Page(HTMLParser):
    """A page read back: every element with its attributes and the elements around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.around: list[str] = []
        self.unclosed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, tuple(self.around)))
        if tag not in VOID:
            self.around.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, tuple(self.around)))

    def handle_endtag(self, tag: str) -> None:
        if not self.around or self.around.pop() != tag:
            self.unclosed.append(tag)

    def named(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes, _ in self.elements if tag in tags]


BASES = ["layout/office.html", "layout/citizen.html", "layout/paper.html"]


@pytest.fixture(scope="module", params=BASES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(gallery(request.param))


def test_every_page_has_one_main_and_one_heading(page: Page) -> None:
    assert len(page.named("main")) == 1
    assert len(page.named("h1")) == 1
    assert page.named("html")[0]["lang"] == "zh-CN"


def test_elements_are_closed_in_order(page: Page) -> None:
    assert page.unclosed == []
    assert page.around == []


def test_no_script_handler_or_style_stands_in_a_page(page: Page) -> None:
    for tag, attributes, _ in page.elements:
        assert tag != "style"
        assert tag != "script" or attributes["src"].startswith("/static/")
        assert not [name for name in attributes if name == "style" or name.startswith("on")], (tag, attributes)


def test_every_field_has_a_label(page: Page) -> None:
    labelled = {attributes["for"] for attributes in page.named("label") if "for" in attributes}
    for tag, attributes, around in page.elements:
        if tag in ("input", "select", "textarea") and attributes.get("type") != "hidden":
            assert "label" in around or attributes.get("id") in labelled, attributes


def test_ids_are_given_once_and_every_reference_arrives(page: Page) -> None:
    ids = Counter(attributes["id"] for _, attributes, _ in page.elements if "id" in attributes)
    assert [name for name, times in ids.items() if times > 1] == []
    wanted: set[str] = set()
    for _, attributes, _ in page.elements:
        wanted.update(attributes.get("aria-describedby", "").split())
        wanted.update(re.findall(r"url\(#([\w-]+)\)", attributes.get("fill", "")))
        wanted.update({attributes[name] for name in ("for", "data-counter-for") if name in attributes})
    assert wanted <= set(ids)


def test_every_posting_form_carries_the_token(page: Page) -> None:
    forms = page.named("form")
    tokens = [attributes for attributes in page.named("input") if attributes.get("name") == "csrf"]
    assert len(forms) == len(tokens) >= 4
    assert {attributes["value"] for attributes in tokens} == {"tok"}


def test_drawings_are_named_or_hidden(page: Page) -> None:
    for tag, attributes, around in page.elements:
        if tag == "svg" and "svg" not in around and "aria-hidden" not in attributes:
            hidden_cell = attributes.get("focusable") == "false" and "td" in around
            assert hidden_cell or (attributes.get("role") == "img" and attributes["aria-label"]), attributes


@pytest.mark.parametrize("base", BASES)
def test_hostile_text_stays_text(base: str) -> None:
    html = gallery(base, HOSTILE)
    assert "<script>alert" not in html
    assert [name for _, attributes, _ in Page(html).elements for name in attributes if name == "onload"] == []
    assert html.count("&lt;script&gt;alert(1)") > 40


def test_shortcut_is_shown_and_obeyed() -> None:
    html = render(FRAME + "{{ ui.submit('登记', 'alt+s') }}")
    assert 'data-key="alt+s"' in html
    assert 'aria-keyshortcuts="Alt+S"' in html
    assert "<kbd>Alt S</kbd>" in html


def test_error_is_tied_to_its_field() -> None:
    field = Page(render(FRAME + "{{ ui.field('place', '地点', error='请写明村或社区') }}")).named("input")[0]
    assert field["aria-invalid"] == "true"
    assert "f-place-error" in field["aria-describedby"]


def test_chosen_value_survives_a_refused_form() -> None:
    fields = "{{ ui.select('n', '次数', [(1, '一'), (2, '二')], '2') }}{{ ui.textarea('b', '事', '第一行\n') }}"
    html = render(FRAME + fields)
    assert [option for option in Page(html).named("option") if "selected" in option] == [{"value": "2", "selected": ""}]
    assert ">\n第一行\n</textarea>" in html


@pytest.mark.parametrize(("size", "svgs"), [("small", 1), ("full", 7)])
def test_window_draws_marks_in_full_only(size: str, svgs: int) -> None:
    html = render(FRAME + f"{{{{ ui.window(w, '{size}') }}}}", w=a_window())
    assert len(Page(html).named("svg")) == svgs
    assert ("周末" in html) is (size == "full")
    assert 'aria-label="周三"' in html


def test_window_fills_as_time_passes() -> None:
    rects = Page(render(FRAME + "{{ ui.window(w) }}", w=a_window())).named("rect")
    width = {rect["class"]: float(rect["width"].rstrip("%")) for rect in rects if "class" in rect}
    assert width["w-past"] == pytest.approx(width["w-frame"], abs=0.01)
    assert width["w-today"] == pytest.approx(width["w-frame"] / 2, abs=0.01)
    last = [float(rect["x"].rstrip("%")) for rect in rects][-1]
    assert last + width["w-frame"] == pytest.approx(100, abs=0.05)


def test_windows_that_look_the_same_are_drawn_once_whatever_they_say() -> None:
    first, second = a_window(text="周三"), a_window(text="周三")
    second.summary = "另一件"
    html = render(FRAME + "{{ ui.window(one, 'small') }}|{{ ui.window(two, 'small') }}", one=first, two=second)
    one, two = html.split("|")
    assert one != two
    assert one.replace("周三", "另一件") == two
    assert html.count('class="w-past"') == 2


def test_overdue_day_is_hatched_not_only_red() -> None:
    def hatched(state: str) -> bool:
        return "url(#kit-over)" in render(FRAME + "{{ ui.window(w, 'small') }}", w=a_window(state))

    assert hatched("over")
    assert not hatched("today")


@pytest.mark.parametrize("tier", [0, 1, 2, 3])
def test_window_steps_down_once_a_tier(tier: int) -> None:
    html = render(FRAME + "{{ ui.window(w) }}", w=a_window(tier=tier))
    assert html.count('class="w-step"') == tier


def test_window_without_days_is_still_a_picture() -> None:
    nothing = Thing(days=(), gaps=(), marks=[], tier=0, summary="还没有开始")
    assert 'aria-label="还没有开始"' in render(FRAME + "{{ ui.window(w) }}", w=nothing)


def test_column_heights_follow_the_numbers() -> None:
    html = render(FRAME + "{{ ui.stacked_days(['一', '二'], s) }}", s=[Thing(label="电话", values=[10, 5])])
    tall = [rect["height"] for rect in Page(html).named("rect") if not rect["height"].endswith("%")]
    assert tall == ["155.0", "77.5"]


def test_shares_fill_the_whole_bar() -> None:
    html = render(FRAME + "{{ ui.share(r) }}", r=[Thing(label="甲", value=1), Thing(label="乙", value=3)])
    assert "25.0%" in html
    assert "75.0%" in html


def test_charts_of_nothing_do_not_divide_by_zero() -> None:
    zero = [Thing(label="甲", value=0)]
    series = [Thing(label="乙", values=[0])]
    html = render(FRAME + "{{ ui.bars(r) }}{{ ui.share(r) }}{{ ui.stacked_days(['一'], s) }}", r=zero, s=series)
    assert html.count(">0") >= 3


def test_large_text_needs_no_script() -> None:
    source = "{% extends 'layout/citizen.html' %}{% block heading %}查询{% endblock %}"
    plain, large = (render(source, **shared("王"), text_large=size) for size in (False, True))
    assert 'class="citizen"' in plain
    assert 'href="?text=large"' in plain
    assert 'class="citizen text-large"' in large
    assert 'href="?text=normal"' in large


def test_error_page_needs_little() -> None:
    html = render("{% extends 'layout/error.html' %}", happened="没有提交成功", static=lambda path: path)
    assert "没有提交成功" in html
    told = {"happened": "甲", "kept": "乙", "todo": ["丙"], "number": "E-7", "status": 503}
    full = render("{% extends 'layout/error.html' %}", **shared("王"), **told)
    assert all(part in full for part in ("乙", "<li>丙</li>", "E-7", "503"))


def test_office_page_carries_its_watermark() -> None:
    assert gallery("layout/office.html", "王晓明").count("何清越 huawu1 2026-11-27 10:20</text>") == 2
    assert "watermark" not in gallery("layout/citizen.html")
