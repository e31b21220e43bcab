"""How does the committee come to its seats, some of them held by people with accounts?"""

from app.rehearsal import casting
from app.rehearsal.founding import Founding
from app.rehearsal.year import Judge, Year

BEYOND = 1000
"""Judges who hold a seat are numbered from here; the experts of the cast from 0."""


async def fill(year: Year) -> list[str]:
    """The ids of the committee's seats, filled once a year."""
    if year.seats:
        return year.seats
    place, founding = year.path("/seats"), Founding(year.wire, year.cast, year.nonce)
    accounts = casting.accounts_needed(year.regulation)
    for number, post in enumerate(casting.posts(casting.seats_needed(year.regulation))):
        seat = {"post": post, "holder": founding.holder(number)}
        if number < accounts:
            person = await founding.member(year.office, year.cycle, number)
            year.members.append(Judge(BEYOND + number, person))
            seat["person_id"] = person.id
        made = await year.office.head.post(place, seat)
        year.seats.append(made["id"])
    return year.seats
