"""What is installed is the hotline alone: its packages with their files, and one command."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = {"hotline", "channels", "workers", "sql"}
NEVER_COPIED = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel, built offline from a copy of the sources: an older build beside them would get into it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = shutil.copytree(ROOT, folder / "source", ignore=NEVER_COPIED)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True, timeout=120)
    (file,) = folder.glob("*.whl")
    return zipfile.Path(file)


def test_only_the_hotline_is_installed(wheel: zipfile.Path) -> None:
    top = {entry.name for entry in wheel.iterdir() if not entry.name.endswith(".dist-info")}
    assert top == INSTALLED


def test_files_that_are_no_python_are_installed_too(wheel: zipfile.Path) -> None:
    held = set(wheel.root.namelist())
    needed = [path for package in INSTALLED for path in (ROOT / package).rglob("*.*") if path.is_file()]
    kinds = {".py", ".sql", ".html", ".css", ".js", ".svg", ".typ"}
    missing = [
        name for path in needed if path.suffix in kinds and (name := path.relative_to(ROOT).as_posix()) not in held
    ]
    assert missing == []


def test_the_command_is_the_clerks_command_line(wheel: zipfile.Path) -> None:
    (info,) = (entry for entry in wheel.iterdir() if entry.name.endswith(".dist-info"))
    scripts = ConfigParser()
    scripts.read_string((info / "entry_points.txt").read_text("utf-8"))
    assert {section: dict(scripts[section]) for section in scripts.sections()} == {
        "console_scripts": {"hotline": "hotline.__main__:main"}
    }
