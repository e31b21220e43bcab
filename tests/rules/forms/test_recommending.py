"""What is asked where recommendations follow from registration, or from the applicant's choice?"""

from datetime import date

import pytest

from app.catalogue import loader
from app.rules.forms.complete import gaps
from app.rules.forms.model import FormSet
from app.rules.forms.whole import WholeForm, whole_form
from app.rules.regulation import read
from app.rules.regulation.stages import Intake


def form(code: str, form_set: FormSet | None = None) -> WholeForm:
    """What the first track of a regulation of the catalogue is asked."""
    regulation = read(loader.regulation_text(code))
    track = regulation.tracks[0]
    rule = next(
        stage
        for stage in regulation.stages
        if isinstance(stage, Intake) and track.key in regulation.tracks_of(stage)
    )
    used = form_set or loader.form_set("application-2023")
    return whole_form(regulation, rule, track.key, used, None, date(2025, 12, 31), {})


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("jianhu-2024", ["registered_area"]),
        ("shanghai-2022", ["recommending_body"]),
        ("binhu-2023", []),
    ],
)
def test_form_asks_what_decides_who_recommends(code: str, asked: list[str]) -> None:
    whole = form(code)
    sections = [each for each in whole.sections if each.key == "recommending"]
    assert [field.key for each in sections for field in each.fields] == asked
    for section in sections:
        (field,) = section.fields
        assert section.address(field) == ("answers", asked[0])


def test_what_decides_who_recommends_may_be_left_open() -> None:
    missing = [gap.pointer for gap in gaps(form("jianhu-2024"), {}, {})]
    assert missing
    assert "/form/answers/registered_area" not in missing


def test_form_that_asks_for_it_itself_is_not_asked_twice() -> None:
    ours = loader.form_set("application-2023")
    first = ours.sections[0]
    area = first.fields[0].model_copy(update={"key": "registered_area"})
    sections = (first.model_copy(update={"fields": (*first.fields, area)}), *ours.sections[1:])
    whole = form("jianhu-2024", ours.model_copy(update={"sections": sections}))
    assert [s.key for s, field in whole.placed() if field.key == "registered_area"] == [first.key]
