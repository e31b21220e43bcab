"""Which settings does the service have? The only reader of the environment."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.platform.db.installation import Purpose
from app.rules.exact import MEBIBYTE


class Profile(StrEnum):
    OFFICE = "office"
    REHEARSAL = "rehearsal"


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Item = TypeVar("Item")


def _separated(value: object) -> object:
    """Text of the environment, separated by commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Separated = Annotated[tuple[Item, ...], NoDecode, BeforeValidator(_separated)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]+)?$")]


class Settings(BaseSettings):
    """`QUALITY_AWARD_…` in the environment; `DATABASE_URL` and `DATABASE_OWNER_URL` without it."""

    model_config = SettingsConfigDict(env_prefix="QUALITY_AWARD_", frozen=True, extra="ignore")

    profile: Profile = Profile.OFFICE
    folder: Path = Field(default=Path("var"), description="Database, keys and uploaded files.")
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    database_owner_url: str | None = Field(default=None, validation_alias="DATABASE_OWNER_URL")
    host: str = "127.0.0.1"
    port: int = 8600
    workers: int = Field(default=1, ge=1, le=64)
    pool_size: int = Field(default=8, ge=1, le=50)
    allow_one_role: bool = Field(
        default=False, description="Run as the owner of the tables, where there is one role only."
    )
    metrics_from: Separated[IPv4Network | IPv6Network] = Field(
        default=(IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="Networks, separated by commas, whose Prometheus may ask /metrics.",
    )
    metrics_folder: Path | None = Field(
        default=None,
        validation_alias="PROMETHEUS_MULTIPROC_DIR",
        description="Where several workers count together; `serve` sets it.",
    )
    issuer: str = "quality-award"
    behind_tls: bool = Field(
        default=False, description="A proxy before the service speaks TLS to the world."
    )
    trusted_proxies: Separated[IPv4Network | IPv6Network] = Field(
        default=(),
        description="Addresses or networks, separated by commas, whose X-Forwarded-For counts.",
    )
    cors_origins: Separated[Origin] = Field(
        default=(), description="Origins of web pages that may call, separated by commas."
    )
    public_rate: int = Field(
        default=60, ge=1, description="Anonymous writes a minute from one network (/24 or /48)."
    )
    log_requests: bool = Field(
        default=True, description="One line in the log for each request; never in a rehearsal."
    )
    font_folder: Path | None = Field(
        default=None,
        description="The agency's own fonts (OTF, TTF, TTC); they come before ours in print.",
    )
    work: bool = Field(
        default=True, description="Run the work process under `serve`; false where it runs alone."
    )
    files_url: str | None = Field(
        default=None,
        description="Where uploaded files lie: a folder, or `s3://bucket/prefix?endpoint=…`; "
        "by default `files` of the data folder.",
    )
    files_key_id: str | None = Field(default=None, description="The bucket's access key, …")
    files_secret: SecretStr | None = Field(default=None, description="… and its secret.")
    files_of_application: int = Field(
        default=200, ge=1, description="So many files one application may have."
    )
    bytes_of_application: int = Field(
        default=1024 * MEBIBYTE,
        ge=1,
        description="So many bytes they may have together, as may all files of whoever speaks only "
        "for organisations that no office has confirmed.",
    )
    scanner_url: str | None = Field(
        default=None,
        pattern=r"^clamd://",
        description="`clamd://host:port` or `clamd:///path/of/its.sock`.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="`smtp://host`, `smtp+starttls://user:password@host` or `smtps://…`.",
    )
    mail_from: str | None = Field(default=None, description="The sender's e-mail address.")
    sms_url: str | None = Field(
        default=None,
        description="Gateway of text messages: `https://…`, or `http://…` in `sms_networks`.",
    )
    sms_key: SecretStr | None = Field(
        default=None, description="What messages are signed with: `whsec_` and base64 (≥ 24 bytes)."
    )
    sms_networks: Separated[IPv4Network | IPv6Network] = Field(
        default=(),
        description="Private networks, separated by commas, in which the gateway may lie.",
    )
    cheap_passwords: bool = Field(
        default=False, description="The cheapest password hashing; for rehearsals only."
    )

    @model_validator(mode="after")
    def _not_weak(self) -> Self:
        if self.cheap_passwords and not self.rehearsal:
            msg = "cheap_passwords is for rehearsals only"
            raise ValueError(msg)
        if self.rehearsal and self.host not in LOOPBACK:
            msg = "a rehearsal listens on loopback only"
            raise ValueError(msg)
        if self.host not in LOOPBACK and not self.behind_tls:
            msg = (
                "密码将以明文经过网络：请只监听本机地址，"
                "或在服务前设置提供 TLS 的代理并设置 behind_tls=true"
            )
            raise ValueError(msg)
        if self.behind_tls and not self.trusted_proxies:
            msg = "behind_tls 需要同时设置 trusted_proxies，否则所有来访者看起来都是代理本身"
            raise ValueError(msg)
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            msg = "trusted_proxies 不能是整个网络"
            raise ValueError(msg)
        if (self.files_key_id is None) != (self.files_secret is None):
            msg = "files_key_id and files_secret go together"
            raise ValueError(msg)
        if (self.smtp_url is None) != (self.mail_from is None):
            msg = "smtp_url and mail_from go together"
            raise ValueError(msg)
        if (self.sms_url is None) != (self.sms_key is None):
            msg = "sms_url and sms_key go together"
            raise ValueError(msg)
        return self

    @property
    def files_in_bucket(self) -> bool:
        """Whether uploaded files lie in a bucket, not in a folder."""
        return (self.files_url or "").startswith("s3:")

    @property
    def files_folder(self) -> Path:
        """The folder of uploaded files; with a bucket, of those that are just arriving."""
        if self.files_url is None or self.files_in_bucket:
            return self.folder / "files"
        return Path(self.files_url)

    @property
    def rehearsal(self) -> bool:
        return self.profile is Profile.REHEARSAL

    @property
    def tells_requests(self) -> bool:
        """Whether the log has a line for each request."""
        return self.log_requests and not self.rehearsal

    @property
    def purpose(self) -> Purpose:
        """What a database of this service must have been made for."""
        return Purpose.REHEARSAL if self.rehearsal else Purpose.AWARD
