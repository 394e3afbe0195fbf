"""Every channel has the same shape, and no address is answered twice."""

from __future__ import annotations

import importlib
from collections import Counter
from pathlib import Path

import pytest
from aiohttp import web

from channels.channel import ChannelAdapter
from channels.registry import CHANNELS
from hotline.domain.enums import Channel as Door

FOLDER = Path(__file__).resolve().parents[2] / "channels"
NAMES = [channel.name for channel in CHANNELS]
SHARED = {"dialogue", "ui", "web"}
"""What the doors share; no doors themselves."""


def test_registry_names_each_folder_once() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")} - SHARED
    assert sorted(NAMES) == sorted(folders)


def test_doors_of_people_have_a_way_out() -> None:
    assert {"phone", "wechat", "website"} == set(Door) & set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_package_exports_its_channel(name: str) -> None:
    package = importlib.import_module(f"channels.{name}")
    assert isinstance(package.channel, ChannelAdapter)
    assert package.channel.name == name


@pytest.mark.parametrize("name", NAMES)
def test_folder_has_the_files_of_a_channel(name: str) -> None:
    held = {path.stem for path in (FOLDER / name).iterdir()}
    assert {"__init__", "inbound", "outbound", "texts"} <= held
    assert all(importlib.import_module(f"channels.{name}.{part}").__doc__ for part in ("inbound", "outbound", "texts"))


@pytest.mark.parametrize("channel", CHANNELS, ids=NAMES)
def test_channel_has_routes_and_a_sender(channel: ChannelAdapter) -> None:
    assert all(isinstance(route, web.RouteDef) for route in channel.routes)
    assert callable(channel.open_sender)
    assert callable(channel.installed)


def test_no_address_is_answered_twice() -> None:
    routes = [(r.method, r.path) for c in CHANNELS for r in c.routes if isinstance(r, web.RouteDef)]
    assert [route for route, times in Counter(routes).items() if times > 1] == []


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_file_grows_past_three_hundred_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
