"""Everything that is said stands in one registry, in Chinese and English, with places known."""

import pkgutil
from importlib import import_module

import pytest

import app
from app.platform.notifications.templates import (
    PlaceMalformed,
    Template,
    TemplateTwice,
    Words,
    places_in,
    registry,
)
from app.wiring import TEMPLATES


def written() -> dict[str, Template]:
    """Every template that a module of the service holds, alone or in a collection."""
    found: dict[str, Template] = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(import_module(module.name)).values():
            held = value.values() if isinstance(value, dict) else value
            held = held if isinstance(held, (tuple, list)) or isinstance(value, dict) else [held]
            found |= {each.key: each for each in held if isinstance(each, Template)}
    return found


def test_registry_has_every_template() -> None:
    assert written() == dict(TEMPLATES)
    assert len(TEMPLATES) >= 10


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_template_says_the_same_in_both_languages(key: str) -> None:
    template = TEMPLATES[key]
    assert template.en is not None
    assert template.en.places == template.places
    assert "\n" not in template.title
    preview = template.words().filled(template.samples)
    assert "{" not in preview.title + preview.text


def test_one_key_stands_for_one_template() -> None:
    one, other = Template("told", "一", ""), Template("told", "二", "")
    with pytest.raises(TemplateTwice):
        registry([one, other])


@pytest.mark.parametrize(
    "text",
    ["{a.__class__}", "{a[0]}", "{a!r}", "{a:>99999999}", "{0}", "{}", "{", "a}", "{a.b}", "{ a }"],
)
def test_place_that_asks_for_more_than_a_value_is_refused(text: str) -> None:
    with pytest.raises(PlaceMalformed):
        places_in(text)


def test_braces_that_are_doubled_are_braces() -> None:
    assert places_in("{{a}} {b}") == {"b"}
    assert Words("t", "{{a}} {b}").filled({"b": 1}).text == "{a} 1"
