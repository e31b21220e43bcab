"""What two editions differ in, told by keys and in sentences."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.regulation import read
from app.rules.regulation.difference import Way, change_text, difference
from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import SMALL, changed, dump


def changes(new: str, old: str = SMALL) -> list[tuple[str, str, str | None, str | None]]:
    found = difference(read(old), read(new))
    return [(each.way.value, each.path, each.old, each.new) for each in found.changes]


def test_an_edition_does_not_differ_from_itself() -> None:
    found = difference(read(SMALL), read(SMALL))
    assert (found.changes, found.gone, found.come) == ((), (), ())


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/title", "新办法", ("changed", "title", None, "新办法")),
        ("/stages/7/length", {"days": "9"}, ("changed", "stages/notice/length/days", "7", "9")),
        ("/stages/5/floors", None, ("removed", "stages/total/floors/gold/at_least", "600.5", None)),
        ("/quotas/0/at_most", "9", ("changed", "quotas/at_most(gold)/at_most", None, "9")),
        ("/bonus/0/amount", "5.00", ("changed", "bonus/gold/amount", "100000.00", "5.00")),
        ("/bars", None, ("removed", "bars/again/sit_out/years", "3", None)),
        ("/stages/3/judges/at_most", None, ("removed", "stages/visit/judges/at_most", "5", None)),
    ],
)
def test_a_change_is_told_with_its_address(
    pointer: str, value: object, expected: tuple[str, str, str | None, str | None]
) -> None:
    found = changes(changed(pointer, value))
    way, path, old, new = expected
    (only,) = [each for each in found if each[1] == path]
    assert only[0] == way
    assert old is None or only[2] == old
    assert only[3] == new


def test_a_stage_inserted_leaves_the_others_as_they_are() -> None:
    tree: Any = load(SMALL)
    tree["stages"].insert(2, {"key": "formal", "kind": "screening", "grounds": []})
    found = changes(dump(tree))
    assert {path.split("/")[1] for _, path, *_ in found} == {"*", "formal"}


def test_limits_of_files_are_told_by_document() -> None:
    plain = changed("/stages/0/documents", ["申报表", "自评报告"])
    limited = {"name": "自评报告", "types": ["pdf", "ofd"], "largest": "20MB"}
    place = "stages/intake/documents"
    assert changes(changed("/stages/0/documents", ["申报表", limited]), plain) == [
        ("added", f"{place}/自评报告/types", None, "pdf、ofd"),
        ("added", f"{place}/自评报告/largest", None, "20MB"),
    ]
    assert changes(changed("/stages/0/documents", ["申报表"]), plain) == [
        ("changed", place, "申报表、自评报告", "申报表")
    ]
    assert changes(changed("/stages/0/documents", [{"name": "申报表"}, "自评报告"]), plain) == []


def test_marks_alone_are_no_difference() -> None:
    assert changes(changed("/tiers/0/cite", "第三条")) == []


def test_a_change_is_a_sentence() -> None:
    old, new = read(SMALL), read(changed("/stages/7/length", {"days": "9"}))
    (only,) = difference(old, new).changes
    assert change_text(only, old, new) == "环节“公示”（stages/notice/length/days）：由 7 改为 9。"
    found = difference(old, new)
    assert [each.text for each in found.gone] == ["公示7日。（未注条款）"]
    assert [each.text for each in found.come] == ["公示9日。（未注条款）"]


@given(st.permutations(range(2)), st.integers(1, 9))
def test_what_is_added_one_way_is_removed_the_other(order: list[int], days: int) -> None:
    tree: Any = load(SMALL)
    tree["tracks"] = [tree["tracks"][place] for place in order]
    tree["stages"][7]["length"] = {"days": str(days)}
    old, new = read(SMALL), read(dump(tree))
    there, back = difference(old, new), difference(new, old)
    swapped = {Way.ADDED: Way.REMOVED, Way.REMOVED: Way.ADDED, Way.CHANGED: Way.CHANGED}
    assert sorted((c.path, swapped[c.way], c.new, c.old) for c in there.changes) == sorted(
        (c.path, c.way, c.old, c.new) for c in back.changes
    )
