"""Bootstrap, registration, invitation, roles and organisations; refusals leave no row."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.models import Person
from app.platform.accounts.service.joining import issue_bootstrap
from app.platform.audit.models import AuditEvent
from app.platform.ground import Ground
from tests.clock import MovableClock
from tests.factories import credit_code, make_caller, make_firm
from tests.platform.accounts.people import (
    PASSWORD,
    make_security,
    new_identity_number,
    new_login,
    register,
    rows,
    sign_in,
    signed_in,
    who_am_i,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def nothing_kept(db: AsyncSession) -> AsyncIterator[None]:
    """What happens inside leaves no person, account, organisation, role or act."""
    before = await rows(db)
    yield
    assert await rows(db) == before


def said(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def acts(db: AsyncSession, subject: str) -> list[str]:
    found = select(AuditEvent.act).where(AuditEvent.subject == UUID(subject))
    return sorted(await db.scalars(found))


async def bootstrap_token(ground: Ground) -> str:
    async with ground.database.writing() as db:
        return await issue_bootstrap(db, ground.clock())


def person_body(**more: Any) -> dict[str, Any]:
    return {"name": "张三", "login": new_login(), **more}


# Bootstrap


async def test_bootstrap_makes_the_first_security_administrator_once(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    token = await bootstrap_token(ground)
    body = person_body(token=token, password=PASSWORD)
    answer = await client.post("/accounts/bootstrap", json=body)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["role"], answer.json()["scope"]) == ("security-administrator", None)
    tokens = (await sign_in(client, body["login"])).json()
    me = (await who_am_i(client, tokens["access_token"])).json()
    assert me["roles"] == [{"role": "security-administrator", "scope": None}]
    async with nothing_kept(db):
        again = await client.post("/accounts/bootstrap", json=body | {"login": new_login()})
    assert said(again) == (404, "token-spent")


async def test_bootstrap_with_a_wrong_or_old_token_is_refused(
    client: AsyncClient, ground: Ground, db: AsyncSession, clock: MovableClock
) -> None:
    wrong = person_body(token="x" * 43, password=PASSWORD)
    old = person_body(token=await bootstrap_token(ground), password=PASSWORD)
    clock.move(hours=24)
    async with nothing_kept(db):
        assert said(await client.post("/accounts/bootstrap", json=wrong)) == (404, "token-spent")
        assert said(await client.post("/accounts/bootstrap", json=old)) == (404, "token-spent")


async def test_refused_bootstrap_leaves_the_token_usable(
    client: AsyncClient, ground: Ground
) -> None:
    body = person_body(token=await bootstrap_token(ground), password="short")
    assert said(await client.post("/accounts/bootstrap", json=body)) == (422, "password-weak")
    again = await client.post("/accounts/bootstrap", json=body | {"password": PASSWORD})
    assert again.status_code == 201


# Registration


async def test_register_gives_an_account_without_roles(
    client: AsyncClient, db: AsyncSession
) -> None:
    person, tokens = await signed_in(client)
    assert (await who_am_i(client, tokens["access_token"])).json()["roles"] == []
    assert await acts(db, person.account_id) == ["account:register"]


@pytest.mark.parametrize(
    "password", ["short", "湖" * 129, "1qaz2wsx", "aaaaaaaa", "我是张三丰的密码"]
)
async def test_register_with_a_weak_password_leaves_no_row(
    client: AsyncClient, db: AsyncSession, password: str
) -> None:
    body = person_body(password=password) | {"name": "张三丰"}
    async with nothing_kept(db):
        answer = await client.post("/accounts", json=body)
    assert said(answer) == (422, "password-weak")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/password"]
    assert password not in answer.text


async def test_bootstrap_names_all_mistakes_at_once(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    token = await bootstrap_token(ground)
    body = person_body(token=token, password="short", identity_number="110105194912310021")
    async with nothing_kept(db):
        answer = await client.post("/accounts/bootstrap", json=body)
    assert said(answer) == (422, "invalid-input")
    found = {(error["pointer"], error["code"]) for error in answer.json()["errors"]}
    assert found == {("/password", "password-weak"), ("/identity_number", "identity-number-wrong")}


async def test_own_word_for_an_identity_number_is_not_taken(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    known = new_identity_number()
    await invited(client, ground, identity_number=known)
    answers = []
    async with nothing_kept(db):
        for number in (known, new_identity_number()):
            body = person_body(password=PASSWORD, identity_number=number)
            answer = await client.post("/accounts", json=body)
            assert said(answer) == (422, "invalid-input")
            answers.append(answer.json()["errors"])
    assert answers[0] == answers[1]  # nor does it tell whether somebody is known
    assert [error["pointer"] for error in answers[0]] == ["/identity_number"]


async def test_register_under_a_taken_login_is_refused(
    client: AsyncClient, db: AsyncSession
) -> None:
    person = await register(client)
    body = person_body(password=PASSWORD) | {"login": person.login}
    async with nothing_kept(db):
        assert said(await client.post("/accounts", json=body)) == (409, "login-taken")


async def test_one_identity_number_is_one_person(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    number = new_identity_number()
    made = await invited(client, ground, identity_number=number)
    person = await db.get_one(Person, UUID(made["person_id"]))
    assert person.identity_sealed is not None
    assert number.encode() not in person.identity_sealed
    assert ground.sealer.open(person.identity_sealed, "person.identity") == number
    assert person.identity_hash == ground.sealer.keyed_hash(number)


# Invitation


async def invited(client: AsyncClient, ground: Ground, **more: Any) -> dict[str, Any]:
    security = await make_security(ground)
    answer = await client.post("/accounts/invitations", json=person_body(**more), **security.auth)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_invited_person_activates_and_holds_the_roles(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    programme = str(uuid4())
    made = await invited(client, ground, roles=[{"role": "clerk", "scope": programme}])
    body = {"token": made["activation_token"], "password": PASSWORD}
    assert (await client.post("/accounts/activation", json=body)).status_code == 204
    tokens = (await sign_in(client, made["login"])).json()
    me = (await who_am_i(client, tokens["access_token"])).json()
    assert me["roles"] == [{"role": "clerk", "scope": programme}]
    assert await acts(db, made["account_id"]) == ["account:activate", "account:invite"]
    async with nothing_kept(db):
        assert said(await client.post("/accounts/activation", json=body)) == (404, "token-spent")


@pytest.mark.parametrize("password", ["short", "password", "湖" * 129])
async def test_activation_with_a_weak_password_leaves_the_invitation(
    client: AsyncClient, ground: Ground, db: AsyncSession, password: str
) -> None:
    body = {"token": (made := await invited(client, ground))["activation_token"]}
    async with nothing_kept(db):
        answer = await client.post("/accounts/activation", json=body | {"password": password})
    assert said(answer) == (422, "password-weak")
    assert (await sign_in(client, made["login"], password)).status_code == 401
    again = await client.post("/accounts/activation", json=body | {"password": PASSWORD})
    assert again.status_code == 204


async def test_activation_refuses_a_password_with_the_persons_name(
    client: AsyncClient, ground: Ground
) -> None:
    made = await invited(client, ground)
    body = {"token": made["activation_token"], "password": "张三的新密码二〇二六"}
    answer = await client.post("/accounts/activation", json=body)
    assert said(answer) == (422, "password-weak")


async def test_invitation_runs_out_after_fourteen_days(
    client: AsyncClient, ground: Ground, clock: MovableClock
) -> None:
    made = await invited(client, ground)
    clock.move(days=14)
    body = {"token": made["activation_token"], "password": PASSWORD}
    assert said(await client.post("/accounts/activation", json=body)) == (404, "token-spent")


async def test_invitation_with_wrong_scopes_names_each_and_keeps_nothing(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security = await make_security(ground)
    roles = [
        {"role": "clerk", "scope": None},
        {"role": "judge", "scope": str(uuid4())},
        {"role": "audit-administrator", "scope": str(uuid4())},
        {"role": "emperor", "scope": None},
    ]
    async with nothing_kept(db):
        answer = await client.post(
            "/accounts/invitations", json=person_body(roles=roles), **security.auth
        )
    assert said(answer) == (422, "invalid-input")
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} == {
        ("/roles/0/scope", "scope-wrong"),
        ("/roles/2/scope", "scope-wrong"),
        ("/roles/3/role", "role-unknown"),
    }


async def test_invitation_for_an_identity_already_known_keeps_nothing(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security = await make_security(ground)
    body = person_body(identity_number=new_identity_number())
    first = await client.post("/accounts/invitations", json=body, **security.auth)
    assert first.status_code == 201, first.text
    async with nothing_kept(db):
        again = await client.post(
            "/accounts/invitations", json=body | {"login": new_login()}, **security.auth
        )
    assert said(again) == (409, "person-known")


@pytest.mark.parametrize("role", ["system-administrator", "audit-administrator", "head"])
async def test_only_the_security_administrator_deals_with_accounts(
    client: AsyncClient, ground: Ground, db: AsyncSession, role: str
) -> None:
    caller = await make_caller(ground, (role, uuid4() if role == "head" else None))
    other = await register(client)
    grant = {"person_id": other.person_id, "role": "judge", "scope": str(uuid4())}
    async with nothing_kept(db):
        for answer in (
            await client.get("/accounts", **caller.auth),
            await client.post("/accounts/invitations", json=person_body(), **caller.auth),
            await client.post("/grants", json=grant, **caller.auth),
            await client.post(f"/grants/{uuid4()}/ending", **caller.auth),
        ):
            assert said(answer) == (403, "not-allowed")
        for act in ("disabling", "enabling"):
            answer = await client.post(f"/accounts/{other.account_id}/{act}", **caller.auth)
            assert said(answer) == (404, "not-found")


# Roles


async def test_role_is_given_and_taken_with_the_next_request(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security, scope = await make_security(ground), str(uuid4())
    person, tokens = await signed_in(client)
    wish = {"person_id": person.person_id, "role": "head", "scope": scope}
    given = await client.post("/grants", json=wish, **security.auth)
    assert given.status_code == 201, given.text
    me = await who_am_i(client, tokens["access_token"])
    assert me.json()["roles"] == [{"role": "head", "scope": scope}]
    path = f"/grants/{given.json()['id']}/ending"
    assert (await client.post(path, **security.auth)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).json()["roles"] == []
    assert await acts(db, person.person_id) == ["account:end-role", "account:grant"]
    async with nothing_kept(db):
        assert said(await client.post(path, **security.auth)) == (404, "not-found")
    assert (await client.post("/grants", json=wish, **security.auth)).status_code == 201


async def test_role_already_held_is_refused(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security, person = await make_security(ground), await register(client)
    for scope in (str(uuid4()), None):
        role = "head" if scope else "system-administrator"
        wish = {"person_id": person.person_id, "role": role, "scope": scope}
        assert (await client.post("/grants", json=wish, **security.auth)).status_code == 201
        async with nothing_kept(db):
            again = await client.post("/grants", json=wish, **security.auth)
        assert said(again) == (409, "role-held")


async def test_nobody_gives_themselves_a_role(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security = await make_security(ground)
    wish = {"person_id": str(security.person_id), "role": "head", "scope": str(uuid4())}
    async with nothing_kept(db):
        answer = await client.post("/grants", json=wish, **security.auth)
    assert said(answer) == (403, "own-roles")


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"role": "clerk", "scope": None}, (422, "scope-wrong")),
        ({"role": "security-administrator", "scope": str(uuid4())}, (422, "scope-wrong")),
        ({"role": "emperor", "scope": str(uuid4())}, (422, "role-unknown")),
        ({"role": "clerk", "scope": str(uuid4()), "person_id": str(uuid4())}, (404, "not-found")),
    ],
)
async def test_role_that_cannot_be_given_leaves_no_row(
    client: AsyncClient,
    ground: Ground,
    db: AsyncSession,
    wish: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    security, person = await make_security(ground), await register(client)
    async with nothing_kept(db):
        answer = await client.post(
            "/grants", json={"person_id": person.person_id} | wish, **security.auth
        )
    assert said(answer) == expected


# Accounts shut and opened again


async def test_account_is_shut_and_opened_again_with_an_act_each(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    security, person = await make_security(ground), await register(client)
    path = f"/accounts/{person.account_id}"
    assert said(await client.post(f"{path}/enabling", **security.auth)) == (
        409,
        "move-not-possible",
    )
    assert (await client.post(f"{path}/disabling", **security.auth)).status_code == 204
    async with nothing_kept(db):
        again = await client.post(f"{path}/disabling", **security.auth)
    assert said(again) == (409, "move-not-possible")
    assert (await client.post(f"{path}/enabling", **security.auth)).status_code == 204
    assert await acts(db, person.account_id) == [
        "account:disable",
        "account:enable",
        "account:register",
    ]


async def test_invitation_of_a_shut_account_rests_until_it_is_opened(
    client: AsyncClient, ground: Ground
) -> None:
    security, made = await make_security(ground), await invited(client, ground)
    path, body = (
        f"/accounts/{made['account_id']}",
        {"token": made["activation_token"], "password": PASSWORD},
    )
    await client.post(f"{path}/disabling", **security.auth)
    assert said(await client.post("/accounts/activation", json=body)) == (
        409,
        "move-not-possible",
    )
    await client.post(f"{path}/enabling", **security.auth)
    assert (await client.post("/accounts/activation", json=body)).status_code == 204
    assert (await sign_in(client, made["login"])).status_code == 200


async def test_accounts_are_listed_in_order_of_login(client: AsyncClient, ground: Ground) -> None:
    security = await make_security(ground)
    people = [await register(client) for _ in range(3)]
    seen, cursor = [], None
    while True:
        params = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        answer = (await client.get("/accounts", params=params, **security.auth)).json()
        seen += answer["items"]
        if (cursor := answer["next"]) is None:
            break
    logins = [line["login"] for line in seen]
    assert {person.login for person in people} <= set(logins)
    assert len(set(logins)) == len(logins)
    assert "password" not in seen[0]


# Organisations


async def test_registering_an_organisation_makes_the_caller_its_speaker(
    client: AsyncClient, db: AsyncSession
) -> None:
    _, tokens = await signed_in(client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    body = {"name": "无锡滨湖精工有限公司", "credit_code": credit_code()}
    answer = await client.post("/organisations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], made["credit_code"]) == (body["name"], body["credit_code"])
    me = (await who_am_i(client, tokens["access_token"])).json()
    assert me["roles"] == [{"role": "applicant", "scope": made["id"]}]
    own = (await client.get("/organisations", headers=headers)).json()
    assert own["items"] == [made]
    assert await acts(db, made["id"]) == ["organisation:register"]


async def test_credit_code_with_a_failing_check_character_is_for_a_person_to_look_at(
    client: AsyncClient, ground: Ground
) -> None:
    caller, code = await make_caller(ground), credit_code()
    body = {"name": "某公司", "credit_code": code[:-1] + ("0" if code[-1] != "0" else "1")}
    answer = await client.post("/organisations", json=body, **caller.auth)
    assert answer.status_code == 201, answer.text


async def test_organisation_with_a_malformed_credit_code_leaves_no_row(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    caller, code = await make_caller(ground), credit_code()
    for bad in ("I" + code[1:], "9132021112345678ⅠⅠ"[:18], code.lower()[:17] + "i"):
        async with nothing_kept(db):
            body = {"name": "某公司", "credit_code": bad}
            answer = await client.post("/organisations", json=body, **caller.auth)
        assert said(answer) == (422, "credit-code-wrong")
        assert answer.json()["errors"][0]["pointer"] == "/credit_code"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u2029", "\n"])
async def test_name_that_reads_otherwise_than_it_is_written_leaves_no_row(
    client: AsyncClient, ground: Ground, db: AsyncSession, sign: str
) -> None:
    caller = await make_caller(ground)
    body = {"name": f"无锡{sign}司公限有工精", "credit_code": credit_code()}
    async with nothing_kept(db):
        answer = await client.post("/organisations", json=body, **caller.auth)
    assert said(answer) == (422, "invalid-input")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name"]


async def test_credit_code_of_others_says_nothing_and_ones_own_is_registered_once(
    client: AsyncClient, ground: Ground, db: AsyncSession
) -> None:
    firm, rival = await make_firm(ground), await make_caller(ground)
    body = {"name": "另一个名字", "credit_code": firm.credit_code}
    answer = await client.post("/organisations", json=body, **rival.auth)
    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] != str(firm.id)
    own = (await client.get("/organisations", **rival.auth)).json()["items"]
    assert own == [answer.json()]
    async with nothing_kept(db):
        answer = await client.post("/organisations", json=body, **rival.auth)
    assert said(answer) == (409, "organisation-known")
    assert firm.name not in answer.text


async def test_organisation_needs_somebody_who_is_signed_in(
    client: AsyncClient, db: AsyncSession
) -> None:
    async with nothing_kept(db):
        body = {"name": "某公司", "credit_code": credit_code()}
        answer = await client.post("/organisations", json=body)
    assert said(answer) == (401, "sign-in-needed")


async def test_bootstrap_lasts_a_day(
    client: AsyncClient, ground: Ground, clock: MovableClock
) -> None:
    token = await bootstrap_token(ground)
    clock.now += timedelta(hours=24) - timedelta(seconds=1)
    body = person_body(token=token, password=PASSWORD)
    assert (await client.post("/accounts/bootstrap", json=body)).status_code == 201
