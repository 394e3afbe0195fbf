"""The floor plan holds: folders stay small, public classes have one name each, and files say their part."""

from __future__ import annotations

import ast
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
