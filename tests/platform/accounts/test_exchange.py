"""A portal vouches for its people, and nothing else that is presented as its word counts."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select

from app.award.roles import Role
from app.platform.accounts.models import Account, Organisation, Person, Portal, SignInSession
from app.platform.audit.models import AuditEvent, SecurityEvent
from app.platform.ground import Ground
from app.platform.security.permission import Actor
from app.proof.jws import SigningKey
from tests.factories import credit_code, make_caller, make_firm, make_office
from tests.platform.accounts.people import PASSWORD, new_identity_number, new_login
from tests.platform.accounts.portals import TYP, Vouching, registered
from tests.proof.forgery import STRANGER, b64, forged

pytestmark = pytest.mark.anyio


@pytest.fixture
async def portal(ground: Ground, client: AsyncClient) -> Vouching:
    return await registered(ground, client)


async def rows(ground: Ground) -> list[int | None]:
    async with ground.database.reading() as db:
        return [
            await db.scalar(select(func.count()).select_from(table))
            for table in (Person, Account, Organisation, SignInSession, AuditEvent)
        ]


async def events(ground: Ground) -> set[str]:
    async with ground.database.reading() as db:
        return set(await db.scalars(select(SecurityEvent.what)))


async def test_person_is_made_on_first_sight_and_speaks_for_the_organisation(
    portal: Vouching, client: AsyncClient, ground: Ground
) -> None:
    code = credit_code()
    token = await portal.let_in(sub="s-1", credit_code=code)
    me = (await client.get("/auth/me", **token)).json()
    (organisation,) = (await client.get("/organisations", **token)).json()["items"]
    assert organisation["credit_code"] == code
    assert me["roles"] == [{"role": "applicant", "scope": organisation["id"]}]
    again = await portal.let_in(sub="s-1", credit_code=code)
    assert (await client.get("/auth/me", **again)).json() == me
    office = await make_office(ground)
    opened = await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    assert opened.status_code == 200
    body = {"cycle_id": str(office.cycle_id), "organisation_id": organisation["id"]}
    draft = await client.post("/applications", json=body | {"track": "organisation"}, **token)
    submit = next(one for one in draft.json()["actions"] if one["move"] == "submit")
    assert submit["reasons"] == []
    async with ground.database.reading() as db:
        act = select(func.count()).where(
            AuditEvent.act == "portal:vouch", AuditEvent.subject == UUID(portal.id)
        )
        assert await db.scalar(act) == 2


async def test_lower_assurance_lets_draft_but_not_submit(
    portal: Vouching, client: AsyncClient, ground: Ground
) -> None:
    firm = await make_firm(ground)
    token = await portal.let_in(assurance="l1", credit_code=firm.credit_code)
    (organisation,) = (await client.get("/organisations", **token)).json()["items"]
    assert organisation["id"] != str(firm.id)
    office = await make_office(ground)
    await client.post(office.path("/stages/intake/opening"), **office.clerk.auth)
    body = {"cycle_id": str(office.cycle_id), "organisation_id": organisation["id"]}
    draft = await client.post("/applications", json=body | {"track": "organisation"}, **token)
    submit = next(one for one in draft.json()["actions"] if one["move"] == "submit")
    assert submit["reasons"] == ["mandate-missing"]
    proven = await portal.let_in(credit_code=firm.credit_code)
    (known,) = (await client.get("/organisations", **proven)).json()["items"]
    assert known["id"] == str(firm.id)


async def test_who_serves_the_award_does_not_come_by_a_portal(
    portal: Vouching, client: AsyncClient, ground: Ground
) -> None:
    number = "11010519491231002X"
    office = await make_office(ground)
    first = await portal.let_in(sub="a", identity_number=number)
    second = await portal.let_in(sub="b", identity_number=number)
    one = (await client.get("/auth/me", **first)).json()
    assert (await client.get("/auth/me", **second)).json()["person_id"] == one["person_id"]
    security = await make_caller(ground, (Role.SECURITY_ADMINISTRATOR, None))
    grant = {
        "person_id": one["person_id"],
        "role": "judge",
        "scope": str(office.programme_id),
    }
    assert (await client.post("/grants", json=grant, **security.auth)).status_code == 201
    roles = (await client.get("/auth/me", **first)).json()["roles"]
    assert {role["role"] for role in roles} == {"applicant"}
    refused = await portal.present(portal.signed(sub="c", identity_number=number))
    assert (refused.status_code, refused.json()["code"]) == (401, "assertion-refused")
    assert "assertion-person-serves" in await events(ground)


async def test_whom_a_portal_names_is_nobody_who_registered_themselves_before(
    portal: Vouching, client: AsyncClient
) -> None:
    number = new_identity_number()
    intruder = {"name": "李四", "login": new_login(), "password": PASSWORD}
    await client.post("/accounts", json=intruder | {"identity_number": number})
    await client.post("/accounts", json=intruder)
    victim = await portal.let_in(sub="v", identity_number=number)
    form = {"grant_type": "password", "username": intruder["login"], "password": PASSWORD}
    token = (await client.post("/auth/token", data=form)).json()["access_token"]
    stranger = {"headers": {"Authorization": f"Bearer {token}"}}
    assert len((await client.get("/organisations", **victim)).json()["items"]) == 1
    assert (await client.get("/organisations", **stranger)).json()["items"] == []
    assert (await client.get("/auth/me", **stranger)).json()["roles"] == []


async def test_identity_number_that_the_assurance_does_not_prove_makes_nobody_the_same_person(
    portal: Vouching, client: AsyncClient
) -> None:
    number = new_identity_number()
    victim = await portal.let_in(sub="v", identity_number=number)
    stranger = await portal.let_in(sub="w", identity_number=number, assurance="l1")
    one, other = [(await client.get("/auth/me", **who)).json() for who in (victim, stranger)]
    assert one["person_id"] != other["person_id"]
    assert not {role["scope"] for role in one["roles"]} & {role["scope"] for role in other["roles"]}


async def test_revoking_a_portal_ends_its_sessions_and_its_word(
    portal: Vouching, client: AsyncClient, ground: Ground
) -> None:
    token = await portal.let_in()
    path = f"/portals/{portal.id}/revocation"
    assert (await client.post(path, **(await make_caller(ground)).auth)).status_code == 403
    assert (await client.get("/auth/me", **token)).status_code == 200
    assert (await client.post(path, **portal.system.auth)).status_code == 204
    assert (await client.get("/auth/me", **token)).status_code == 401
    assert (await portal.present(portal.signed())).status_code == 401
    again = await client.post(path, **portal.system.auth)
    assert (again.status_code, again.json()["code"]) == (409, "portal-revoked")
    async with ground.database.reading() as db:
        held = await db.get(Portal, UUID(portal.id))
        assert held is not None
        assert held.revoked_at is not None


async def test_assertion_counts_once(portal: Vouching, ground: Ground) -> None:
    token = portal.signed()
    assert (await portal.present(token)).status_code == 200
    before = await rows(ground)
    again = await portal.present(token)
    assert (again.status_code, again.json()["code"]) == (401, "assertion-refused")
    assert await rows(ground) == before
    assert "assertion-replayed" in await events(ground)


def moved(portal: Vouching, iat: int, exp: int) -> str:
    now = int(portal.ground.clock().timestamp())
    return portal.signed(iat=now + iat, exp=now + exp)


ATTACKS: dict[str, Callable[[Vouching], str]] = {
    "no key of its": lambda p: forged(p.header(), p.claims(), STRANGER),
    "kid of another": lambda p: forged(p.header(kid=STRANGER.kid), p.claims(), p.key),
    "no kid": lambda p: forged({"alg": "ES256", "typ": TYP}, p.claims(), p.key),
    "alg none": lambda p: forged(p.header(alg="none"), p.claims(), p.key),
    "alg HS256": lambda p: forged(p.header(alg="HS256"), p.claims(), p.key),
    "typ of an access token": lambda p: forged(p.header(typ="at+jwt"), p.claims(), p.key),
    "no typ": lambda p: forged({"alg": "ES256", "kid": p.key.kid}, p.claims(), p.key),
    "crit": lambda p: forged(p.header(crit=["x"]), p.claims(), p.key),
    "jwk": lambda p: forged(p.header(jwk=STRANGER.public_jwk()), p.claims(), p.key),
    "jku": lambda p: forged(p.header(jku="https://evil.test"), p.claims(), p.key),
    "wrong aud": lambda p: p.signed(aud="https://other.test"),
    "list of aud": lambda p: p.signed(aud=[p.ground.issuer]),
    "wrong iss": lambda p: p.signed(iss=str(uuid4())),
    "far exp": lambda p: moved(p, 0, 301),
    "expired": lambda p: moved(p, -200, -1),
    "of tomorrow": lambda p: moved(p, 60, 120),
    "exp as text": lambda p: p.signed(exp="9999999999"),
    "exp beyond measure": lambda p: p.signed(iat=1 << 40, exp=(1 << 40) + 60),
    "no exp": lambda p: p.signed(exp=None),
    "no jti": lambda p: p.signed(jti=None),
    "no sub": lambda p: p.signed(sub=None),
    "empty sub": lambda p: p.signed(sub=""),
    "name with a control": lambda p: p.signed(name="李\x00四"),
    "more claims": lambda p: p.signed(roles=["head"]),
    "malformed code": lambda p: p.signed(credit_code="I" * 18),
    "wrong identity number": lambda p: p.signed(identity_number="110105194912310021"),
    "equal members": lambda p: forged(
        p.header(), b'{"sub":"a",' + str(p.claims())[1:].replace("'", '"').encode(), p.key
    ),
    "no object": lambda p: forged(p.header(), b"[]", p.key),
    "unsigned": lambda _: f"{b64(b'{}')}.{b64(b'{}')}.",
    "too long": lambda p: p.signed(name="李" * 5000),
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_attack_is_refused_and_leaves_nothing(
    portal: Vouching, ground: Ground, attack: str
) -> None:
    before = await rows(ground)
    answer = await portal.present(ATTACKS[attack](portal))
    assert answer.status_code in {401, 422}, answer.text
    assert answer.json()["code"] in {"assertion-refused", "invalid-input"}
    assert await rows(ground) == before


async def test_only_a_registered_portal_is_believed(portal: Vouching, ground: Ground) -> None:
    for client_id in ("", "portal", str(uuid4())):
        answer = await portal.present(portal.signed(), client_id)
        assert (answer.status_code, answer.json()["code"]) == (401, "assertion-refused")
    assert "assertion-unknown-portal" in await events(ground)


async def test_only_the_system_administrator_registers_portals(
    client: AsyncClient, ground: Ground, portal: Vouching
) -> None:
    jwk = SigningKey.generate().public_jwk()
    body = {
        "name": "门户",
        "key": {"x": jwk["x"], "y": jwk["y"]},
        "proving": [],
        "until": (ground.clock() + timedelta(days=1)).isoformat(),
    }
    security = await make_caller(ground, (Role.SECURITY_ADMINISTRATOR, None))
    assert (await client.post("/portals", json=body, **security.auth)).status_code == 403
    off = body | {"key": {"x": jwk["x"], "y": jwk["x"]}}
    wrong = await client.post("/portals", json=off, **portal.system.auth)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "portal-key-wrong")
    assert Actor(ground.policy).may("portal:register", {}) is False
