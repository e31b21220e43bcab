"""How does an award office come into being: administrators, programme, staff, experts, firms?"""

import asyncio
from collections.abc import Sequence
from hashlib import sha256

from app.rehearsal.cast import Cast, Firm, credit_code, document, person_name
from app.rehearsal.client import Person, Wire
from app.rehearsal.facts import track_of
from app.rehearsal.year import Applicant, Judge, Office
from app.rules.regulation import Regulation

PASSWORD = "彩排-一届质量奖-2026"  # noqa: S105  of people who exist only in a rehearsal


class Founding:
    """Makes accounts whose logins no other rehearsal on the server has."""

    def __init__(self, wire: Wire, cast: Cast, nonce: str) -> None:
        self.wire, self.cast, self.nonce = wire, cast, nonce

    def person(self, name: str, login: str) -> Person:
        """Somebody of this rehearsal, still without an account."""
        return Person(self.wire, name, f"{login}.{self.nonce}", PASSWORD)

    async def administrator(self, public: Person) -> Person:
        """The first account of all, made with the one-time token."""
        token = (await public.post("/rehearsal/bootstrap"))["token"]
        made = self.person(self.cast.officers[0], "security")
        grant = await public.post("/accounts/bootstrap", _joining(made) | {"token": token})
        made.id = grant["person_id"]
        return made

    async def invited(
        self, security: Person, name: str, login: str, role: str, scope: str | None
    ) -> Person:
        """Somebody with a role, who accepts the invitation with a password of their own."""
        made = self.person(name, login)
        invitation = await security.post(
            "/accounts/invitations",
            {"name": name, "login": made.login, "roles": [{"role": role, "scope": scope}]},
        )
        made.id = invitation["person_id"]
        token = invitation["activation_token"]
        nobody = Person(self.wire, name)
        await nobody.post("/accounts/activation", {"token": token, "password": PASSWORD})
        return made

    async def office(self, public: Person, regulation: Regulation) -> Office:
        """An authority with its programme, and everybody who runs it."""
        security = await self.administrator(public)
        names = iter(self.cast.officers[1:])
        system = await self.invited(security, next(names), "system", "system-administrator", None)
        authority = await system.post("/authorities", {"name": f"{regulation.issuer}·{self.nonce}"})
        programme = await system.post(
            "/programmes",
            {"authority_id": authority["id"], "name": f"{regulation.title[:100]}·{self.nonce}"},
        )
        scope = programme["id"]
        roles = ("head", "clerk", "clerk", "approver", "finance", "supervisor")
        people = await asyncio.gather(
            *(
                self.invited(security, next(names), f"{role}{place}", role, scope)
                for place, role in enumerate(roles)
            )
        )
        return Office(scope, security, system, *people)

    async def judges(self, office: Office) -> list[Judge]:
        """The experts' accounts; the office enrols them later."""

        async def one(number: int) -> Judge:
            expert = self.cast.experts[number]
            person = await self.invited(
                office.security, expert.name, f"judge{number}", "judge", office.programme
            )
            return Judge(number, person)

        return list(await asyncio.gather(*(one(n) for n in range(len(self.cast.experts)))))

    async def applicants(
        self, public: Person, office: Office, regulation: Regulation, coming: Sequence[int]
    ) -> list[Applicant]:
        """Each firm's speaker registers, registers the firm, and proves to speak for it, as they
        come; in the order of the cast.
        """

        async def one(number: int) -> Applicant:
            firm = self.cast.firms[number]
            speaker = self.person(firm.speaker, f"firm{number}")
            account = await public.post("/accounts", _joining(speaker))
            speaker.id = account["person_id"]
            code = credit_code(self.cast.seed, self.nonce, number)
            organisation = await speaker.post(
                "/organisations", {"name": firm.name, "credit_code": code}
            )
            await self.mandate(office, speaker, organisation["id"], firm)
            track = track_of(regulation, number)
            return Applicant(number, speaker, organisation["id"], code, track)

        firms = await asyncio.gather(*(one(number) for number in coming))
        return sorted(firms, key=lambda firm: firm.number)

    async def mandate(self, office: Office, speaker: Person, organisation: str, firm: Firm) -> None:
        """Letter and licence in one file; the clerk accepts them."""
        content = document("授权书和营业执照", firm)
        paper = {
            "purpose": "mandate",
            "file_name": "授权书.pdf",
            "media_type": "application/pdf",
            "size": len(content),
            "sha256": sha256(content).hexdigest(),
        }
        upload = (await speaker.post("/uploads", paper))["id"]
        await speaker.ask("PUT", f"/uploads/{upload}/content", content=content)
        claim = await speaker.post(
            "/mandates",
            {
                "programme_id": office.programme,
                "organisation_id": organisation,
                "letter": upload,
            },
        )
        await office.clerk.post(f"/mandates/{claim['id']}/acceptance", {"document": "授权核验单"})

    async def member(self, office: Office, cycle: str, seat: int) -> Person:
        """A committee member with an account for this cycle."""
        login, role = f"member{seat}", "committee-member"
        return await self.invited(office.security, self.holder(seat), login, role, cycle)

    def holder(self, seat: int) -> str:
        """Who holds a seat of the committee."""
        if seat < len(self.cast.holders):
            return self.cast.holders[seat]
        return person_name(self.cast.dice("holder", seat))

    async def endorser(self, office: Office, name: str, number: int) -> tuple[str, Person]:
        """An authority that recommends, and who speaks for it."""
        authority = await office.system.post(
            "/authorities", {"name": f"{name}{number + 1}·{self.nonce}"}
        )
        scope = str(authority["id"])
        speaker = person_name(self.cast.dice("endorser", number))
        login = f"endorser{number}"
        return scope, await self.invited(office.security, speaker, login, "endorser", scope)


def _joining(person: Person) -> dict[str, str]:
    return {"name": person.name, "login": person.login or "", "password": person.password}
