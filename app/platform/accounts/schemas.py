"""How do people, sign-in and roles look on the wire?"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from app.platform.accounts.lifecycle import AccountStatus
from app.platform.http.bodies import Body, CreditCode, Key, Line, View

Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._@-]{2,63}$")]
Password = Annotated[str, Field(max_length=200, examples=["八成新的帆船-2026"])]
OneTimeToken = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,100}$"),
    Field(examples=["nR4cB9vTq2XwYkz7LmP0sA_e8HdJ-uFi"]),
]


class SignInForm(BaseModel):
    """OAuth 2 token request: the password grant, the refresh grant, or, for a registered portal,
    the token exchange (RFC 8693) of an assertion it has signed.
    """

    model_config = ConfigDict(extra="forbid")

    grant_type: Literal[
        "password", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"
    ]
    username: str | None = Field(
        default=None, max_length=64, pattern=r"^[^\x00]*$", examples=["zhang.san"]
    )
    password: str | None = Field(default=None, max_length=200)
    refresh_token: str | None = Field(default=None, max_length=100)
    subject_token: str | None = Field(
        default=None, max_length=8_192, description="The portal's assertion: JWS, ES256."
    )
    subject_token_type: Literal["urn:ietf:params:oauth:token-type:jwt"] | SkipJsonSchema[None] = (
        None  # a form knows no null
    )
    scope: str | None = Field(default=None, max_length=200)
    client_id: str | None = Field(
        default=None, max_length=100, description="Of a token exchange: the portal's id."
    )
    client_secret: str | None = Field(default=None, max_length=100)


class Tokens(View):
    """An access token (ten minutes) and the next refresh token (used once)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the type's name
    expires_in: int = Field(description="Seconds.", examples=[600])
    refresh_token: str


class PersonIn(Body):
    name: Line = Field(examples=["张三"])
    login: Login = Field(examples=["zhang.san"])


class Registration(PersonIn):
    """Somebody who will apply for an organisation registers themselves. Nobody's own word for an
    identity number counts: whoever is known by one is known to the office, or to a portal.
    """

    password: Password


class IdentifiedIn(PersonIn):
    identity_number: str | None = Field(
        default=None, max_length=18, description="GB 11643; kept sealed.", examples=[None]
    )


class BootstrapIn(IdentifiedIn):
    token: OneTimeToken
    password: Password


class RoleIn(Body):
    role: str = Field(max_length=40, examples=["clerk"])
    scope: UUID | None = Field(
        default=None, description="The programme, cycle, authority or organisation; null: service."
    )


class Invitation(IdentifiedIn):
    """Somebody with roles is invited; the token is handed to them, and they choose a password."""

    roles: list[RoleIn] = Field(default=[], max_length=20)


class Invited(View):
    person_id: UUID
    account_id: UUID
    login: str
    activation_token: str = Field(description="Shown once. Hand it to the person.")
    activation_until: datetime


class ActivationIn(Body):
    token: OneTimeToken
    password: Password


class PasswordChange(Body):
    current: Password
    new: Password


class PasswordReset(View):
    account_id: UUID
    login: str
    reset_token: str = Field(description="Shown once. Hand it to the person.")
    reset_until: datetime


class ResetIn(Body):
    token: OneTimeToken
    password: Password


class SessionView(View):
    """A signed-in device of the caller's."""

    id: UUID
    created_at: datetime
    refreshed_at: datetime | None
    expires_at: datetime
    network: str | None = Field(
        description="Where the sign-in came from.", examples=["192.0.2.7/32"]
    )
    current: bool = Field(description="Whether this request came from it.")


class GrantIn(RoleIn):
    person_id: UUID


class GrantView(View):
    id: UUID
    person_id: UUID
    role: str
    scope: UUID | None


class AccountView(View):
    """An account as the security administrator sees it."""

    id: UUID
    person_id: UUID
    name: str
    login: str
    status: AccountStatus


class Me(View):
    """Who is signed in, and the roles they hold."""

    person_id: UUID
    account_id: UUID
    name: str
    login: str
    roles: list[RoleIn]


class OrganisationIn(Body):
    name: Line = Field(examples=["无锡滨湖精工有限公司"])
    credit_code: CreditCode = Field(description="GB 32100-2015.", examples=["91320211MA1P2R3T49"])


class OrganisationView(View):
    id: UUID
    name: str
    credit_code: str


Point = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class PortalKey(Body):
    """The public half of the portal's key (RFC 7517); its `kid` is the RFC 7638 thumbprint."""

    kty: Literal["EC"] = "EC"
    crv: Literal["P-256"] = "P-256"
    x: Point = Field(examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"])
    y: Point = Field(examples=["x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"])


class PortalIn(Body):
    name: Line = Field(examples=["江苏政务服务网"])
    key: PortalKey
    proving: list[Key] = Field(
        max_length=10,
        description="Assurance levels at which its word proves that somebody speaks for an "
        "organisation; at others they may only draft.",
        examples=[["l3"]],
    )
    until: AwareDatetime = Field(description="From then on it asserts nothing.")


class PortalKeyIn(PortalKey):
    """One more key of a portal."""

    since: AwareDatetime | None = Field(
        default=None, description="From then on what it signs counts; null: from now on."
    )


class RetirementIn(Body):
    """The end of a key's time."""

    until: AwareDatetime | None = Field(
        default=None, description="From then on what it signs counts no more; null: from now on."
    )
    end_sessions: bool = Field(
        default=False,
        description="Where it may be in other hands: every session that came by the portal ends.",
    )


class PortalKeyView(View):
    kid: str
    since: datetime
    until: datetime | None


class PortalView(View):
    id: UUID
    name: str
    kid: str = Field(description="Of the key that was added last.")
    keys: list[PortalKeyView] = Field(description="All, the latest first, retired ones too.")
    proving: list[str]
    until: datetime
    revoked_at: datetime | None
