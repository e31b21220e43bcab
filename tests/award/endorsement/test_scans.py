"""The scan of a letter: uploaded, kept with it, opened by who may, and by nobody else."""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from app.award.records.models import Conflict
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.award.endorsement.desk import KEY, Desk, desk_of
from tests.factories import Caller, make_office
from tests.platform.uploads.sending import announced, pdf, send
from tests.stories.telling import assert_done, assert_refused, nothing_kept

pytestmark = pytest.mark.anyio


async def uploaded(
    client: AsyncClient, who: Caller, purpose: str = "endorsement-letter"
) -> tuple[str, bytes]:
    content = pdf() + f"%{uuid4()}".encode()
    upload = await announced(client, who, content, purpose=purpose, file_name="推荐函.pdf")
    assert_done(await send(client, who, upload, content))
    return upload, content


async def issued(ground: Ground, client: AsyncClient) -> tuple[Desk, str, bytes]:
    """A letter with its scan; gives the letter's id and the bytes."""
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    upload, content = await uploaded(client, desk.at_street)
    letter = assert_done(await desk.letter(scan_id=upload))["id"]
    return desk, letter, content


async def test_scan_is_kept_with_its_letter_and_opened_by_who_may(
    ground: Ground, client: AsyncClient
) -> None:
    desk, letter, content = await issued(ground, client)
    path = desk.office.path(f"/stages/{KEY}/recommendations")
    lines = assert_done(await client.get(path, **desk.office.clerk.auth))["items"]
    assert {(line["letter_id"], line["scanned"]) for line in lines} == {(letter, True)}
    readers = (desk.office.clerk, desk.office.head, desk.office.supervisor, desk.at_street)
    for who in readers:
        opened = await client.get(f"/recommendations/letters/{letter}/scan", **who.auth)
        assert (opened.status_code, opened.content) == (200, content)
    assert (await cycle_log(desk.office)).count("routing:open-scan") == len(readers)


async def test_scan_is_nothing_to_others(ground: Ground, client: AsyncClient) -> None:
    desk, letter, _ = await issued(ground, client)
    firm = next(iter(desk.office.firms.values()))
    elsewhere = await make_office(ground)
    async with ground.database.writing() as db:
        db.add(
            Conflict(
                person_id=desk.office.head.person_id,
                organisation_id=firm.id,
                interest="relative",
                declared_by=desk.office.head.person_id,
                declared_at=ground.clock(),
            )
        )
    async with nothing_kept(desk.office):
        for who in (desk.at_trade, firm.speaker, elsewhere.clerk, desk.office.head):
            opened = await client.get(f"/recommendations/letters/{letter}/scan", **who.auth)
            assert_refused(opened, 404, "scan-not-found")
        none = await client.get(
            f"/recommendations/letters/{uuid4()}/scan", **desk.office.clerk.auth
        )
        assert_refused(none, 404, "scan-not-found")


async def test_letter_without_a_scan_has_none_to_open(ground: Ground, client: AsyncClient) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    letter = assert_done(await desk.letter(scan_sha256="0" * 64))["id"]
    opened = await client.get(f"/recommendations/letters/{letter}/scan", **desk.office.clerk.auth)
    assert_refused(opened, 404, "scan-not-found")


async def test_scan_of_another_purpose_person_or_digest_is_refused(
    ground: Ground, client: AsyncClient
) -> None:
    desk = await desk_of(ground, client)
    await desk.all_to_the_street()
    own, _ = await uploaded(client, desk.at_street)
    mandate, _ = await uploaded(client, desk.at_street, "mandate")
    theirs, _ = await uploaded(client, desk.at_trade)
    async with nothing_kept(desk.office):
        for upload in (mandate, theirs, str(uuid4())):
            assert_refused(await desk.letter(scan_id=upload), 422, "upload-unknown")
        differs = await desk.letter(scan_id=own, scan_sha256="0" * 64)
        assert_refused(differs, 422, "scan-differs")
    assert_done(await desk.letter(scan_id=own))
