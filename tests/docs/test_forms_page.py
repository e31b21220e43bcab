"""Does `docs/forms.md` show a sound form, and name every word of the model?"""

import re
from pathlib import Path

from app.rules.forms.model import FormSet
from app.rules.forms.read import read_form_set
from tests.docs.test_regulations_page import words

PAGE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")

TEXT = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
"""Without the example."""


def test_the_example_is_sound() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert read_form_set(example).code == "own-2026"


def test_every_word_of_the_model_is_named() -> None:
    schema = FormSet.model_json_schema(by_alias=True)
    parts = [schema, *schema["$defs"].values()]
    known = {word for part in parts for word in part.get("properties", {})}
    assert len(known) > 40
    assert {word for word in known if not re.search(rf"`[^`]*\b{word}\b[^`]*`", TEXT)} == set()


def test_every_kind_of_field_and_check_is_named() -> None:
    kinds: set[str] = set()
    for each in FormSet.model_json_schema()["$defs"].values():
        kinds |= words(each.get("properties", {}).get("kind", {}))
    assert len(kinds) >= 15
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()
