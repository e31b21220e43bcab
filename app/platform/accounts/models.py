"""How are people, their accounts, roles and sessions stored?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, column, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.accounts.lifecycle import AccountStatus
from app.platform.db.base import Model, identifier, one_of, sealed_at


class Person(Model):
    """A human being. Roles and conflicts of interest belong to the person, not to an account."""

    __tablename__ = "person"

    id: Mapped[UUID] = identifier()
    name: Mapped[str]
    identity_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    identity_sealed: Mapped[bytes | None] = sealed_at("person.identity")
    created_at: Mapped[datetime]


class Account(Model):
    """A way to sign in."""

    __tablename__ = "account"
    __table_args__ = (one_of("status", AccountStatus),)

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    status: Mapped[str]
    activation_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    activation_until: Mapped[datetime | None]
    reset_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    reset_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Organisation(Model):
    """A legal person, known by its unified social credit code (GB 32100-2015).

    Anybody may register one; until it is proven that they speak for it (`confirmed_at`) it is
    theirs alone, and others may register the same code. One is confirmed for a code.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        Index(
            "ix_organisation_bigrams",
            func.bigrams(column("name"), column("credit_code")),
            postgresql_using="gin",
        ),
        UniqueConstraint("registered_by", "credit_code"),
        Index(
            "uq_organisation_confirmed",
            "credit_code",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
        Index("ix_organisation_credit_code", "credit_code"),
    )

    id: Mapped[UUID] = identifier()
    name: Mapped[str]
    credit_code: Mapped[str]
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RoleGrant(Model):
    """A person holds a role in one scope, `until` then where that is given; ended grants stay."""

    __tablename__ = "role_grant"
    __table_args__ = (
        # The same right is held once; taking it away and giving it again leaves two rows.
        Index(
            "uq_role_grant_held_once",
            "person_id",
            "role",
            "scope_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    scope_id: Mapped[UUID | None] = mapped_column(index=True)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignInSession(Model):
    """A signed-in device: one family of refresh tokens. A refresh makes a new generation, at
    `rotated_at`; `network` is where the sign-in came from, `portal_id` the portal that vouched.
    """

    __tablename__ = "session"

    id: Mapped[UUID] = identifier()
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    network: Mapped[str | None]
    portal_id: Mapped[UUID | None] = mapped_column(ForeignKey("portal.id"), index=True)
    generation: Mapped[int] = mapped_column(server_default="0")
    rotated_at: Mapped[datetime | None]


class RefreshToken(Model):
    """One opaque token, kept as its SHA-256; it counts while its generation is the session's."""

    __tablename__ = "refresh_token"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    generation: Mapped[int]


class SignInAttempt(Model):
    """How often a password was tried for a login from a network; `network` "" is from anywhere.

    The login is kept as a keyed hash: people type passwords into the wrong field.
    """

    __tablename__ = "sign_in_attempt"

    login: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    tried_at: Mapped[datetime] = mapped_column(index=True)
    refused_until: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]


class BootstrapToken(Model):
    """The one-time right to make the first security administrator."""

    __tablename__ = "bootstrap_token"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Portal(Model):
    """A portal whose people signed in elsewhere (统一身份认证): it signs what it asserts of them
    with its keys. At the `proving` assurance levels its word proves that
    somebody speaks for an organisation.
    """

    __tablename__ = "portal"

    id: Mapped[UUID] = identifier()
    name: Mapped[str] = mapped_column(unique=True)
    proving: Mapped[list[str]] = mapped_column(JSONB)
    until: Mapped[datetime]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class PortalSignature(Model):
    """A key that a portal signs with, by its thumbprint: what it signs counts from `since` on, and
    before `until` where that is given. `public_key` is a JWK, as text.
    """

    __tablename__ = "portal_signature"

    portal_id: Mapped[UUID] = mapped_column(ForeignKey("portal.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class PortalPerson(Model):
    """Under which stable subject a portal knows a person."""

    __tablename__ = "portal_person"

    portal_id: Mapped[UUID] = mapped_column(ForeignKey("portal.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))


class Vouching(Model):
    """That a portal stands for a person's speaking for an organisation, until then (wall time)."""

    __tablename__ = "vouching"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    portal_id: Mapped[UUID] = mapped_column(ForeignKey("portal.id"), primary_key=True)
    assurance: Mapped[str]
    until: Mapped[datetime]


class SpentAssertion(Model):
    """An assertion that was presented: it counts once."""

    __tablename__ = "spent_assertion"

    portal_id: Mapped[UUID] = mapped_column(ForeignKey("portal.id"), primary_key=True)
    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
