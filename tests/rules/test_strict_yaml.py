import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.strict_yaml import MAX_BYTES, MAX_DEPTH, StrictYamlError, YamlFault, load


def test_scalars_that_look_typed_stay_text() -> None:
    text = "a: no\nb: 1.50\nc: 2023-01-19\nd:\ne: [0x10, ~, true]\n<<: merged\n4.1: 领导\n"
    assert load(text) == {
        "a": "no",
        "b": "1.50",
        "c": "2023-01-19",
        "d": "",
        "e": ["0x10", "~", "true"],
        "<<": "merged",
        "4.1": "领导",
    }


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2", YamlFault.DUPLICATE_KEY, 4, 3),
        ("a: &x 1", YamlFault.ALIAS, 1, 4),
        ("*x: 1", YamlFault.ALIAS, 1, 1),
        ("a: *x", YamlFault.ALIAS, 1, 4),
        ("a: !!python/object:os.system 1", YamlFault.TAG, 1, 4),
        ("a: !!str 1", YamlFault.TAG, 1, 4),
        ("a: !<!> 1", YamlFault.TAG, 1, 4),
        ("- a", YamlFault.NOT_A_MAPPING, 1, 1),
        ("", YamlFault.NOT_A_MAPPING, 1, 1),
        ("a: 1\n---\nb: 1", YamlFault.MANY_DOCUMENTS, 2, 1),
        ("[a]: 1", YamlFault.KEY_NOT_TEXT, 1, 1),
        ("a: [", YamlFault.SYNTAX, 1, 5),
        ("a: b: c", YamlFault.SYNTAX, 1, 5),
        ("a: 1\nb: \x00", YamlFault.SYNTAX, 2, 4),
        ("a: \ud800", YamlFault.SYNTAX, 1, 4),
        ("%YAML 9.9\n---\na: 1", YamlFault.SYNTAX, 1, 1),
    ],
)
def test_refusals_name_code_line_and_column(
    text: str, code: YamlFault, line: int, column: int
) -> None:
    with pytest.raises(StrictYamlError) as refused:
        load(text)
    assert (refused.value.code, refused.value.line, refused.value.column) == (code, line, column)


def test_depth_is_refused_one_level_beyond_the_limit() -> None:
    levels = MAX_DEPTH - 1  # the mapping at the top is the first level
    assert load("a: " + "[" * levels + "]" * levels)
    with pytest.raises(StrictYamlError, match=YamlFault.TOO_DEEP):
        load("a: " + "[" * (levels + 1) + "]" * (levels + 1))
    with pytest.raises(StrictYamlError, match=YamlFault.TOO_DEEP):
        load("a: " + "{b: " * 100_000)


def test_size_is_counted_in_bytes_not_in_characters() -> None:
    head = "a: "
    assert load(head + "x" * (MAX_BYTES - len(head)))
    with pytest.raises(StrictYamlError, match=YamlFault.TOO_LARGE):
        load(head + "质" * (MAX_BYTES // 3))


@given(st.text())
def test_any_text_is_read_or_refused_with_a_code(text: str) -> None:
    try:
        outcome: object = load(text)
    except StrictYamlError as refused:
        outcome = (refused.code, refused.line >= 1, refused.column >= 1)
    assert isinstance(outcome, dict) or outcome in [(code, True, True) for code in YamlFault]
