"""All settings, read once from the environment; all faults are reported together."""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hotline.crypto.keyring import KeyringFault, KeySource

PREFIX = "HOTLINE_"
SOME_WECHAT = ("wechat_app_id", "wechat_token", "wechat_aes_key", "wechat_app_secret")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigurationError(Exception):
    """The environment is invalid; the text lists every fault: variable, problem, remedy."""


def _address_with(*schemes: str) -> BeforeValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError("scheme")
        return value

    return BeforeValidator(check)


def _keys(value: str | KeySource) -> KeySource:
    try:
        source = value if isinstance(value, KeySource) else KeySource.of(value)
        source.read()
    except KeyringFault as fault:
        # Report the fault of a key file, but nothing about a secret given in the setting itself.
        if isinstance(value, str) and value.startswith("file:"):
            raise PydanticCustomError("keyring", "{fault}", {"fault": str(fault)}) from None
        raise ValueError("key") from None
    return source


def _networks(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseModel):
    """The settings of a process. Secrets are not part of its repr.

    The field `port` is the variable HOTLINE_PORT; its description states the expected value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[str, _address_with("postgresql", "postgres")] = Field(
        repr=False,
        description="PostgreSQL 15 或更新版本的地址，如 postgresql://hotline:密码@127.0.0.1/hotline",
    )
    redis_url: Annotated[str, _address_with("redis", "rediss", "unix")] = Field(
        repr=False, description="Valkey 或 Redis 6.2 以上的地址，如 redis://127.0.0.1:6379/0"
    )
    key: Annotated[KeySource, BeforeValidator(_keys)] = Field(
        repr=False,
        description="32 字节主密钥的 base64，可用 openssl rand -base64 32 生成，或 file:密钥文件；丢失则个人信息无法解密",
    )
    files_dir: Path = Field(description="存放上传文件的文件夹，如 /var/lib/hotline/files")
    region: int = Field(1, ge=1, le=32767, description="地区编号，1–32767 的整数")
    host: str = Field("127.0.0.1", min_length=1, description="监听的地址，如 127.0.0.1")
    port: int = Field(8080, ge=0, le=65535, description="监听的端口，0–65535 的整数")
    public_url: Annotated[str, _address_with("http", "https")] = Field(
        "", description="群众访问的网址，以 http:// 或 https:// 开头"
    )
    county: str = Field("青禾县", min_length=1, max_length=40, description="县（区）名称，40 字以内")
    hotline_number: str = Field("12345", pattern=r"^\d{3,12}$", description="热线号码，3–12 位数字")
    wechat_app_id: str | None = Field(
        None, pattern=r"^wx[0-9a-f]{16}$", description="公众号 AppID，wx 加 16 位十六进制"
    )
    wechat_token: str | None = Field(
        None, repr=False, min_length=3, max_length=32, description="公众号服务器配置的 Token，3–32 字"
    )
    wechat_aes_key: str | None = Field(
        None, repr=False, pattern=r"^[A-Za-z0-9]{43}$", description="公众号的 EncodingAESKey，43 位字母数字"
    )
    wechat_app_secret: str | None = Field(None, repr=False, min_length=1, description="公众号的 AppSecret")
    wechat_api_base: Annotated[str, _address_with("http", "https")] = Field(
        "https://api.weixin.qq.com", description="微信接口的网址，一般不改"
    )
    wechat_template_id: str | None = Field(None, min_length=1, description="模板消息的模板编号，没有就不设")
    log_format: Literal["auto", "console", "json"] = Field("auto", description="日志样式：auto、console 或 json")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="日志级别：debug、info、warning 或 error"
    )
    clock: Literal["real"] = Field("real", description="只能是 real：正式运行的时钟不能拨动，演练请用 make drill")
    sweep_batch: int = Field(200, ge=1, le=10_000, description="后台每次处理的件数，1–10000 的整数")
    trusted_proxies: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = Field(
        (), description="可信的反向代理网段，逗号分隔，如 127.0.0.1/32,10.0.0.0/8"
    )

    @model_validator(mode="after")
    def _filled_in(self) -> Self:
        # Processes started in different folders must use the same folder of files.
        object.__setattr__(self, "files_dir", self.files_dir.absolute())
        object.__setattr__(self, "public_url", (self.public_url or f"http://{self.host}:{self.port}").rstrip("/"))
        return self

    @property
    def wechat(self) -> bool:
        """Whether the WeChat channel is configured."""
        return self.wechat_app_id is not None

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the variables HOTLINE_*; an empty one counts as not set.

        Raises ConfigurationError with all faults: missing, invalid and misspelt variables.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value.strip()
            for name, value in (os.environ if environ is None else environ).items()
            if name.startswith(PREFIX) and value.strip()
        }
        faults = _half_told_wechat(given)
        try:
            settings = cls(**given)
        except ValidationError as refused:
            faults = [_fault(error["type"], str(error["loc"][0]), error["msg"]) for error in refused.errors()] + faults
        if faults:
            raise ConfigurationError(
                "配置有误，请逐条改正：\n" + "\n".join(f"  · {fault}" for fault in dict.fromkeys(faults))
            )
        return settings


def _half_told_wechat(given: Mapping[str, str]) -> list[str]:
    missing = [name for name in SOME_WECHAT if name not in given]
    if not missing or len(missing) == len(SOME_WECHAT):
        return []
    return [f"{_variable(name)}：没有设置；微信的四项要么全设、要么全不设。应为{_expected(name)}" for name in missing]


def _fault(kind: str, field: str, told: str) -> str:
    if kind == "keyring":
        return f"{_variable(field)}：{told}"
    if kind == "missing":
        return f"{_variable(field)}：没有设置。应为{_expected(field)}"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(field, Settings.model_fields, n=1)
        return f"{_variable(field)}：没有这一项" + (f"。是否想写 {_variable(near[0])}？" if near else "，请删去")
    return f"{_variable(field)}：值不合要求。应为{_expected(field)}"


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _expected(field: str) -> str:
    return Settings.model_fields[field].description or ""
