"""Which words may stand in a record, so that the grounds and bars of a regulation can find it?"""

from collections.abc import Collection, Mapping, Sequence

from app.rules.facts import RecordKind
from app.rules.regulation.check_names import conditions
from app.rules.regulation.eligibility_rules import Incident
from app.rules.regulation.model import Regulation
from app.rules.regulation.words import INCIDENTS

Known = Mapping[RecordKind, Collection[str]]


def known_words(regulations: Sequence[Regulation]) -> Known:
    """Of each kind of record that keeps an applicant out, every word that one of a programme's
    regulations, or the common list of incidents, gives a meaning to. A record with another word
    would bar nobody, and nobody would notice.
    """
    incidents, ends = set(INCIDENTS), set(INCIDENTS)
    for regulation in regulations:
        for condition, _ in conditions(regulation):
            if isinstance(condition, Incident):
                incidents |= {*condition.of}
        for bar in regulation.bars:
            ends |= {*(bar.after.revoked_for or ()), *(bar.after.disqualified_for or ())}
    return {
        RecordKind.HONOUR: {tier.key for one in regulations for tier in one.tiers},
        RecordKind.INCIDENT: incidents,
        RecordKind.REVOCATION: ends,
        RecordKind.DISQUALIFICATION: ends,
    }
