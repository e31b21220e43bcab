"""Any regulation that could be is read, checked, explained and compared like the real ones."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.check import check_criteria
from app.rules.regulation import Regulation, explain, read
from app.rules.regulation.check import check
from app.rules.regulation.difference import Difference, difference
from tests.rehearsal.invented import Rules, permuted, regulations, text_of

EXAMPLES = 200
SEEN: Counter[str] = Counter()


@settings(max_examples=EXAMPLES, derandomize=True)
@given(regulations(), st.integers(0, 999))
def invented_regulation_is_sound(rules: Rules, order: int) -> None:
    regulation = read(text_of(rules))
    assert check_criteria(regulation) == []
    assert {stage.key for stage in regulation.stages} <= {one.stage for one in explain(regulation)}
    assert difference(regulation, regulation) == Difference((), (), ())
    # Of any two editions: what is told as added one way is told as removed the other.
    other = Regulation.model_validate(permuted(rules, order) | {"title": "某市市长质量奖管理办法"})
    assert check(other) == []
    there, back = difference(regulation, other), difference(other, regulation)
    assert {(c.path, c.old, c.new) for c in there.changes} == {
        (c.path, c.new, c.old) for c in back.changes
    }
    SEEN.update(set(forms(rules)))


def forms(part: Any, name: str = "") -> Iterator[str]:
    """What a regulation makes use of: kinds of stage and condition, ways of a rule, words."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield f"{name}.{key}"
            yield from forms(value, key)
    elif isinstance(part, list):
        for each in part:
            yield from forms(each, name)
    elif isinstance(part, str | bool):
        yield f"{name}={part}"


def test_invented_regulations_are_sound_and_of_every_form() -> None:
    """None of the drafts is refused; together they make use of the whole model."""
    SEEN.clear()
    invented_regulation_is_sound()
    kinds = "intake endorsement screening panel survey composite vote approval publicity grant"
    wanted = {f"kind={kind}" for kind in kinds.split()}
    wanted |= {f"method={way}" for way in ("consensus", "mean", "median")}
    wanted |= {"method.trimmed_mean", "division=by_category", "stages.start_from"}
    wanted |= {"stages.panel_of", "stages.meeting_of", "seated=committee", "stages.rubric"}
    wanted |= {"advance.at_least", "first.places", "first.times_places", "level=all_in"}
    wanted |= {"level=none_in", "stages.consolation", "by=choice", "floors.at_least"}
    wanted |= {"ballot=secret", "ballot=named", "of=members", "of=present", "of=voting"}
    wanted |= {"quotas.at_least", "quotas.except", "quotas.in_principle", "of.group", "of.track"}
    wanted |= {"needs=one_of", "needs=all_of", "stages.with_consent_of", "stages.notice"}
    wanted |= {"sit_out.cycles", "sit_out=for_ever", "bonus.amount", "stages.names_tier"}
    assert wanted - set(SEEN) == set()
