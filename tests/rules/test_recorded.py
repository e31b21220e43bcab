"""A record says with a word that the rules know, or it would bar nobody."""

from app.rules.facts import RecordKind
from app.rules.recorded import known_words
from app.rules.regulation import read
from tests.rules.regulation.award_texts import SMALL, changed


def test_words_are_the_common_ones_and_those_of_the_regulations() -> None:
    own = changed("/eligibility/forbid/0/of", "strike")
    bar = {
        "key": "cheat",
        "after": {"disqualified_for": "bribery"},
        "sit_out": {"years": "3"},
        "from": "finding",
    }
    known = known_words([read(SMALL), read(own), read(changed("/bars/0", bar))])
    assert known[RecordKind.HONOUR] == {"gold", "silver"}
    assert "strike" in known[RecordKind.INCIDENT]
    assert "strike" not in known[RecordKind.DISQUALIFICATION]
    assert "bribery" in known[RecordKind.DISQUALIFICATION]
    assert {"fraud", "safety"} <= {*known[RecordKind.INCIDENT]}
    assert RecordKind.CERTIFICATE not in known


def test_programme_without_a_regulation_knows_no_tier() -> None:
    assert known_words([])[RecordKind.HONOUR] == set()
