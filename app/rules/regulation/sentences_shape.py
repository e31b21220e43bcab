"""What can be wrong with the text and the shape of a regulation, in which words?"""

from typing import Final

SHAPE: Final[dict[str, tuple[str, str, str]]] = {
    # the text
    "yaml": (
        "第 {line} 行第 {column} 列无法读取：{reason}。",
        "Line {line}, column {column} cannot be read: {reason}.",
        "按 YAML 的写法改正该处；不用锚点、标签和重复的键。",
    ),
    # the shape
    "missing": ("缺少“{field}”。", "'{field}' is missing.", "补写“{field}”：{help}"),
    "unknown_field": (
        "这里不能写“{field}”。",
        "'{field}' is not known here.",
        "删去，或改写。{fields}",
    ),
    "unknown_kind": (
        "没有“{found}”这一种类。",
        "There is no kind '{found}'.",
        "改为其中之一：{choices}。",
    ),
    "kind_missing": ("没有写明种类（kind）。", "The kind is missing.", "补写 kind。"),
    "not_a_choice": (
        "“{found}”不在可选值之内。",
        "'{found}' is not one of the choices.",
        "改为其中之一：{choices}。{help}",
    ),
    "wrong_type": (
        "此处应为{wanted}。",
        "The structure here is not the one expected.",
        "改写为{wanted}。{help}",
    ),
    "malformed_text": (
        "写法不合要求。",
        "The text has not the form required here.",
        "键用小写字母开头，只含小写字母、数字和连字符；时刻写作 24:00 或 17:30。{help}",
    ),
    "empty": ("内容不能为空。", "This must not be empty.", "至少写一项。{help}"),
    "too_long": ("内容过长。", "This is too long.", "缩短。"),
    "malformed_whole": (
        "此处应为整数。",
        "A whole number is needed.",
        "写作 3 这样的整数；名额按申报数的比例写 at_most_share: 30% 和 among。",
    ),
    "not_positive": ("此处应大于零。", "A number above zero is needed.", "写 1 或更大的整数。"),
    "malformed_flag": (
        "此处应为 true 或 false。",
        "true or false is needed.",
        "写 true 或 false。",
    ),
    "malformed_share": (
        "此处应为大于 0、不超过 1 的份额。",
        "A share above 0 and at most 1 is needed.",
        "写作 90% 或 2/3。",
    ),
    "malformed_points": (
        "此处应为分数或倍数，至多四位小数。",
        "Points with at most four decimals are needed.",
        '写作 600 或 "562.5"；按满分的比例（得分率）写 at_least_of_full: 60%。',
    ),
    "malformed_figure": ("此处应为数。", "A number is needed.", "写作 2000000、-1.5 或 35%。"),
    "malformed_money": (
        "此处应为以元计的金额。",
        "An amount in yuan is needed.",
        '写作 "500000.00"。',
    ),
    "malformed_day": ("此处应为日期。", "A date is needed.", "写作 2023-01-19。"),
    "malformed_size": (
        "此处应为文件的大小。",
        "A size of a file is needed.",
        "写作 20MB 或 500KB。",
    ),
    "levels_of_refused_portal": (
        "不认可门户认证，就没有认可的等级。",
        "There are no levels of a portal's word that is refused.",
        "删去 levels，或写 portal: accepted。",
    ),
    "types_twice": ("同一类型写了两次。", "A type is named twice.", "每种类型只写一次。"),
    "exactly_one": (
        "应当且只能写其中一项：{ways}。",
        "Exactly one of these must be written: {ways}.",
        "只保留一项。{help}",
    ),
    "because_missing": (
        "标为假定，却没有说明理由。",
        "Assumed, but without a reason.",
        "补写 because，用一句话说明为什么这样假定。",
    ),
    "because_without_assumed": (
        "写了理由，却没有标为假定。",
        "A reason stands here, but nothing is marked as assumed.",
        "补写 assumed: true；若原文有据，改用 cite 注明条款。",
    ),
    "malformed_assumed": (
        "assumed 只能写 true，或者列出所假定的字段。",
        "assumed is either true or a list of the fields that are assumed.",
        "有原文依据的，删去 assumed，用 cite 注明条款。",
    ),
    "assumed_unwritten": (
        "标为假定的字段这里没有写：{fields}。",
        "Marked as assumed, but not written here: {fields}.",
        "补写该字段，或从 assumed 中删去。",
    ),
    "judges_or_panel_of": (
        "评审人数（judges）与沿用的评审组（panel_of）应当且只能写一项。",
        "Exactly one of judges and panel_of must be written.",
        "另组评审组的写 judges；沿用前一环节评审组的写 panel_of。",
    ),
}
