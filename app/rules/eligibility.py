"""Does an applicant meet the conditions, and to which groups does it belong?"""

from collections.abc import Iterator, Mapping

from app.rules.barring import barred
from app.rules.conditions import Examination, asked, find
from app.rules.facts import Answer, Facts, Finding, Met, Occasion
from app.rules.regulation.bars import Bar
from app.rules.regulation.eligibility_rules import Condition
from app.rules.regulation.model import Regulation


def groups_of(
    regulation: Regulation,
    facts: Facts,
    occasion: Occasion,
    decided: Mapping[str, Met] | None = None,
) -> list[Answer]:
    """One answer per group, in the regulation's order; a group may rest on those before it.

    decided: what a person has said of a group; later groups rest on that.
    """
    known: dict[str, Met] = {}
    answers: list[Answer] = []
    for group in regulation.groups:
        exam = Examination(regulation, facts, occasion, known)
        answer = _membership(group.when, exam).answer(group.key, wanted=True)
        answers.append(answer)
        known[group.key] = (decided or {}).get(group.key, answer.met)
    return answers


def assess(
    regulation: Regulation, facts: Facts, occasion: Occasion, groups: Mapping[str, Met]
) -> list[Answer]:
    """One answer per requirement, per disqualifier and per bar that is asked in the applicant's
    track, in the regulation's order; `groups` are the answers of `groups_of`, or a person's.

    What is asked of other groups only is met, with that reason.
    """
    exam = Examination(regulation, facts, occasion, groups)
    return [
        *_answers(regulation.eligibility.require, exam, wanted=True),
        *_answers(regulation.eligibility.forbid, exam, wanted=False),
        *_bars(regulation.bars, exam),
    ]


def _membership(when: Condition, exam: Examination) -> Finding:
    applies = asked(when, exam)
    found = None if applies is Met.NOT_MET else find(when, exam)
    if found is None:
        return Finding(False, "该分组不涉及本单位。")
    if applies is Met.NEEDS_A_PERSON and found.holds is not False:
        return Finding(None, f"是否属于{exam.named(when.group or ())}需人工核对。", found.evidence)
    return found


def _answers(
    conditions: tuple[Condition, ...], exam: Examination, *, wanted: bool
) -> Iterator[Answer]:
    for each in conditions:
        closes = _closes(each.tier, exam)
        elsewhere = each.track is not None and exam.occasion.track not in each.track
        if not elsewhere and closes != ():
            yield _answer(each, exam, closes, wanted=wanted)


def _answer(
    condition: Condition, exam: Examination, closes: tuple[str, ...] | None, *, wanted: bool
) -> Answer:
    applies = asked(condition, exam)
    found = find(condition, exam)
    if applies is Met.NOT_MET or found is None:
        whom = f"仅对{exam.named(condition.group)}适用，" if condition.group else ""
        return Answer(condition.key, Met.MET, f"{whom}不涉及本单位。", (), closes)
    if applies is Met.NEEDS_A_PERSON and found.holds is not wanted:
        told = f"仅对{exam.named(condition.group or ())}适用，是否属于需人工核对。{found.because}"
        found = Finding(None, told, found.evidence)
    return found.answer(condition.key, wanted=wanted, closes=closes)


def _bars(bars: tuple[Bar, ...], exam: Examination) -> Iterator[Answer]:
    for bar in bars:
        closes = _closes(bar.closes, exam)
        elsewhere = bar.track is not None and exam.occasion.track not in bar.track
        if not elsewhere and closes != ():
            found = barred(bar, exam.facts, exam.occasion, exam.regulation)
            yield found.answer(bar.key, wanted=False, closes=closes)


def _closes(tiers: tuple[str, ...] | None, exam: Examination) -> tuple[str, ...] | None:
    """Those of the tiers that the applicant's track has; None where no tiers are named."""
    if tiers is None:
        return None
    return tuple(tier for tier in exam.regulation.tiers_of(exam.occasion.track) if tier in tiers)
