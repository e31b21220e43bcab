"""Is everything that `docs/regulations.md` shows accepted, and does it show the whole model?"""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.catalogue.check import check_criteria
from app.catalogue.loader import code_list, criteria_codes
from app.rules.regulation import json_schema, read
from app.rules.strict_yaml import load

PAGE = (Path(__file__).parents[2] / "docs" / "regulations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WHOLE, *PARTS = BLOCKS
ROWS = [
    re.findall(r"`([a-z_]+: [\[{].*?)`(?= |$)", line.rstrip(" |"))
    for line in PAGE.splitlines()
    if line.startswith("| ")
]
PHRASES = [snippets for snippets in ROWS if snippets]
EXTRAS: dict[str, dict[str, Any]] = {
    "person": {
        "tracks": [
            {
                "key": "person",
                "name": "个人",
                "awardee": "individual",
                "criteria": "own-points-1000",
            }
        ]
    },
    "nomination": {"tiers": [{"key": "nomination", "name": "提名奖"}]},
    "merit": {"tiers": [{"key": "merit", "name": "先进单位"}]},
    "small": {
        "groups": [
            {
                "key": "small",
                "name": "中小企业",
                "when": {
                    "key": "sized",
                    "name": "规模",
                    "kind": "declared",
                    "fact": "size",
                    "one_of": ["小型"],
                },
            }
        ]
    },
    "held": {
        "groups": [
            {
                "key": "held",
                "name": "曾获奖者",
                "when": {"key": "won", "name": "曾获奖", "kind": "award_held", "tiers": "award"},
            }
        ]
    },
}
"""What a part speaks of and the whole example does not have."""
KEYED = {"tracks", "tiers", "groups", "stages"}


def together(*parts: dict[str, Any]) -> str:
    """The whole example with what the parts say in place of what it said."""
    frame: dict[str, Any] = deepcopy(load(WHOLE))
    for part in parts:
        for field, said in part.items():
            frame[field] = joined(frame.get(field, []), said) if field in KEYED else said
    if "quotas" not in {field for part in parts for field in part}:
        frame["quotas"] = [{"at_most": "3", "of": {"tier": t["key"]}} for t in frame["tiers"]]
    return yaml.safe_dump(quoted(frame), allow_unicode=True, sort_keys=False)


def joined(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of a key that is there the fields said; a new one after the one said before it."""
    found, place = list(old), len(old) if not any("kind" in one for one in old) else 2
    for one in new:
        at = next((n for n, each in enumerate(found) if each["key"] == one["key"]), None)
        if at is None:
            found.insert(place, one)
            place += 1
        else:
            merged = {**found[at], **one}
            found[at] = {field: value for field, value in merged.items() if value != "null"}
            place = at + 1
    return found


def quoted(tree: Any) -> Any:
    """Every scalar as text, as our reader has it; whole numbers stay plain."""
    if isinstance(tree, dict):
        return {key: quoted(each) for key, each in tree.items()}
    return [quoted(each) for each in tree] if isinstance(tree, list) else str(tree)


def extras(text: str) -> list[dict[str, Any]]:
    return [part for word, part in EXTRAS.items() if re.search(rf"\b{word}\b", text)]


def test_the_whole_example_is_sound() -> None:
    assert check_criteria(read(WHOLE)) == []


@pytest.mark.parametrize("block", PARTS, ids=[part.split("\n")[1].strip()[:24] for part in PARTS])
def test_each_example_of_a_part_is_sound(block: str) -> None:
    assert check_criteria(read(together(*extras(block), load(block)))) == []


@pytest.mark.parametrize("snippets", PHRASES, ids=[" ".join(each)[:40] for each in PHRASES])
def test_each_phrase_is_written_soundly(snippets: list[str]) -> None:
    parts = [load(snippet) for snippet in snippets]
    assert check_criteria(read(together(*extras(" ".join(snippets)), *parts))) == []


def test_the_table_holds_the_phrases_of_real_texts() -> None:
    assert len(PHRASES) >= 40


def words(tree: Any) -> set[str]:
    """Every name of a field and every word of a closed choice in the schema."""
    found: set[str] = set()
    if isinstance(tree, dict):
        found |= set(tree.get("properties", {}))
        found |= {each for each in tree.get("enum", []) if isinstance(each, str)}
        found |= {tree["const"]} if isinstance(tree.get("const"), str) else set()
        for each in tree.values():
            found |= words(each)
    elif isinstance(tree, list):
        found = set().union(*(words(each) for each in tree))
    return found


def test_the_page_names_every_field_and_every_word_of_the_model() -> None:
    missing = {word for word in words(json_schema()) if not re.search(rf"\b{word}\b", PAGE)}
    assert missing == set()


def test_the_page_names_every_code() -> None:
    lists = ("incidents", "certificates", "declared-facts")
    codes = {item.code for name in lists for item in code_list(name).items}
    assert {code for code in codes | set(criteria_codes()) if f"`{code}`" not in PAGE} == {
        "defence-100"
    }
