"""Are the regulations that the service ships sound, honest, and wide enough together?"""

from collections.abc import Iterator
from typing import get_args

import pytest

from app.catalogue.check import check_criteria
from app.catalogue.loader import regulation_codes, regulation_text
from app.rules.regulation import Regulation, digest, explain, read
from app.rules.regulation.model import Awardee
from app.rules.regulation.quotas import Quota
from app.rules.regulation.stages import (
    SCORED,
    Approval,
    Composite,
    Endorsement,
    Intake,
    Publicity,
    Stage,
    Vote,
)
from app.rules.strict_yaml import load

CODES = regulation_codes()
KINDS = {"intake", "endorsement", "screening", "panel", "survey", "composite", "vote", "approval"}
EVERYTHING = {
    "stage": KINDS | {"publicity", "grant"},
    "awardee": set(get_args(Awardee)),
    "quota": {
        *("one tier", "one track", "shared by tracks", "outside the number", "no cap"),
        *("nested", "minimum", "group", "in principle"),
    },
    "vote": {
        *("named", "secret", "confirms", "proposes by rank", "proposes by choice"),
        *("consolation", "before any score", "first by approvals", "with the defence"),
    },
    "publicity": {
        *("inside the applicant", "at the endorser", "before approval", "after approval"),
        *("before the last vote", "twice"),
    },
    "composite": {"proposes", "ranks only", "consolation", "shares by track"},
    "cut": {"at_least", "at_least_of_full", "first", "first_of_each"},
    "method": {"consensus", "mean", "trimmed_mean", "median"},
    "bar": {"granted", "revoked_for", "disqualified_for", "closes a tier"},
}


@pytest.mark.parametrize("code", CODES)
def test_a_shipped_regulation_is_sound_and_its_criteria_are_there(code: str) -> None:
    assert check_criteria(read(regulation_text(code))) == []


@pytest.mark.parametrize("code", CODES)
def test_every_rule_stands_on_a_clause_an_assumption_or_a_default(code: str) -> None:
    said = explain(read(regulation_text(code)))
    assert [each.text for each in said if each.text.endswith("（未注条款）")] == []


@pytest.mark.parametrize("code", CODES)
def test_a_shipped_regulation_says_where_its_text_was_read(code: str) -> None:
    source = read(regulation_text(code)).source
    assert source is not None
    assert source.text
    assert (source.url or "").startswith("http")


def test_digests_do_not_hang_on_comments_and_are_all_different() -> None:
    digests = {}
    for code in CODES:
        text = regulation_text(code)
        bare = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        assert digest(bare) == digest(text)
        digests[code] = digest(text)
    assert len(set(digests.values())) == len(CODES)
    assert len({load(regulation_text(code))["title"] for code in CODES}) == len(CODES)


def used(regulation: Regulation) -> Iterator[tuple[str, str]]:
    """What of the model one regulation uses, in the words of EVERYTHING."""
    yield from (("awardee", track.awardee) for track in regulation.tracks)
    yield from (("quota", form) for form in quota_forms(regulation))
    yield from (("publicity", place) for place in publicity_places(regulation))
    for bar in regulation.bars:
        yield "bar", bar.after.way
        if bar.closes:
            yield "bar", "closes a tier"
    for stage in regulation.stages:
        yield "stage", stage.kind
        if stage.kind == "panel":
            yield "method", stage.method.way
        if isinstance(stage, Vote):
            yield from (("vote", form) for form in vote_forms(regulation, stage))
        if stage.advances.by_score or stage.advances.compares:
            yield "cut", stage.advances.way
        if isinstance(stage, Composite):
            if any(part.track for part in stage.of):
                yield "composite", "shares by track"
            yield "composite", "proposes" if stage.proposes else "ranks only"
            if stage.consolation:
                yield "composite", "consolation"


def quota_forms(regulation: Regulation) -> Iterator[str]:
    cells = [counted(regulation, quota) for quota in regulation.quotas]
    for quota, mine in zip(regulation.quotas, cells, strict=True):
        if quota.at_least:
            yield "minimum"
        if len({tier for _, tier in mine}) == 1:
            yield "one tier"
        yield "shared by tracks" if len({track for track, _ in mine}) > 1 else "one track"
        if quota.leaves_out:
            yield "outside the number"
        if quota.of.group:
            yield "group"
        if quota.in_principle:
            yield "in principle"
        if any(mine < other for other in cells):
            yield "nested"
    capped = {cell for q, mine in zip(regulation.quotas, cells, strict=True) for cell in mine}
    if any(
        (track.key, tier) not in capped
        for track in regulation.tracks
        for tier in regulation.tiers_of(track.key)
    ):
        yield "no cap"


def counted(regulation: Regulation, quota: Quota) -> frozenset[tuple[str, str]]:
    """Tracks and tiers that a quota counts in."""
    return frozenset(
        (track.key, tier)
        for track in regulation.tracks
        for tier in regulation.tiers_of(track.key)
        if quota.counts(track.key, tier, quota.of.group or ())
    )


def vote_forms(regulation: Regulation, vote: Vote) -> Iterator[str]:
    yield vote.ballot
    yield f"proposes by {vote.by}" if vote.proposes else "confirms"
    if vote.consolation:
        yield "consolation"
    if not any(isinstance(each, SCORED) for each in before(regulation, vote)):
        yield "before any score"
    if vote.advances.first:
        yield "first by approvals"
    if vote.meeting_of:
        yield "with the defence"


def publicity_places(regulation: Regulation) -> Iterator[str]:
    notices = [each for each in regulation.stages if isinstance(each, Publicity)]
    if len(notices) > 1:
        yield "twice"
    for stage in regulation.stages:
        if isinstance(stage, Intake) and stage.internal_notice:
            yield "inside the applicant"
        if isinstance(stage, Endorsement) and stage.notice:
            yield "at the endorser"
        if isinstance(stage, Approval) and any(n in before(regulation, stage) for n in notices):
            yield "before approval"
        if isinstance(stage, Vote) and any(n in before(regulation, stage) for n in notices):
            yield "before the last vote"
        if isinstance(stage, Publicity):
            passed = before(regulation, stage)
            if any(isinstance(each, Approval) for each in passed):
                yield "after approval"


def before(regulation: Regulation, stage: Stage) -> list[Stage]:
    return [regulation.stage(key) for key in regulation.upstream(stage)]


@pytest.mark.parametrize("part", EVERYTHING)
def test_the_catalogue_together_uses_every(part: str) -> None:
    shipped = [read(regulation_text(code)) for code in CODES]
    found = {word for each in shipped for kind, word in used(each) if kind == part}
    assert found >= EVERYTHING[part]
