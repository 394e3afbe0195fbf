"""The floor plan holds: folders stay small, public classes have one name each, and files say their part."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("hotline", "channels", "workers", "rehearsal", "bench")
MOST_FILES = 20
FOLDERS = sorted(
    path
    for top in (*PACKAGES, "sql/queries", "channels/templates", "tests")
    for path in (ROOT / top, *(ROOT / top).rglob("*"))
    if path.is_dir() and not path.name.startswith(("__", "."))
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_folder_has_at_most_twenty_files(folder: Path) -> None:
    files = [path.name for path in folder.iterdir() if path.is_file() and path.name != "__init__.py"]
    assert len(files) <= MOST_FILES


def test_no_public_class_name_is_used_twice() -> None:
    places = defaultdict(list)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_no_file_repeats_the_name_of_its_folder() -> None:
    areas = [ROOT / "hotline" / layer for layer in ("domain", "store", "actions")]
    repeated = [
        path.relative_to(ROOT).as_posix()
        for area in areas
        for path in area.rglob("*.py")
        if path.stem == path.parent.name
    ]
    assert repeated == []


def test_every_module_of_the_store_has_its_queries_at_the_same_path() -> None:
    queries, store = ROOT / "sql" / "queries", ROOT / "hotline" / "store"
    files = {path.relative_to(queries).with_suffix("") for path in queries.rglob("*.sql")}
    modules = {path.relative_to(store).with_suffix("") for path in store.rglob("*.py")}
    assert files <= modules


LONGEST = (8, 6, 8, 5)
"""Files from the door to SQL, or from the timetable to the platform, of the paths in CONTRIBUTING.md."""


def _paths() -> list[list[str]]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## Four paths through the code")[1].split("## ")[0]
    items = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    return [re.findall(r"`([^`]+)`", item.split("):", 1)[1]) for item in items]


def _imports(file: str) -> set[str]:
    """Files of the project whose names the file imports, as paths."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                for module in (node.module, f"{node.module}.{alias.name}"):
                    found |= {f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/outbound.py"}
    return found


def _leads_to(before: list[str], file: str) -> bool:
    if file.endswith(".sql"):
        return before[-1] == file.replace("sql/queries/", "hotline/store/").replace(".sql", ".py")
    return any(file in _imports(one) for one in before if one.endswith(".py"))


@pytest.mark.parametrize("number", range(len(LONGEST)))
def test_the_four_paths_are_short_and_lead_from_file_to_file(number: int) -> None:
    path = _paths()[number]
    assert len(path) <= LONGEST[number]
    # The registry is handed to the delivery by the timetable, not imported by it.
    known = {"channels/registry.py": ["workers/settings.py"], "hotline/actions/messaging/delivery.py": path[:1]}
    lost = [file for place, file in enumerate(path) if place and not _leads_to(known.get(file, path[:place]), file)]
    assert lost == []
