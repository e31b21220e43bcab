"""How many may a body recommend, in all and of some tracks?"""

from datetime import date
from uuid import UUID

from app.award.endorsement.rules import Answer, LetterOf, letter_obstacles
from app.rules.regulation.stages import Endorsement

RULE = Endorsement.model_validate(
    {
        "key": "cities",
        "kind": "endorsement",
        "bodies": [
            {
                "key": "city",
                "name": "市人民政府",
                "at_most": 4,
                "at_most_of": [{"track": "firm", "at_most": 3}, {"track": "person", "at_most": 2}],
            }
        ],
    }
)


def told(*tracks: str) -> list[tuple[int, int]]:
    """Of each limit broken where all of these are recommended: the number allowed, and found."""
    routed = {UUID(int=number): track for number, track in enumerate(tracks)}
    answers = [Answer(entry, True, None, None) for entry in routed]
    letter = LetterOf(date(2026, 3, 2), None, None, answers)
    found = letter_obstacles(RULE, RULE.bodies[0], letter, routed, letter.issued_on)
    return [(each.facts["most"], each.facts["count"]) for each in found]


def test_each_limit_counts_its_own_tracks() -> None:
    assert told("firm", "firm", "firm", "person") == []
    assert told("firm", "person", "person") == []
    assert told("person", "person", "person") == [(2, 3)]
    assert told("firm", "firm", "firm", "firm", "person") == [(4, 5), (3, 4)]
