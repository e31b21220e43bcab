"""Which settings does the service have? The only reader of the environment."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.platform.db.installation import Purpose


class Profile(StrEnum):
    OFFICE = "office"
    REHEARSAL = "rehearsal"


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
    issuer: str = "quality-award"
    work: bool = Field(
        default=True, description="Run the work process under `serve`; false where it runs alone."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="`smtp://host`, `smtp+starttls://user:password@host` or `smtps://…`.",
    )
    mail_from: str | None = Field(default=None, description="The sender's e-mail address.")
    cheap_passwords: bool = Field(
        default=False, description="The cheapest password hashing; for rehearsals only."
    )

    @model_validator(mode="after")
    def _not_weak(self) -> Self:
        if self.cheap_passwords and not self.rehearsal:
            msg = "cheap_passwords is for rehearsals only"
            raise ValueError(msg)
        if self.rehearsal and self.host not in {"127.0.0.1", "::1", "localhost"}:
            msg = "a rehearsal listens on loopback only"
            raise ValueError(msg)
        if (self.smtp_url is None) != (self.mail_from is None):
            msg = "smtp_url and mail_from go together"
            raise ValueError(msg)
        return self

    @property
    def rehearsal(self) -> bool:
        return self.profile is Profile.REHEARSAL

    @property
    def purpose(self) -> Purpose:
        """What a database of this service must have been made for."""
        return Purpose.REHEARSAL if self.rehearsal else Purpose.AWARD
