"""The style sheets and the script of the design kit: contrast, colours with one meaning, a strict policy."""

import re
from pathlib import Path

import pytest

CHANNELS = Path(__file__).resolve().parents[3] / "channels"
STATIC = CHANNELS / "static"
TEMPLATES = CHANNELS / "templates"
SHEETS = sorted(STATIC.glob("*.css"))


def tokens(scheme: str) -> dict[str, str]:
    """Colour tokens of one scheme; the dark one stands on the light one."""
    light, dark = (STATIC / "tokens.css").read_text("utf-8").split("@media screen and (prefers-color-scheme: dark)")
    pairs = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", light))
    return pairs if scheme == "light" else pairs | dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", dark))


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance of #rrggbb."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


GROUNDS = ("paper", "surface", "sunken", "primary-soft", "accent-soft")
TEXT = [(ink, ground) for ink in ("ink", "ink-soft", "link") for ground in GROUNDS] + [
    ("accent-ink", "paper"), ("accent-ink", "surface"), ("accent-ink", "accent-soft"), ("accent-ink", "sunken"),
    ("over", "paper"), ("over", "surface"), ("over", "over-soft"), ("over", "primary-soft"), ("ink", "over-soft"),
    ("on-primary", "primary"), ("on-primary", "primary-strong"), ("on-accent", "accent"), ("on-over", "over"),
    ("on-ground", "ground"), ("on-ground", "ground-deep"), ("on-ground-soft", "ground"), ("on-ground-soft", "ground-deep"),
    ("on-ground-accent", "ground"), ("on-ground-accent", "ground-deep"),
]  # fmt: skip
EDGES = [(edge, ground) for edge in ("line-strong", "focus") for ground in ("paper", "surface")] + [
    ("primary", "surface"), ("window-past", "surface"), ("window-past", "window-ahead"), ("on-ground-accent", "ground"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable_in_both_schemes(scheme: str, ink: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_are_visible_in_both_schemes(scheme: str, edge: str, ground: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[edge], colours[ground]) >= 3


def rules(sheet: Path) -> list[tuple[str, str]]:
    """(selector, declarations) of a style sheet, at-rules opened."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    return [(selector.strip(), body) for selector, body in re.findall(r"([^{};]+)\{([^{}]*)\}", text)]


def test_red_belongs_to_the_overdue() -> None:
    for sheet in SHEETS:
        for selector, body in rules(sheet):
            if re.search(r"var\(--(on-)?over\b", body):
                assert "over" in selector.replace(":hover", ""), (sheet.name, selector)


def test_colours_are_named_in_tokens_only() -> None:
    for sheet in SHEETS:
        for selector, body in rules(sheet):
            if sheet.name != "tokens.css":
                assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(", body)) <= {"#000", "#fff"}, (sheet.name, selector)


def test_every_token_used_is_defined() -> None:
    text = "".join(sheet.read_text("utf-8") for sheet in SHEETS)
    assert set(re.findall(r"var\(--([\w-]+)", text)) <= set(re.findall(r"--([\w-]+):", text))


def test_kit_brings_nothing_from_elsewhere() -> None:
    for path in [*STATIC.glob("*.*"), *TEMPLATES.rglob("*.html")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|@import|@font-face", text), path.name


def test_script_runs_under_a_strict_policy() -> None:
    script = (STATIC / "kit.js").read_text("utf-8")
    assert not re.search(r"\beval\b|new Function|innerHTML|outerHTML|document\.write|\.style\b", script)


def test_kit_files_stay_short() -> None:
    kit = [
        *STATIC.glob("*.css"),
        *STATIC.glob("*.js"),
        *TEMPLATES.glob("layout/*.html"),
        *(TEMPLATES / "components").glob("*.html"),
    ]
    assert [path.name for path in kit if len(path.read_text("utf-8").splitlines()) > 300] == []
