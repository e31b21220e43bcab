"""How does the text of a form set become one that can be asked?"""

from functools import cache
from typing import Any

from pydantic import ValidationError

from app.rules.forms.check import check
from app.rules.forms.model import FormSet
from app.rules.regulation.problems import Problem, RegulationErrors
from app.rules.regulation.read import shape_problems, tree_of


class FormSetError(ValueError):
    """A text is not a valid form set; `problems` are all that were found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.path or '/'}: {p.zh} ({p.code})" for p in problems))


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    schema = FormSet.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_form_set(text: str) -> FormSet:
    """The form set that a YAML text describes. Raises FormSetError with every problem: its shape is
    looked at first, then how the parts hang together.
    """
    try:
        tree = tree_of(text)
    except RegulationErrors as unreadable:
        raise FormSetError(unreadable.problems) from unreadable
    try:
        found = FormSet.model_validate(tree)
    except ValidationError as error:
        raise FormSetError(shape_problems(tree, error, json_schema())) from error
    if problems := check(found):
        raise FormSetError(problems)
    return found
