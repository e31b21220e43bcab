"""What is peculiar to each regulation of the catalogue, and does its file say so?"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from app.catalogue.loader import regulation_text
from app.rules.regulation import Regulation, read
from app.rules.regulation.quotas import Quota
from app.rules.regulation.stages import Composite, Intake, Panel, Publicity, Screening, Vote

Rule = Callable[[Regulation], bool]


def order(*keys: str) -> Rule:
    """Those stages come one before the other on the way to the grant."""

    def holds(regulation: Regulation) -> bool:
        return all(
            earlier in regulation.upstream(regulation.stage(later))
            for earlier, later in pairwise(keys)
        )

    return holds


def without(*keys: str) -> Rule:
    return lambda regulation: not {stage.key for stage in regulation.stages} & set(keys)


def awardees(*kinds: str) -> Rule:
    return lambda regulation: {track.awardee for track in regulation.tracks} == set(kinds)


def cap(places: int, tier: str, *tracks: str) -> Rule:
    """So many of a tier, shared by these tracks."""

    def holds(regulation: Regulation) -> bool:
        return any(
            quota.at_most == places
            and all(quota.counts(track, tier) for track in tracks)
            and not any(
                quota.counts(track.key, tier)
                for track in regulation.tracks
                if track.key not in tracks and tier in regulation.tiers_of(track.key)
            )
            for quota in regulation.quotas
        )

    return holds


def vote(regulation: Regulation) -> Vote:
    (found,) = (stage for stage in regulation.stages if isinstance(stage, Vote))
    return found


def composite(regulation: Regulation) -> Composite:
    (found,) = (stage for stage in regulation.stages if isinstance(stage, Composite))
    return found


def intake(regulation: Regulation) -> Intake:
    (found,) = (stage for stage in regulation.stages if isinstance(stage, Intake))
    return found


def notice(regulation: Regulation) -> Publicity:
    (found,) = (stage for stage in regulation.stages if isinstance(stage, Publicity))
    return found


def _committee_of_jinwan(regulation: Regulation) -> bool:
    committee = regulation.committee
    return committee is not None and committee.odd and committee.at_least == 17


def _half_of_the_city_award(regulation: Regulation) -> bool:
    (matching,) = regulation.matching
    return (
        matching.honour == ("珠海市市长质量奖",)
        and matching.share is not None
        and (matching.share * 2 == 1)
    )


def _bar(key: str, years: int, start: str, closes: tuple[str, ...] | None = None) -> Rule:
    def holds(regulation: Regulation) -> bool:
        bar = next(each for each in regulation.bars if each.key == key)
        return (bar.sit_out.years, bar.counted_from, bar.closes) == (years, start, closes)

    return holds


def _look_backs(regulation: Regulation) -> bool:
    within = {
        each.key: each.within.years
        for each in regulation.eligibility.forbid
        if each.kind == "incident"
    }
    return within == {"penalty": 1, "accident": 3}


def _repeat_winners(regulation: Regulation) -> bool:
    """Whoever won the gold before takes no place; the special prize is never counted."""
    gold = [quota for quota in regulation.quotas if quota.counts("culture-project", "gold")]
    return (
        not any(quota.counts("culture-project", "gold", ["held-gold"]) for quota in gold)
        and all(quota.counts("culture-project", "gold", ["held-silver"]) for quota in gold)
        and not any(_counts_special(quota, regulation) for quota in regulation.quotas)
    )


def _counts_special(quota: Quota, regulation: Regulation) -> bool:
    return any(quota.counts(track.key, "special") for track in regulation.tracks)


def _money_of_shenzhen(regulation: Regulation) -> bool:
    return {each.tier: each.amount for each in regulation.bonus} == {
        "gold": 200_000_000,
        "silver": 100_000_000,
        "bronze": 50_000_000,
    } and all(
        each.first_win_only and each.first_win_of == "tier" and each.excluded == ("budget_funded",)
        for each in regulation.bonus
    )


def _formal_check(regulation: Regulation) -> bool:
    formal = regulation.stage("formal")
    return isinstance(formal, Screening) and formal.grounds == () and formal.cure is not None


def _nobody_of_size(regulation: Regulation) -> bool:
    tier = next(each for each in regulation.tiers if each.key == "encouragement")
    return tier.open_to("organisation", ["small"]) and not tier.open_to("organisation")


def _judged_by(stage: str, track: str, code: str) -> Rule:
    def holds(regulation: Regulation) -> bool:
        panel = regulation.stage(stage)
        return isinstance(panel, Panel) and regulation.criteria_of(panel, track) == code

    return holds


def _passed(regulation: Regulation) -> bool:
    """The site has a pass line; who passes and is not put forward has the second title."""
    site, ranking = regulation.stage("site"), composite(regulation)
    return (
        isinstance(site, Panel)
        and site.advances.way == "at_least"
        and ranking.consolation == "merit"
        and regulation.feeders(vote(regulation), "organisation", settled=True) == {"eligibility"}
    )


RULES: dict[str, dict[str, Rule]] = {
    "taicang-2013": {
        "organisations and persons apply": awardees("organisation", "individual"),
        "the defence comes before the site": order("documents", "defence", "site", "committee"),
        "one list proposes both tiers": lambda r: (
            composite(r).proposes == "tiers" and r.tiers_of("person") == ("award", "merit")
        ),
        "winners stay under supervision": lambda r: r.duties[0].kind == "accept_supervision",
    },
    "jinwan-2018": {
        "at least seventeen members, an odd number": _committee_of_jinwan,
        "half of the city's bonus is added": _half_of_the_city_award,
        "files are checked apart from eligibility": _formal_check,
        "publicity comes before approval": order("eligibility", "formal", "notice", "government"),
        "a million each": lambda r: r.bonus[0].amount == 100_000_000,
    },
    "jianhu-2024": {
        "five working days inside the applicant first": lambda r: (
            (found := intake(r).internal_notice) is not None and found.length.working_days == 5
        ),
        "the town recommends before eligibility": order("endorsement", "eligibility"),
        "the defence comes before the site": order("documents", "defence", "site"),
        "a standing body decides": lambda r: r.committee is not None and r.committee.standing,
        "winners wait five years": _bar("winners", 5, "decision_date"),
        "nominees may climb": _bar("nominees", 2, "decision_date", ("nomination",)),
    },
    "pudong-2025": {
        "every five years": lambda r: r.cycle is not None and r.cycle.every_years == 5,
        "a management model is honoured": lambda r: r.tracks[0].honours == "management_model",
        "three tiers": lambda r: r.tiers_of("model") == ("award", "gold", "innovation"),
        "published inside the applicant": lambda r: intake(r).internal_notice is not None,
        "managers defend after the site": order("documents", "site", "defence"),
        "winners report every year": lambda r: r.duties[0].every_years == 1,
    },
    "changning-2023": {
        "models: two awards": cap(2, "award", "model"),
        "achievements: two awards": cap(2, "award", "achievement"),
        "both share ten golds": cap(10, "gold", "model", "achievement"),
        "achievements are not visited": lambda r: r.tracks_of(r.stage("site")) == ("model",),
        "models and achievements run side by side": lambda r: (
            "documents-model" not in r.upstream(r.stage("documents-achievement"))
        ),
    },
    "tianning-2013": {
        "teams are awarded": awardees("organisation", "team"),
        "the defence comes before the site": order("documents", "defence", "site", "ranking"),
        "who passes the site and is not awarded has a title": _passed,
        "the award is valid three years": lambda r: (
            (valid := r.tiers[0].valid) is not None and valid.years == 3
        ),
        "five consolations at most": cap(5, "merit", "organisation"),
        "teams go straight to the committee": lambda r: (
            r.feeders(vote(r), "team") == {"documents-team", "eligibility"}
        ),
    },
    "jintan-2018": {
        "there is no site stage": without("site"),
        "the committee need not fill the places": lambda r: vote(r).by == "choice",
        "publicity comes before approval": order("committee", "notice", "government"),
        "three at most": cap(3, "award", "organisation"),
    },
    "taojiang-2015": {
        "the province's criteria": _judged_by("documents", "organisation", "provincial-hunan"),
        "a survey before the site": order("documents", "survey", "site"),
        "the survey counts": lambda r: r.stage("ranking").of[1].stage == "survey",  # type: ignore[union-attr]
        "persons pass the survey by": lambda r: (
            r.feeders(r.stage("site"), "person") == {"documents-person", "eligibility"}
        ),
        "the county government revokes": lambda r: (
            r.revocation is not None and r.revocation.decided_by == "桃江县人民政府"
        ),
    },
    "zhuhai-2022": {
        "two, three and five": lambda r: [quota.at_most for quota in r.quotas] == [2, 3, 5],
        "the third tier is for smaller firms alone": _nobody_of_size,
        "an association may recommend": lambda r: (
            "association" in {body.key for body in r.stage("endorsement").bodies}  # type: ignore[union-attr]
        ),
        "departments are consulted": lambda r: len(r.stage("eligibility").consults) == 3,  # type: ignore[union-attr]
        "incomplete files may be completed": _formal_check,
        "one of three measures suffices": lambda r: len(r.eligibility.require[2].by) == 3,  # type: ignore[union-attr]
    },
    "changzhou-2015": {
        "the defence comes after the site": order("documents", "site", "defence", "ranking"),
        "three results make one report": lambda r: (
            [each.stage for each in composite(r).of] == ["documents", "site", "defence"]
        ),
        "who is not awarded has a title": lambda r: vote(r).consolation == "merit",
        "ten consolations at most": cap(10, "merit", "organisation"),
        "money for a first win": lambda r: r.bonus[0].first_win_only,
        "published in the news": lambda r: notice(r).channels == ("新闻媒体",),
        "five years of operation": lambda r: r.eligibility.require[0].at_least == 5,  # type: ignore[union-attr]
        "where it is registered recommends": lambda r: (
            r.stage("endorsement").routed_by == "registration"  # type: ignore[union-attr]
        ),
    },
    "shenzhen-2019": {
        "organisations and projects": awardees("organisation", "project"),
        "a class shares its gold": cap(1, "gold", "culture", "culture-project"),
        "the classes together have 21": lambda r: (
            sum(quota.at_most or 0 for quota in r.quotas) == 21
        ),
        "bronze is for the economy": lambda r: "bronze" not in r.tiers_of("culture"),
        "repeat winners and special prizes take no place": _repeat_winners,
        "defence, then site, then survey": order("documents", "defence", "site", "survey"),
        "balance may outweigh the score": lambda r: vote(r).by == "choice",
        "look-backs of one and three years": _look_backs,
        "gold sits out three years from the year's end": _bar("gold-winners", 3, "award_year_end"),
        "no money for a repeat, nor for a budget": _money_of_shenzhen,
    },
    "linhai-2016": {
        "the experts leave two": lambda r: (
            (first := r.stage("site").advances.first) is not None and first.places == 2
        ),
        "one of them wins the vote": lambda r: (
            (first := vote(r).advances.first) is not None and first.places == 1
        ),
    },
    "guangzhou-2023": {
        "organisations and persons share five awards": cap(5, "award", "organisation", "person"),
        "and five nominations": cap(5, "nomination", "organisation", "person"),
        "the endorser publishes its list": lambda r: r.stage("endorsement").notice is not None,  # type: ignore[union-attr]
        "every two years": lambda r: r.cycle is not None and r.cycle.every_years == 2,
    },
}


@pytest.mark.parametrize(("code", "rule"), [(code, rule) for code in RULES for rule in RULES[code]])
def test_the_file_says(code: str, rule: str) -> None:
    assert RULES[code][rule](read(regulation_text(code)))
