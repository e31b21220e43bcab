"""A registered portal, and what it may sign."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from httpx import AsyncClient, Response

from app.award.roles import Role
from app.platform.ground import Ground
from app.proof.jws import SigningKey
from tests.factories import Caller, credit_code, make_caller
from tests.proof.forgery import forged

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT = "urn:ietf:params:oauth:token-type:jwt"
TYP = "portal-assertion+jwt"


@dataclass
class Vouching:
    """A registered portal, and what it may sign."""

    ground: Ground
    client: AsyncClient
    system: Caller
    key: SigningKey
    id: str
    name: str

    def header(self, **other: object) -> dict[str, object]:
        return {"alg": "ES256", "kid": self.key.kid, "typ": TYP} | other

    def claims(self, **other: object) -> dict[str, object]:
        now = int(self.ground.clock().timestamp())
        said: dict[str, object] = {
            "iss": self.id,
            "sub": uuid4().hex,
            "aud": self.ground.issuer,
            "iat": now,
            "exp": now + 120,
            "jti": uuid4().hex,
            "name": "李四",
            "organisation": "无锡样例精工有限公司",
            "credit_code": credit_code(),
            "assurance": "l3",
        }
        return {name: value for name, value in (said | other).items() if value is not None}

    def signed(self, **other: object) -> str:
        return forged(self.header(), self.claims(**other), self.key)

    async def present(self, token: str, client_id: str | None = None) -> Response:
        form = {
            "grant_type": GRANT,
            "client_id": self.id if client_id is None else client_id,
            "subject_token": token,
            "subject_token_type": JWT,
        }
        return await self.client.post("/auth/token", data=form)

    async def let_in(self, **other: object) -> dict[str, Any]:
        answer = await self.present(self.signed(**other))
        assert answer.status_code == 200, answer.text
        return {"headers": {"Authorization": f"Bearer {answer.json()['access_token']}"}}


async def registered(ground: Ground, client: AsyncClient) -> Vouching:
    """A portal that the system administrator has registered; at `l3` its word proves."""
    system = await make_caller(ground, (Role.SYSTEM_ADMINISTRATOR, None))
    key = SigningKey.generate()
    jwk = key.public_jwk()
    body = {
        "name": f"门户{uuid4().hex[:8]}",
        "key": {"x": jwk["x"], "y": jwk["y"]},
        "proving": ["l3", "l4"],
        "until": (ground.clock() + timedelta(days=365)).isoformat(),
    }
    answer = await client.post("/portals", json=body, **system.auth)
    assert answer.status_code == 201, answer.text
    return Vouching(ground, client, system, key, answer.json()["id"], answer.json()["name"])
