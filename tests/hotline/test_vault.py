import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.vault import BrokenSeal, Vault

VAULT = Vault(bytes(range(32)))
OTHER = Vault(bytes(range(1, 33)))


@given(st.text(), st.text())
def test_unsealing_gives_the_text_back(text: str, context: str) -> None:
    sealed = VAULT.seal(text, context)
    assert VAULT.unseal(sealed, context) == text
    assert len(sealed) == len(text.encode()) + 29


def test_same_text_is_sealed_differently_each_time() -> None:
    assert VAULT.seal("张三") != VAULT.seal("张三")


@given(st.text(min_size=1), st.data())
def test_any_changed_bit_is_noticed(text: str, data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal(text))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(BrokenSeal):
        VAULT.unseal(bytes(sealed))


@given(st.binary(max_size=60))
def test_foreign_bytes_are_refused(sealed: bytes) -> None:
    with pytest.raises(BrokenSeal):
        VAULT.unseal(sealed)


def test_other_context_or_key_is_refused() -> None:
    sealed = VAULT.seal("张三", "complainant.name")
    for vault, context in ((VAULT, "complainant.phone"), (VAULT, ""), (OTHER, "complainant.name")):
        with pytest.raises(BrokenSeal):
            vault.unseal(sealed, context)


def test_former_key_still_reads() -> None:
    renewed = Vault(bytes(32), key_id=2, former={1: bytes(range(32))})
    assert renewed.unseal(VAULT.seal("旧")) == "旧"
    assert renewed.unseal(renewed.seal("新")) == "新"
    with pytest.raises(BrokenSeal):
        VAULT.unseal(renewed.seal("新"))


def test_fingerprint_depends_on_text_context_and_key() -> None:
    prints = [
        VAULT.fingerprint("a", "b"),
        VAULT.fingerprint("b", "a"),
        VAULT.fingerprint("ba", ""),
        VAULT.fingerprint("", "ba"),
        OTHER.fingerprint("a", "b"),
    ]
    assert len(set(prints)) == 5
    assert {len(one) for one in prints} == {32}
    assert VAULT.fingerprint("a", "b") == Vault(bytes(range(32))).fingerprint("a", "b")


@given(st.text(), st.text())
def test_only_the_own_signature_verifies(text: str, forged: str) -> None:
    signature = VAULT.sign(text)
    assert VAULT.verify(text, signature)
    assert not VAULT.verify(text + "x", signature)
    assert not OTHER.verify(text, signature)
    assert not VAULT.verify(text, signature, "other")
    assert not VAULT.verify(text, forged)


def test_signature_fits_a_url() -> None:
    assert all(len(VAULT.sign(str(n))) == 43 and VAULT.sign(str(n)).isascii() for n in range(50))
    assert not set("".join(VAULT.sign(str(n)) for n in range(200))) & set("+/=&")


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_short_or_long_master_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(key)


def test_each_operation_costs_microseconds() -> None:
    sealed, signature, text = VAULT.seal("13800138000"), VAULT.sign("13800138000"), "13800138000"

    def cost(deed: object) -> float:
        start = time.perf_counter()
        for _ in range(500):
            deed()  # type: ignore[operator]
        return (time.perf_counter() - start) / 500

    deeds = (
        lambda: VAULT.seal(text),
        lambda: VAULT.unseal(sealed),
        lambda: VAULT.fingerprint(text),
        lambda: VAULT.verify(text, signature),
    )
    assert max(min(cost(deed) for _ in range(5)) for deed in deeds) < 20e-6
