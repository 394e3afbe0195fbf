import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher as Block
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from hotline.crypto.keyring import (
    Cipher,
    Digest,
    FindingKey,
    Keyring,
    KeyringFault,
    KeySource,
    SealingKey,
    write_keyring,
)
from hotline.crypto.vault import SM4_BIT, BrokenSeal, Vault, header_of

VAULT = Vault(bytes(range(32)))
SM4 = Vault(Keyring.of(bytes(range(32))).with_seal(Cipher.SM4).newest())
OTHER = Vault(bytes(range(1, 33)))


@given(st.text(), st.text())
def test_unsealing_gives_the_text_back(text: str, context: str) -> None:
    sealed = VAULT.seal(text, context)
    assert VAULT.unseal(sealed, context) == text
    assert len(sealed) == len(text.encode()) + 29


@given(st.text(), st.text())
def test_sm4_seals_and_unseals_as_well(text: str, context: str) -> None:
    sealed = SM4.seal(text, context)
    assert SM4.unseal(sealed, context) == text
    assert len(sealed) == len(text.encode()) + 29
    assert sealed[0] == SM4.header == 2 | SM4_BIT
    with pytest.raises(BrokenSeal):
        SM4.unseal(sealed, context + "x")


def test_sm4_is_the_cipher_of_the_national_standard() -> None:
    # GB/T 32907-2016, example 1.
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Block(algorithms.SM4(key), modes.ECB()).encryptor()
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


@pytest.mark.parametrize("vault", [VAULT, SM4], ids=["aes", "sm4"])
def test_header_names_key_and_cipher(vault: Vault) -> None:
    keys = {header_of(key): key for key in Keyring.of(bytes(32)).with_seal(Cipher.SM4).seals}
    assert keys[vault.seal("张三")[0]].cipher is (Cipher.SM4 if vault is SM4 else Cipher.AES)


def test_one_secret_under_two_ciphers_is_two_keys() -> None:
    ring = Keyring.of(bytes(32))
    other = Vault(replace(ring, seals=(SealingKey(1, Cipher.SM4, bytes(32)),)))
    with pytest.raises(BrokenSeal):
        other.unseal(Vault(ring).seal("张三"))


def test_new_sealing_key_leaves_fingerprints_and_signatures_as_they_were() -> None:
    assert SM4.fingerprint("13800138000", "contact") == VAULT.fingerprint("13800138000", "contact")
    assert SM4.verify("form", VAULT.sign("form"))


def test_after_a_new_finding_key_both_fingerprints_are_known_and_old_signatures_hold() -> None:
    changed = Vault(Keyring.of(bytes(range(32))).with_find(Digest.SM3).newest())
    new, old = changed.fingerprints("a", "b")
    assert (changed.fingerprint("a", "b"), VAULT.fingerprint("a", "b")) == (new, old)
    assert new != old
    assert len(new) == 32
    assert changed.verify("form", VAULT.sign("form"))
    assert not VAULT.verify("form", changed.sign("form"))


def test_sm3_fingerprint_is_hmac_sm3() -> None:
    vault = Vault(replace(Keyring.of(bytes(32)), finds=(FindingKey(1, Digest.SM3, bytes(32)),)))
    assert vault.fingerprint("a") != Vault(bytes(32)).fingerprint("a")
    assert len(vault.fingerprint("a")) == 32


def test_vault_follows_its_key_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    ring = Keyring.of(bytes(range(32)))
    write_keyring(file, ring)
    here, elsewhere = (Vault.open(KeySource(path=file)) for _ in range(2))
    write_keyring(file, ring.with_seal(Cipher.SM4).newest())
    assert here.refresh()
    assert not here.refresh()
    # The other process has not looked at the file yet, and reads what the first one sealed all the same.
    assert elsewhere.header == 1
    assert elsewhere.unseal(here.seal("张三")) == "张三"
    assert elsewhere.header == here.header == 2 | SM4_BIT


def test_broken_key_file_leaves_the_keys_one_has(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    write_keyring(file, Keyring.of(bytes(range(32))))
    vault = Vault.open(KeySource(path=file))
    sealed = vault.seal("张三")
    file.write_text("nonsense", encoding="utf-8")
    with pytest.raises(KeyringFault):
        vault.refresh()
    assert vault.unseal(sealed) == "张三"
    with pytest.raises(BrokenSeal):
        vault.unseal(SM4.seal("李四"))


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


@pytest.mark.parametrize("cipher", list(Cipher))
def test_former_key_still_reads(cipher: Cipher) -> None:
    renewed = Vault(Keyring.of(bytes(range(32))).with_seal(cipher).newest())
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
    with pytest.raises(KeyringFault, match="32"):
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
