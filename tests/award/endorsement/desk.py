"""A stage of recommendations with two bodies, each with somebody who speaks for it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from httpx import AsyncClient, Response
from sqlalchemy import func, select

from app.award.endorsement.models import Letter, Recommendation
from app.award.programmes.models import Authority
from app.award.roles import Role
from app.platform.ground import Ground
from tests.award.cycle_log import cycle_log
from tests.factories import Caller, Office, entries_in, make_caller, make_office

KEY = "recommendation"
REGULATION = """
schema: award-regulation/1
code: endorsed
title: 推荐区质量奖评定管理办法
issuer: 推荐区人民政府
issued_on: 2025-01-01
tracks: [{key: organisation, name: 组织, awardee: organisation, criteria: gbt-19580-2012}]
tiers: [{key: award, name: 区长质量奖}]
quotas: [{at_most: 3, of: {tier: award}}]
stages:
  - {key: intake, kind: intake}
  - key: recommendation
    kind: endorsement
    bodies: [{key: street, name: 街道办事处, at_most: 2}, {key: trade, name: 行业主管部门}]
    needs: NEEDS
    routed_by: BY
    ordered: true
    notice: {working_days: 5}
  - key: ranking
    kind: vote
    mode: recorded
    ballot: named
    quorum: {of: members, at_least: 2/3}
    carried: {of: present, more_than: 1/2}
    proposes: tiers
    level: decision
  - {key: government, kind: approval, body: 区人民政府}
  - {key: grant, kind: grant}
"""


@dataclass
class Desk:
    """A stage of recommendations with two bodies, each with somebody who speaks for it."""

    office: Office
    client: AsyncClient
    entries: list[UUID]
    street: UUID
    trade: UUID
    at_street: Caller
    at_trade: Caller

    async def route(self, *pairs: tuple[UUID, str, UUID], by: Caller | None = None) -> Response:
        items = [{"entry": str(e), "body": b, "authority_id": str(a)} for e, b, a in pairs]
        path = self.office.path(f"/stages/{KEY}/routings")
        who = by or self.office.clerk
        return await self.client.post(path, json={"items": items}, **who.auth)

    async def all_to_the_street(self) -> None:
        answer = await self.route(*((entry, "street", self.street) for entry in self.entries))
        assert answer.status_code == 201, answer.text

    async def letter(self, by: Caller | None = None, **changes: Any) -> Response:
        path = self.office.path(f"/stages/{KEY}/letters")
        return await self.client.post(
            path, json=self.said(**changes), **(by or self.at_street).auth
        )

    def said(self, **changes: Any) -> dict[str, Any]:
        first, second, *others = (str(entry) for entry in self.entries)
        answers = [
            {"entry": first, "recommended": True, "position": 2},
            {"entry": second, "recommended": True, "position": 1},
            *({"entry": e, "recommended": False, "reason": "近一年有欠税。"} for e in others),
        ]
        return {
            "authority_id": str(self.street),
            "body": "street",
            "document": "荣巷街办函〔2026〕12号",
            "issued_on": "2026-01-15",
            "notice_from": "2026-01-07",
            "notice_to": "2026-01-14",
            "answers": answers,
        } | changes

    async def stored(self) -> tuple[int, int, list[str]]:
        async with self.office.ground.database.reading() as db:
            letters = await db.scalar(select(func.count()).select_from(Letter)) or 0
            said = await db.scalar(select(func.count()).select_from(Recommendation)) or 0
        return letters, said, await cycle_log(self.office)


async def desk_of(
    ground: Ground,
    client: AsyncClient,
    needs: str = "one_of",
    count: int = 3,
    routed_by: str = "registration",
) -> Desk:
    text = REGULATION.replace("NEEDS", needs).replace("BY", routed_by)
    office = await make_office(ground, regulation_text=text)
    entries = [entry for _, entry in await entries_in(office, KEY, count)]
    bodies = [Authority(name=f"{n}{uuid4().hex[:8]}", created_at=ground.clock()) for n in "街业"]
    async with ground.database.writing() as db:
        db.add_all(bodies)
        await db.flush()
        ids = [body.id for body in bodies]
    speakers = [await make_caller(ground, (Role.ENDORSER, one)) for one in ids]
    return Desk(office, client, entries, ids[0], ids[1], *speakers)
