import base64
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from hotline.config import ConfigurationError, Settings
from hotline.crypto.keyring import Keyring

KEY = base64.b64encode(bytes(range(32))).decode()
ENOUGH = {
    "HOTLINE_DATABASE_URL": "postgresql://hotline:secret-of-db@127.0.0.1/hotline",
    "HOTLINE_REDIS_URL": "redis://:secret-of-redis@127.0.0.1:6379/0",
    "HOTLINE_KEY": KEY,
    "HOTLINE_FILES_DIR": "/var/lib/hotline/files",
}
WECHAT = {
    "HOTLINE_WECHAT_APP_ID": "wx00000000000000aa",
    "HOTLINE_WECHAT_TOKEN": "secret-token",
    "HOTLINE_WECHAT_AES_KEY": "a" * 43,
    "HOTLINE_WECHAT_APP_SECRET": "secret-app",
}


def faults(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as told:
        Settings.load(environ)
    return str(told.value)


def test_four_variables_are_enough() -> None:
    settings = Settings.load(ENOUGH)
    assert settings.key.read() == Keyring.of(bytes(range(32)))
    assert (settings.host, settings.port, settings.region) == ("127.0.0.1", 8080, 1)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.files_dir == Path("/var/lib/hotline/files")
    assert not settings.wechat


def test_all_faults_are_told_together() -> None:
    told = faults(
        {
            "HOTLINE_PORT": "eighty",
            "HOTLINE_KEY": "c2hvcnQ=",
            "HOTLINE_CLOCK": "moved",
            "HOTLINE_REGOIN": "1",
            "HOTLINE_WECHAT_TOKEN": "token",
        }
    )
    for variable in (
        "HOTLINE_DATABASE_URL",
        "HOTLINE_REDIS_URL",
        "HOTLINE_FILES_DIR",
        "HOTLINE_PORT",
        "HOTLINE_KEY",
        "HOTLINE_CLOCK",
        "HOTLINE_REGOIN",
        "HOTLINE_WECHAT_APP_ID",
        "HOTLINE_WECHAT_AES_KEY",
        "HOTLINE_WECHAT_APP_SECRET",
    ):
        assert f"  · {variable}：" in told
    assert "HOTLINE_REGION？" in told


def test_faults_do_not_repeat_the_value() -> None:
    told = faults(ENOUGH | {"HOTLINE_DATABASE_URL": "mysql://u:hunter2@db/x", "HOTLINE_KEY": "hunter2"})
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HOTLINE_DATABASE_URL", "127.0.0.1"),
        ("HOTLINE_REDIS_URL", "http://127.0.0.1"),
        ("HOTLINE_KEY", base64.b64encode(bytes(31)).decode()),
        ("HOTLINE_KEY", "不是 base64"),
        ("HOTLINE_REGION", "0"),
        ("HOTLINE_PORT", "65536"),
        ("HOTLINE_PUBLIC_URL", "hotline.example"),
        ("HOTLINE_CLOCK", "2026-01-05"),
        ("HOTLINE_LOG_FORMAT", "xml"),
        ("HOTLINE_SWEEP_BATCH", "0"),
        ("HOTLINE_TRUSTED_PROXIES", "10.0.0.0/8,nonsense"),
        ("HOTLINE_HOTLINE_NUMBER", "one"),
        ("HOTLINE_WECHAT_API_BASE", "ftp://x"),
    ],
)
def test_wrong_value_names_its_variable_alone(variable: str, value: str) -> None:
    told = faults(ENOUGH | {variable: value})
    assert told.count("  · ") == 1
    assert f"  · {variable}：值不合要求" in told


@pytest.mark.parametrize("left_out", sorted(WECHAT))
def test_half_told_wechat_names_the_rest(left_out: str) -> None:
    told = faults(ENOUGH | {name: value for name, value in WECHAT.items() if name != left_out})
    assert told.count("  · ") == 1
    assert left_out in told


def test_empty_variable_counts_as_not_set() -> None:
    assert Settings.load(ENOUGH | {"HOTLINE_PORT": " ", "HOTLINE_WECHAT_TOKEN": ""}).port == 8080


def test_variables_of_others_are_ignored() -> None:
    assert Settings.load(ENOUGH | {"PORT": "x", "PGHOST": "y"}).port == 8080


def test_proxies_are_networks() -> None:
    settings = Settings.load(ENOUGH | {"HOTLINE_TRUSTED_PROXIES": "127.0.0.1/32, 10.0.0.0/8"})
    assert settings.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))


def test_repr_shows_no_secret() -> None:
    shown = repr(Settings.load(ENOUGH | WECHAT)) + str(Settings.load(ENOUGH | WECHAT))
    for secret in ("secret", KEY, "\\x01\\x02", "a" * 43):
        assert secret not in shown
    assert "wx00000000000000aa" in shown


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings.load(ENOUGH).port = 1  # type: ignore[misc]


def test_public_url_follows_host_and_port() -> None:
    assert Settings.load(ENOUGH | {"HOTLINE_PORT": "9000"}).public_url == "http://127.0.0.1:9000"
    assert Settings.load(ENOUGH | {"HOTLINE_PUBLIC_URL": "https://a.example/"}).public_url == "https://a.example"
