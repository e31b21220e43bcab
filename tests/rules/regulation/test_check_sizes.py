"""A regulation does not promise files that whoever runs it cannot take."""

from typing import Any

from app.rules.exact import MEBIBYTE
from app.rules.regulation.check_sizes import check_sizes
from app.rules.regulation.read import read
from app.rules.strict_yaml import load
from tests.rules.regulation.award_texts import BINHU, dump


def text(largest: str) -> str:
    tree: Any = load(BINHU)
    intake = tree["stages"][0]
    intake["documents"] = ["申报表", {"name": "自评报告", "largest": largest}]
    own = {"name": "视频", "largest": largest}
    intake["documents_of"] = [{"track": "organisation", "documents": [own]}]
    return dump(tree)


def test_file_above_the_bound_is_named_with_its_place_and_the_bound() -> None:
    assert check_sizes(read(text("50MB")), 50 * MEBIBYTE) == []
    found = check_sizes(read(text("60MB")), 50 * MEBIBYTE)
    assert [(each.code, each.path) for each in found] == [
        ("size_beyond", "/stages/0/documents/1/largest"),
        ("size_beyond", "/stages/0/documents_of/0/documents/0/largest"),
    ]
    assert "50MB" in found[0].mend
    assert "60MB" in found[0].zh
