"""Signing in, staying signed in, signing out, and every token that must not count."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.platform.accounts.callers import AUDIENCE
from app.platform.accounts.models import RefreshToken, SignInSession
from app.platform.audit.models import SecurityEvent
from app.platform.ground import Ground
from app.proof.jws import Typ, access_token, sign
from app.proof.keys import SigningKey
from tests.clock import MovableClock
from tests.factories import make_caller
from tests.platform.accounts.people import (
    PASSWORD,
    make_security,
    refresh,
    register,
    security_events,
    sign_in,
    signed_in,
    who_am_i,
)

pytestmark = pytest.mark.anyio


async def test_password_grant_gives_tokens_that_count(client: AsyncClient) -> None:
    person = await register(client)
    answer = await sign_in(client, person.login)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    me = (await who_am_i(client, tokens["access_token"])).json()
    assert (me["login"], me["person_id"], me["roles"]) == (person.login, person.person_id, [])


async def test_login_is_the_same_in_capitals(client: AsyncClient) -> None:
    person = await register(client)
    assert (await sign_in(client, person.login.upper())).status_code == 200


async def test_refresh_token_is_stored_as_a_digest_alone(
    client: AsyncClient, db: AsyncSession
) -> None:
    _, tokens = await signed_in(client)
    stored = (await db.scalars(select(RefreshToken.digest))).all()
    assert tokens["refresh_token"].encode() not in stored
    assert {len(digest) for digest in stored} == {32}


async def test_wrong_password_and_unknown_login_get_the_same_answer(
    client: AsyncClient, db: AsyncSession
) -> None:
    person = await register(client)
    wrong = await sign_in(client, person.login, PASSWORD + "！")
    unknown = await sign_in(client, f"nobody.{uuid4().hex[:8]}")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "sign-in-failed"
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert await security_events(db, "sign-in-failed", person.account_id) == 1


async def test_account_without_a_password_cannot_sign_in(
    client: AsyncClient, ground: Ground
) -> None:
    security = await make_security(ground)
    login = f"li.{uuid4().hex[:8]}"
    body = {"name": "李四", "login": login}
    assert (
        await client.post("/accounts/invitations", json=body, **security.auth)
    ).status_code == 201
    assert (await sign_in(client, login)).json()["code"] == "sign-in-failed"


@pytest.mark.parametrize("login", ["", "\x00", "名字", "a" * 64])
async def test_odd_login_is_just_a_failed_sign_in(client: AsyncClient, login: str) -> None:
    answer = await sign_in(client, login)
    assert answer.status_code in {401, 422}, answer.text


async def test_refresh_rotates(client: AsyncClient) -> None:
    _, first = await signed_in(client)
    second = (await refresh(client, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await who_am_i(client, second["access_token"])).status_code == 200
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_replay_of_a_used_refresh_token_ends_the_session(
    client: AsyncClient, db: AsyncSession, clock: MovableClock
) -> None:
    person, first = await signed_in(client)
    second = (await refresh(client, first["refresh_token"])).json()
    clock.move(seconds=30)
    replay = await refresh(client, first["refresh_token"])
    assert (replay.status_code, replay.json()["code"]) == (401, "refresh-refused")
    assert (await who_am_i(client, second["access_token"])).status_code == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401
    assert await security_events(db, "refresh-replayed", person.account_id) == 1


async def test_retry_after_a_lost_answer_stays_in_the_session(
    client: AsyncClient, db: AsyncSession, clock: MovableClock
) -> None:
    person, first = await signed_in(client)
    await refresh(client, first["refresh_token"])
    clock.move(seconds=29)
    again = await refresh(client, first["refresh_token"])
    assert again.status_code == 200, again.text
    assert (await refresh(client, again.json()["refresh_token"])).status_code == 200
    assert await security_events(db, "refresh-replayed", person.account_id) == 0


async def test_token_of_two_refreshes_ago_ends_the_session_at_once(client: AsyncClient) -> None:
    _, first = await signed_in(client)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()
    assert (await refresh(client, first["refresh_token"])).status_code == 401
    assert (await who_am_i(client, third["access_token"])).status_code == 401


async def test_twenty_refreshes_at_once_leave_one_living_session(
    client: AsyncClient, clock: MovableClock
) -> None:
    _, first = await signed_in(client)
    answers = await asyncio.gather(*(refresh(client, first["refresh_token"]) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    tokens = [answer.json() for answer in answers]
    assert len({token["refresh_token"] for token in tokens}) == 20
    headers = {"Authorization": f"Bearer {tokens[0]['access_token']}"}
    listed = await client.get("/auth/sessions", headers=headers)
    assert len(listed.json()["items"]) == 1
    following = await refresh(client, tokens[7]["refresh_token"])
    assert following.status_code == 200
    clock.move(seconds=31)
    assert (await refresh(client, tokens[8]["refresh_token"])).status_code == 401
    assert (await who_am_i(client, following.json()["access_token"])).status_code == 401


async def test_replay_leaves_other_sessions_of_the_account_alone(
    client: AsyncClient, clock: MovableClock
) -> None:
    person, first = await signed_in(client)
    other = (await sign_in(client, person.login)).json()
    await refresh(client, first["refresh_token"])
    clock.move(seconds=31)
    assert (await refresh(client, first["refresh_token"])).status_code == 401
    assert (await who_am_i(client, other["access_token"])).status_code == 200


@pytest.mark.parametrize("token", ["", "unknown", "\x00"])
async def test_unknown_refresh_token_is_refused(client: AsyncClient, token: str) -> None:
    assert (await refresh(client, token)).json()["code"] == "refresh-refused"


async def test_idle_session_cannot_be_refreshed(client: AsyncClient, clock: MovableClock) -> None:
    _, tokens = await signed_in(client)
    clock.move(minutes=30)
    assert (await refresh(client, tokens["refresh_token"])).json()["code"] == "refresh-refused"


async def test_session_ends_however_often_it_is_refreshed(
    client: AsyncClient, clock: MovableClock
) -> None:
    _, tokens = await signed_in(client)
    for _ in range(35):
        clock.move(minutes=20)
        answer = await refresh(client, tokens["refresh_token"])
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
    clock.move(minutes=20)  # twelve hours after the sign-in
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401


async def test_access_token_counts_for_ten_minutes(
    client: AsyncClient, clock: MovableClock
) -> None:
    _, tokens = await signed_in(client)
    clock.move(minutes=9, seconds=59)
    assert (await who_am_i(client, tokens["access_token"])).status_code == 200
    clock.move(seconds=1)
    assert (await who_am_i(client, tokens["access_token"])).status_code == 401


async def test_expired_session_ends_the_access_token_too(
    client: AsyncClient, db: AsyncSession, clock: MovableClock
) -> None:
    person, tokens = await signed_in(client)
    await db.execute(
        update(SignInSession)
        .where(SignInSession.account_id == UUID(person.account_id))
        .values(expires_at=clock() + timedelta(minutes=1))
    )
    await db.commit()
    assert (await who_am_i(client, tokens["access_token"])).status_code == 200
    clock.move(minutes=1)
    assert (await who_am_i(client, tokens["access_token"])).json()["code"] == "sign-in-needed"


async def test_sign_out_works_at_once(client: AsyncClient) -> None:
    person, tokens = await signed_in(client)
    other = (await sign_in(client, person.login)).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await client.post("/auth/logout", headers=headers)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await who_am_i(client, other["access_token"])).status_code == 200


async def test_disabled_account_is_signed_out_and_stays_out(
    client: AsyncClient, ground: Ground
) -> None:
    security = await make_security(ground)
    person, tokens = await signed_in(client)
    path = f"/accounts/{person.account_id}"
    assert (await client.post(f"{path}/disabling", **security.auth)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await sign_in(client, person.login)).json()["code"] == "sign-in-failed"
    assert (await client.post(f"{path}/enabling", **security.auth)).status_code == 204
    assert (await who_am_i(client, tokens["access_token"])).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 401
    assert (await sign_in(client, person.login)).status_code == 200


async def test_no_token_is_sign_in_needed(client: AsyncClient) -> None:
    answer = await client.get("/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "kind",
    ["garbage", "tampered", "foreign key", "issuer", "audience", "other use", "session", "subject"],
)
async def test_token_that_is_not_ours_is_sign_in_needed(
    client: AsyncClient, ground: Ground, kind: str
) -> None:
    caller = await make_caller(ground)
    assert (await who_am_i(client, caller.token)).status_code == 200
    answer = await who_am_i(client, await _forged(ground, kind, caller.account_id, caller.token))
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-needed")
    assert answer.headers["www-authenticate"] == "Bearer"


async def _forged(ground: Ground, kind: str, account_id: UUID, token: str) -> str:
    key = ground.access_key
    async with ground.database.reading() as db:
        found = select(SignInSession.id).where(SignInSession.account_id == account_id)
        session_id = await db.scalar(found)
    head, body, signature = token.split(".")
    middle = len(signature) // 2
    flipped = "A" if signature[middle] != "A" else "B"
    other = await make_caller(ground)
    if kind == "garbage":
        return "not-a-token"
    if kind == "tampered":
        return f"{head}.{body}.{signature[:middle]}{flipped}{signature[middle + 1 :]}"
    if kind == "other use":
        return sign({"sub": str(account_id)}, typ=Typ.RECEIPT, key=key)
    return access_token(
        sub=str(other.account_id if kind == "subject" else account_id),
        sid=str(uuid4() if kind == "session" else session_id),
        issuer="elsewhere" if kind == "issuer" else ground.issuer,
        audience="elsewhere" if kind == "audience" else AUDIENCE,
        now=ground.clock(),
        key=SigningKey.generate() if kind == "foreign key" else key,
    )


async def test_failed_sign_in_to_nobody_is_noted_without_an_account(
    client: AsyncClient, db: AsyncSession
) -> None:
    counted = select(func.count()).where(
        SecurityEvent.what == "sign-in-failed", SecurityEvent.account_id.is_(None)
    )
    before = await db.scalar(counted)
    await sign_in(client, f"nobody.{uuid4().hex[:8]}")
    assert await db.scalar(counted) == (before or 0) + 1


async def test_public_keys_are_served_without_private_parts(client: AsyncClient) -> None:
    answer = await client.get("http://award.test/.well-known/jwks.json")
    assert answer.status_code == 200
    assert all("d" not in key for key in answer.json()["keys"])
    assert answer.headers["cache-control"] == "public, max-age=300"
