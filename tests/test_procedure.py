"""docs/procedure.md has every section that is cited, and the defaults of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.domain.policy.limits import DEFAULT_LIMITS, Limit
from hotline.domain.policy.retention_periods import KEPT_NAMES, LOWEST, Kept, Retention

ROOT = Path(__file__).resolve().parents[1]
PROCEDURE = (ROOT / "docs/procedure.md").read_text(encoding="utf-8")
FOLDERS = ("hotline", "channels", "workers", "rehearsal", "bench", "sql", "tests", "docs")
SUFFIXES = frozenset({".py", ".sql", ".html", ".md", ".typ", ".toml"})
# A comment may break the line between the word and the number.
GAP = r"[\s#*]*"
SECTION = r"§\s?\d+(?:\.\d+)*"
ONE_OR_RANGE = rf"{SECTION}(?:{GAP}[-–]{GAP}{SECTION})?"
CITATION = re.compile(rf"\bprocedure{GAP}({ONE_OR_RANGE}(?:{GAP}(?:,|;|and|or){GAP}{ONE_OR_RANGE})*)", re.IGNORECASE)
HEADINGS = frozenset(re.findall(r"^#{2,} (\d+(?:\.\d+)*)\.? ", PROCEDURE, re.MULTILINE))
DATA_ROWS = {
    Kept.PERSONS: "name, numbers, address",
    Kept.WORDS: "words and files",
    Kept.NOTICES: "messages sent",
    Kept.CONVERSATIONS: "unfinished conversations",
    Kept.MESSAGES: "answers kept for repeated messages",
    Kept.SESSIONS: "log-ins",
    Kept.LOOKS: "record of looks",
}


def find_cited(text: str) -> Iterator[str]:
    """Section numbers cited in a text; a range of whole sections counts as every section in it."""
    for citation in CITATION.finditer(text):
        for part in re.findall(ONE_OR_RANGE, citation[1]):
            first, *last = re.findall(r"\d+(?:\.\d+)*", part)
            yield from [first] if not last else map(str, range(int(first), int(last[0]) + 1))


def _sources() -> list[Path]:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    return sorted(path for path in [*ROOT.glob("*.md"), *files] if path.suffix in SUFFIXES)


def test_every_cited_section_has_a_heading() -> None:
    cited = {
        (path.relative_to(ROOT).as_posix(), number)
        for path in _sources()
        for number in find_cited(path.read_text(encoding="utf-8"))
    }
    assert {number for _, number in cited} >= {str(number) for number in range(1, 10)}, "citations were not found"
    missing = sorted(f"{name} cites §{number}" for name, number in cited if number not in HEADINGS)
    assert not missing, f"docs/procedure.md has no such section: {missing}"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(PROCEDURE §6)", ["6"]),
        ("PROCEDURE §2, §5", ["2", "5"]),
        ("PROCEDURE §2 and §3.3", ["2", "3.3"]),
        ("PROCEDURE §1-§5", ["1", "2", "3", "4", "5"]),
        ("to be replaced by procedure §10 (Told)", ["10"]),
        ("# a rule of PROCEDURE\n    # §4: on issue", ["4"]),
        ("PROCEDURE §6; 个人信息保护法 §19", ["6"]),
        ("个人信息保护法 §19, the procedure itself", []),
    ],
)
def test_citation_is_read_in_every_form(text: str, numbers: list[str]) -> None:
    assert list(find_cited(text)) == numbers


def test_limits_of_procedure_are_the_defaults() -> None:
    section = PROCEDURE.partition("### 3.3 ")[2].partition("\n### ")[0]
    rows = re.findall(r"^\|[^|]+\| `([\w.]+)` \| ([^|]+?) \|", section, re.MULTILINE)
    assert dict(rows) == {key: Limit.parse(text).in_words for key, text in DEFAULT_LIMITS.items()}


def test_storage_periods_of_procedure_are_the_defaults() -> None:
    assert set(DATA_ROWS) == set(KEPT_NAMES)
    section = PROCEDURE.partition("### 6.5 ")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| (\d+) \| (\d+) \|", section, re.MULTILINE)
    assert {what: (int(days), int(least)) for what, days, least in rows} == {
        name: (Retention().days(kind), LOWEST.get(kind, 1)) for kind, name in DATA_ROWS.items()
    }


def test_every_rule_of_section_ten_says_whether_it_is_built() -> None:
    rules = re.findall(r"^- (.+)$", PROCEDURE.partition("\n## 10. ")[2], re.MULTILINE)
    assert rules
    assert [rule for rule in rules if not rule.startswith(("**Decided, not yet built:** ", "**Built:** "))] == []
