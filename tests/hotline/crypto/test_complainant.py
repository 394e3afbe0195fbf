"""A person is unsealed in one place: `unseal_complainant`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hotline
from hotline.crypto.complainant import unseal_complainant
from hotline.crypto.vault import BrokenSeal, Vault
from hotline.domain.privacy.complainant import Complainant

VAULT = Vault(bytes(range(32)))
ROOT = Path(hotline.__file__).parents[1]
PACKAGES = ("hotline", "channels", "workers", "rehearsal", "bench")
HOME = "hotline/crypto/complainant.py"
# Key rotation seals every value again, whatever column it is in: it gets the context from the column's name.
ANY_COLUMN = "hotline/actions/privacy/key_rotation.py"


def context_of(node: ast.expr | None, constants: dict[str, str]) -> str | None:
    """How the context of a seal begins; None when the source does not say it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case _:
            return None


def constants_of(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def unsealings(source: str) -> Iterator[tuple[int, str | None]]:
    """Line and context of every use of a method `unseal`; one that is not called at once has no known context."""
    tree = ast.parse(source)
    constants = constants_of(tree)
    calls = {
        id(node.func): node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "unseal":
            call = calls.get(id(node))
            named = next((word.value for word in call.keywords if word.arg == "context"), None) if call else None
            given = call.args[1] if call and len(call.args) > 1 else named
            yield node.lineno, context_of(given, constants)


def of_a_person(source: str) -> list[int]:
    """Lines that unseal, or may unseal, what is kept of a person."""
    return [line for line, context in unsealings(source) if context is None or context.startswith("complainant.")]


def test_one_module_unseals_a_person() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if (lines := of_a_person(path.read_text(encoding="utf-8")))
    }
    assert {place: len(lines) for place, lines in found.items()} == {HOME: 1, ANY_COLUMN: 1}, found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('vault.unseal(sealed, "complainant.wechat")', [1]),
        ('context.vault.unseal(sealed, f"complainant.{what}")', [1]),
        ('WHAT = "complainant.name"\nvault.unseal(sealed, context=WHAT)', [2]),
        ("vault.unseal(sealed, where)", [1]),
        ("opened = map(vault.unseal, sealed)", [1]),
        ('SECRET = "second_factor.secret"\nvault.unseal(sealed, SECRET)', []),
        ('vault.unseal(sealed, "draft")', []),
    ],
)
def test_another_place_that_unseals_a_person_is_seen(source: str, lines: list[int]) -> None:
    assert of_a_person(source) == lines


def test_what_was_not_told_is_an_empty_text() -> None:
    name, wechat = VAULT.seal("王小明", "complainant.name"), VAULT.seal("openid", "complainant.wechat")
    assert unseal_complainant(VAULT, name=name, wechat=wechat) == Complainant(name="王小明", wechat="openid")


def test_value_of_another_column_is_no_name() -> None:
    with pytest.raises(BrokenSeal):
        unseal_complainant(VAULT, name=VAULT.seal("13800138000", "complainant.phone"))


def test_words_to_redact_leave_out_what_was_not_told() -> None:
    assert Complainant("王小明", "", "", "前进村1号", "openid").words == ("王小明", "前进村1号")
