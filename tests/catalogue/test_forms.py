from datetime import date
from hashlib import sha256
from typing import Any, get_args

import pytest

from app.award.applications.naming import intake_of
from app.catalogue import loader
from app.catalogue.check import check_forms
from app.rules.forms.complete import Sort, gaps
from app.rules.forms.describe import described
from app.rules.forms.whole import whole_form
from app.rules.regulation.model import Awardee
from app.rules.regulation.read import read
from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, changed, dump


@pytest.mark.parametrize("code", loader.form_codes())
def test_shipped_form_is_sound_says_its_source_and_chooses_from_lists_that_are_there(
    code: str,
) -> None:
    form = loader.form_set(code)
    assert form.code == code
    assert "自拟" in form.source
    assert all(names for names in loader.lists_of(form).values())


def test_every_kind_of_awardee_has_one_form_of_ours() -> None:
    forms = [loader.form_set(code) for code in loader.form_codes()]
    for awardee in get_args(Awardee):
        assert [form.code for form in forms if awardee in form.awardees] == [
            loader.default_form(awardee)
        ]


@pytest.mark.parametrize("code", loader.regulation_codes())
def test_every_track_of_a_shipped_regulation_has_a_form_that_can_be_described(code: str) -> None:
    regulation = read(loader.regulation_text(code))
    assert check_forms(regulation) == []
    for track in regulation.tracks:
        form = loader.form_set(track.form or loader.default_form(track.awardee))
        criteria = loader.criteria(track.criteria) if track.criteria else None
        rule = intake_of(regulation, track.key)
        whole = whole_form(regulation, rule, track.key, form, criteria, date(2025, 12, 31), {})
        keys = [section["key"] for section in described(whole)]
        assert len(keys) == len(set(keys))
        empty = gaps(whole, {}, loader.lists_of(form))
        assert {gap.sort for gap in empty} == {Sort.MISSING}


def test_organisations_are_asked_what_an_application_form_asks() -> None:
    form = loader.form_set("application-2023")
    keys = {field.key for field in form.fields()}
    assert {"scope_entities", "scope_sites", "performance", "honours", "accidents"} <= keys
    rows = {row.key for field in form.fields() for row in getattr(field, "rows", ())}
    assert {"revenue", "total_profit", "net_profit", "tax", "research", "staff"} <= rows


def test_form_or_report_that_cannot_be_had_is_refused() -> None:
    unknown = read(changed("/tracks/0/form", "nothing"))
    assert [p.code for p in check_forms(unknown)] == ["unknown_form"]
    tree: Any = load(BINHU)
    tree["stages"][0]["self_assessment"] = [{"way": "items"}]
    sound = read(dump(tree))
    assert check_forms(sound) == []
    bare = sound.tracks[0].model_copy(update={"criteria": None})
    without = sound.model_copy(update={"tracks": (bare,)})
    assert [p.code for p in check_forms(without)] == ["assessed_without_criteria"]


def test_earlier_version_of_a_code_list_stays_readable() -> None:
    assert loader.versions_of("declared-facts") == ("2", "1")
    old, new = loader.code_list("declared-facts", "1"), loader.code_list("declared-facts")
    assert (old.version, new.version) == ("1", "2")
    assert {item.code for item in new.items} - {item.code for item in old.items} == {"net-profit"}
    assert loader.code_list("declared-facts", "2") is new
    assert "declared-facts@1" not in loader.code_lists()
    for code, version in (("declared-facts", "3"), ("declared-facts@1", "1"), ("../x", "1")):
        with pytest.raises(loader.NotInCatalogueError):
            loader.code_list(code, version)


KEPT = {
    ("certificates", "1"): "206ed744479d3e8e",
    ("declared-facts", "1"): "610f1946ac9c8d8b",
    ("incidents", "2"): "f14a0f96547a3a40",
    ("industries", "2017-1"): "9ef2cfad9171865f",
    ("organisation-sizes", "2017-1"): "64e30f90c3e8de91",
    ("registration-types", "2023-1"): "ae9b5ef935011933",
}


@pytest.mark.parametrize(("code", "version"), KEPT)
def test_version_that_a_form_has_named_never_changes(code: str, version: str) -> None:
    items = loader.code_list(code, version).items
    text = "\n".join(f"{item.code} {item.name} {item.parent}" for item in items)
    assert sha256(text.encode()).hexdigest()[:16] == KEPT[code, version]


def test_every_version_that_a_form_names_is_among_those_kept() -> None:
    for code in loader.form_codes():
        assert set(loader.lists_of(loader.form_set(code))) <= set(KEPT)
