"""The key file: what it holds is read and written whole, and nothing wrong with it passes."""

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.config import ConfigurationError, Settings
from hotline.crypto.keyring import (
    HIGHEST_NUMBER,
    Cipher,
    Digest,
    Keyring,
    KeyringFault,
    KeySource,
    compose_keyring,
    parse_keyring,
    read_keyring,
    write_keyring,
)
from tests.hotline.test_config import ENOUGH

SECRET = base64.b64encode(bytes(range(32))).decode()
RING = Keyring.of(bytes(range(32)))
steps = st.lists(st.sampled_from([*Cipher, *Digest]), max_size=6)


@given(steps, st.booleans())
def test_what_was_written_is_read_back(added: list[Cipher | Digest], renewed: bool) -> None:
    ring = RING
    for one in added:
        ring = ring.with_seal(one) if isinstance(one, Cipher) else ring.with_find(one)
    ring = ring.newest() if renewed else ring
    assert parse_keyring(compose_keyring(ring)) == ring


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"seal 1 aes-256-gcm {SECRET} present",
        f"seal 1 aes-256-gcm {SECRET}\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 1 aes-256-gcm {SECRET} present\nseal 2 sm4-gcm {SECRET} present\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 1 aes-256-gcm {SECRET} present\nseal 1 sm4-gcm {SECRET}\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 1 des {SECRET} present\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 128 aes-256-gcm {SECRET} present\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 1 aes-256-gcm {SECRET[:20]} present\nfind 1 hmac-sha256 {SECRET} present",
        f"seal 1 aes-256-gcm {SECRET} now\nfind 1 hmac-sha256 {SECRET} present",
        f"lock 1 aes-256-gcm {SECRET} present\nfind 1 hmac-sha256 {SECRET} present",
    ],
    ids=["empty", "no_find", "no_present", "two_present", "twice", "cipher", "number", "short", "word", "purpose"],
)
def test_faulty_text_is_refused_and_tells_no_secret(text: str) -> None:
    with pytest.raises(KeyringFault) as told:
        parse_keyring(text)
    assert SECRET[:8] not in str(told.value)


def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    write_keyring(file, RING)
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_keyring(file) == RING
    file.chmod(0o640)
    with pytest.raises(KeyringFault, match="chmod 600"):
        read_keyring(file)


def test_writing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys"
    write_keyring(file, RING)

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyringFault, match="写不了"):
        write_keyring(file, RING.with_seal(Cipher.SM4))
    assert read_keyring(file) == RING
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_numbers_come_to_an_end_and_freed_ones_serve_again() -> None:
    ring = RING
    for _ in range(HIGHEST_NUMBER - 1):
        ring = ring.with_seal(Cipher.AES)
    with pytest.raises(KeyringFault, match="用完"):
        ring.with_seal(Cipher.AES)
    assert ring.newest().without_seal(5).with_seal(Cipher.SM4).seals[-1].number == 5


def test_key_in_use_cannot_be_taken_away() -> None:
    with pytest.raises(KeyringFault):
        RING.without_seal(1)
    with pytest.raises(KeyringFault):
        RING.with_seal(Cipher.AES).without_seal(3)
    with pytest.raises(KeyringFault):
        RING.without_find(1)


def test_secrets_do_not_show() -> None:
    for shown in (repr(RING), repr(KeySource.of(SECRET)), str(RING.seals[0])):
        assert "x00" not in shown
        assert SECRET not in shown


def test_setting_may_name_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    with pytest.raises(ConfigurationError, match="HOTLINE_KEY：密钥文件"):
        Settings.load(ENOUGH | {"HOTLINE_KEY": f"file:{file}"})
    write_keyring(file, RING)
    settings = Settings.load(ENOUGH | {"HOTLINE_KEY": f"file:{file}"})
    assert settings.key.read() == RING
    assert settings.key.path == file
    file.chmod(0o604)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        Settings.load(ENOUGH | {"HOTLINE_KEY": f"file:{file}"})
