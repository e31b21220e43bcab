"""What can be wrong with a form whose parts can all be read, in which words, and what mends it?"""

from typing import Final

from app.rules.regulation.problems import Problem, pointer

Path = tuple[str | int, ...]

SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    "duplicate_key": (
        "“{key}”用了不止一次。",
        "'{key}' is used more than once.",
        "换一个键；同一份申报表中各节、各栏、各校验的键不重复，同一事项只由一栏告知（feeds）。",
    ),
    "unknown_field": (
        "申报表没有“{key}”这一栏。",
        "The form has no field '{key}'.",
        "写已有的栏；三年表的一行写作 表.行。可以写：{choices}。",
    ),
    "unknown_column": (
        "表“{key}”没有“{column}”这一列。",
        "The list '{key}' has no column '{column}'.",
        "写一张 list 表已有的列。",
    ),
    "private_answer": (
        "“{key}”加密保存，这里不能以它为依据。",
        "'{key}' is sealed; nothing may rest on it here.",
        "条件、校验不引用 phone、mail、identity_number 的栏；这些栏也不写 feeds 和 prefill。",
    ),
    "kind_unfit": (
        "“{key}”这一栏的种类应为 {choices}。",
        "The field '{key}' is of one of these kinds: {choices}.",
        "改种类，或换一个键：这个键由服务统一保存。",
    ),
    "key_taken": (
        "“{key}”由管理办法的规则填写，申报表不能用这个键。",
        "'{key}' is asked by the rules of the award; a form has no such field.",
        "换一个键。",
    ),
    "not_a_figure": (
        "“{key}”不是数，不能参与计算或比较。",
        "'{key}' is no figure.",
        "引用 whole、decimal、money 的栏、列，或三年表的一行；一张 list 表算作它的行数。",
    ),
    "not_a_day": ("“{key}”不是日期。", "'{key}' is no day.", "引用 date 的栏。"),
    "range_reversed": (
        "下限 {low} 大于上限 {high}。",
        "The least, {low}, is above the most, {high}.",
        "改 at_least 或 at_most。",
    ),
    "unknown_list": (
        "没有代码表“{key}”的版本“{version}”。",
        "There is no version '{version}' of a list '{key}'.",
        "写 GET /codes 所列的代码表及其版本。可以写：{choices}。",
    ),
}
"""By code: in Chinese, in English, and what would mend it."""


def problem(code: str, path: Path, **figures: object) -> Problem:
    """The problem of that code at that path, its sentences filled with `figures`."""
    zh, en, mend = (sentence.format(**figures) for sentence in SENTENCES[code])
    return Problem(pointer(path), code, zh, en, mend)
