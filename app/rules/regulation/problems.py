"""What can be wrong with a regulation, in which words, and what would mend it?"""

from dataclasses import dataclass
from typing import Final

from app.rules.strict_yaml import StrictYamlError, places


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where (JSON pointer into the file), a stable code, sentences, the remedy."""

    path: str
    code: str
    zh: str
    en: str
    mend: str


def place_of(text: str, path: str) -> tuple[int, int]:
    """Line and column (from 1) in the file of what a pointer names, or of the nearest rule above
    it that is written; (1, 1) where the text cannot be read.
    """
    try:
        known = {pointer(steps): place for steps, place in places(text).items()}
    except StrictYamlError as error:
        return error.line, error.column
    while path and path not in known:
        path = path.rpartition("/")[0]
    return known.get(path, (1, 1))


class RegulationErrors(ValueError):
    """The text is not a regulation that could be run: every problem found, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{each.path or '/'}: {each.code}" for each in problems))


def problem(code: str, path: tuple[str | int, ...], **figures: object) -> Problem:
    """The problem of that code at that path, its sentences filled with `figures`."""
    zh, en, mend = (sentence.format(**figures) for sentence in SENTENCES[code])
    return Problem(pointer(path), code, zh, en, mend)


def pointer(path: tuple[str | int, ...]) -> str:
    """RFC 6901: ("stages", 0) → /stages/0."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    # the text
    "yaml": (
        "第 {line} 行第 {column} 列无法读取：{reason}。",
        "Line {line}, column {column} cannot be read: {reason}.",
        "按 YAML 的写法改正该处；不用锚点、标签和重复的键。",
    ),
    # the shape
    "missing": ("缺少“{field}”。", "'{field}' is missing.", "补写“{field}”。"),
    "unknown_field": (
        "这里不能写“{field}”。",
        "'{field}' is not known here.",
        "删去，或改为模式（schema）中列出的名称。",
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
        "改为其中之一：{choices}。",
    ),
    "wrong_type": (
        "此处应为{wanted}。",
        "The structure here is not the one expected.",
        "按模式（schema）改写为{wanted}。",
    ),
    "malformed_text": (
        "写法不合要求。",
        "The text has not the form required here.",
        "键用小写字母开头，只含小写字母、数字和连字符；时刻写作 24:00 或 17:30。",
    ),
    "empty": ("内容不能为空。", "This must not be empty.", "至少写一项。"),
    "too_long": ("内容过长。", "This is too long.", "缩短。"),
    "malformed_whole": ("此处应为整数。", "A whole number is needed.", "写作 3 这样的整数。"),
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
        "写作 600 或 562.5。",
    ),
    "malformed_figure": ("此处应为数。", "A number is needed.", "写作 2000000、-1.5 或 35%。"),
    "malformed_money": (
        "此处应为以元计的金额。",
        "An amount in yuan is needed.",
        '写作 "500000.00"。',
    ),
    "malformed_day": ("此处应为日期。", "A date is needed.", "写作 2023-01-19。"),
    "exactly_one": (
        "应当且只能写其中一项：{ways}。",
        "Exactly one of these must be written: {ways}.",
        "只保留一项。",
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
    # how the parts hang together
    "duplicate_key": (
        "“{key}”已经用过。",
        "'{key}' is used twice.",
        "改用另一个键。",
    ),
    "unknown_stage": ("没有环节“{key}”。", "There is no stage '{key}'.", "改为已有环节的键。"),
    "unknown_track": ("没有类别“{key}”。", "There is no track '{key}'.", "改为已有类别的键。"),
    "unknown_tier": ("没有等次“{key}”。", "There is no tier '{key}'.", "改为已有等次的键。"),
    "unknown_ground": (
        "申报条件中没有“{key}”。",
        "There is no ground '{key}' in eligibility.",
        "改为已有条件的键。",
    ),
    "unknown_criteria": (
        "目录中没有评价准则“{key}”。",
        "The catalogue has no criteria set '{key}'.",
        "改为其中之一：{choices}。",
    ),
    "unknown_form": (
        "目录中没有申报表“{key}”。",
        "The catalogue has no form '{key}'.",
        "改为其中之一：{choices}；不写则用本服务为该类对象所拟的申报表。",
    ),
    "assessed_without_criteria": (
        "类别“{key}”没有评价准则，不能按评分项自评。",
        "The track '{key}' has no criteria to assess itself by.",
        "为该类别写明 criteria，或用 track 把 self_assessment 限于其他类别。",
    ),
    "unknown_category": (
        "评价准则没有类目“{key}”。",
        "The criteria have no category '{key}'.",
        "改为其中之一：{choices}。",
    ),
    "unlike_scores": (
        "各类别的评价准则满分不同（{totals}），不能放在一起按分数或名次取舍。",
        "The tracks are scored out of different totals ({totals}) and cannot be cut together.",
        "用 tracks 为满分不同的类别分设环节，或改为 everybody，到综合评价再取舍。",
    ),
    "division_alone": (
        "按类目分工时每一类目由主评和复评两人评，本环节却至多 {judges} 名评审员。",
        "Divided work needs a lead and a backup for each category, not at most {judges} judge.",
        "提高 judges 的 at_most，或删去 division。",
    ),
    "division_unfit": (
        "沿用的评审组是按环节“{key}”的类目分工的，与本环节的评价准则不符。",
        "The panel divides its work by the categories of '{key}', which this stage does not score.",
        "改为 division: everybody，或采用同一套评价准则。",
    ),
    "vote_not_offered": (
        "“{found}”这种表决方式尚不能办理。",
        "A vote with '{found}' cannot be held by this service.",
        "改为会上投票、由工作人员录入（mode: recorded）。",
    ),
    "unknown_group": (
        "没有分组“{key}”。",
        "There is no group '{key}'.",
        "在 groups 中写明，或改为已有分组的键；奖金的 except 还可以写 budget_funded。",
    ),
    "later_group": (
        "分组的条件引用了自身或写在后面的分组“{key}”。",
        "The group rests on itself or on '{key}', which is written later.",
        "只引用写在前面的分组。",
    ),
    "tier_unfit": (
        "只有申报条件的最外一层才能限于某些等次。",
        "Only a whole requirement or disqualifier can be narrowed to tiers.",
        "删去 tier；需要分别规定时，按等次写成几个条件。",
    ),
    "unknown_grade": (
        "“{found}”不在所列等级之中。",
        "'{found}' is not one of the grades listed.",
        "改为 grades 中的一个。",
    ),
    "honour_unnamed": (
        "没有写明持有何种奖项。",
        "It is not said which award must be held.",
        "写 tiers（本奖的等次）或 honours（其他奖项的名称）。",
    ),
    "members_unfit": (
        "只有联合申报的类别才有人数上限。",
        "Only a track of joint entries has a number of members.",
        "删去 members，或写作 awardee: joint。",
    ),
    "never_odd": (
        "恰为 {seats} 席，不会是单数。",
        "Exactly {seats} seats are never an odd number.",
        "改正席数，或删去 odd。",
    ),
    "no_body": (
        "类别“{track}”没有可以推荐的单位。",
        "No body may recommend entries of track '{track}'.",
        "补写推荐单位，或用 tracks 除去该类别。",
    ),
    "no_criteria": (
        "类别“{track}”没有评价准则，本环节也没有评分细则。",
        "Track '{track}' has no criteria and this stage no rubric.",
        "在类别中写 criteria，或在本环节写 rubric。",
    ),
    "not_of_track": (
        "环节“{key}”不接收类别“{tracks}”，本环节却要用它的结果。",
        "Stage '{key}' does not take the tracks {tracks}, but this stage needs its result.",
        "让该环节接收这些类别，或为它们另设一个环节。",
    ),
    "tie_without_rule": (
        "按名次取舍，却没有写明并列时怎么办。",
        "Entries may stand level at the cut, and no rule says what then.",
        "写 level: decision（另作书面决定）、all_in 或 none_in；综合评价也可以写 ties。",
    ),
    "meeting_unfit": (
        "“{key}”不由评定委员会评分，不能与表决同一次会议进行。",
        "The committee does not score in '{key}', so it is not held in its meeting.",
        "在该环节的 judges 中写 seated: committee，或删去 meeting_of。",
    ),
    "consolation_unused": (
        "本环节无人被淘汰，安慰等次不起作用。",
        "Nobody is eliminated here, so the consolation has no effect.",
        "写明 advance，或删去 consolation。",
    ),
    "consolation_closed": (
        "本环节的类别都不能授予等次“{tier}”。",
        "No track of this stage may have the tier '{tier}'.",
        "改为这些类别的等次。",
    ),
    "quotas_unmeetable": (
        "其范围内的各项下限合计 {total} 个，多于上限 {places} 个。",
        "The minimums within this cap sum to {total}, but it allows only {places}.",
        "降低下限，或提高上限。",
    ),
    "yaml_scalar": (
        "第 {line} 行第 {column} 列的 {found} 会被一般的 YAML 程序读成{kind}。",
        "Other YAML readers take {found} in line {line}, column {column} for a {kind}.",
        '加上引号，写作 "{found}"。',
    ),
    "later_stage": (
        "所引用的环节“{key}”不在本环节之前。",
        "Stage '{key}' does not come before this one.",
        "引用在先的环节，或者调整环节的先后（after）。",
    ),
    "circle": ("环节首尾相接：{chain}。", "Stages form a circle: {chain}.", "断开其中一处 after。"),
    "no_intake": ("没有申报环节。", "There is no intake.", "补写 kind: intake 的环节。"),
    "no_grant": ("没有授奖环节。", "There is no grant.", "补写 kind: grant 的环节。"),
    "unreachable": (
        "类别“{track}”的申报到不了本环节。",
        "No entry of track '{track}' can reach this stage.",
        "用 after 写明从哪一环节进入，或用 tracks 除去该类别。",
    ),
    "dead_end": (
        "类别“{track}”的参评从本环节到不了授奖。",
        "From here no entry of track '{track}' can reach a grant.",
        "在后续环节的 after 中写上本环节。",
    ),
    "not_a_panel": (
        "环节“{key}”不是评审（panel）。",
        "Stage '{key}' is not a panel.",
        "改为评审环节的键。",
    ),
    "without_score": (
        "环节“{key}”不产生分数。",
        "Stage '{key}' leaves no score.",
        "改为评审或综合评价环节的键。",
    ),
    "component_twice": (
        "环节“{key}”在综合评价中出现两次。",
        "Stage '{key}' is a component twice.",
        "合并为一项。",
    ),
    "shares_not_whole": (
        "各部分份额之和为 {total}，不是 100%。",
        "The shares sum to {total}, not 100%.",
        "调整份额，使其和为 100%。",
    ),
    "proposes_nowhere": (
        "类别“{track}”没有提出等次建议的环节。",
        "No stage proposes tiers for track '{track}'.",
        "在一个综合评价或表决环节写 proposes: tiers。",
    ),
    "proposes_twice": (
        "类别“{track}”有两个提出等次建议的环节。",
        "Two stages propose tiers for track '{track}'.",
        "只在一个环节写 proposes: tiers。",
    ),
    "floors_unused": (
        "本环节不提出等次建议，等次最低分不起作用。",
        "This stage proposes no tiers, so its floors have no effect.",
        "补写 proposes: tiers，或删去 floors。",
    ),
    "floor_above_scale": (
        "最低分 {floor} 高于满分 {scale}。",
        "The floor {floor} is above the scale {scale}.",
        "降低最低分，或改正 scale。",
    ),
    "advance_unfit": (
        "本环节不能按“{way}”晋级。",
        "Entries cannot advance from this stage by '{way}'.",
        "改为其中之一：{choices}。",
    ),
    "no_cap": (
        "类别“{track}”的等次“{tier}”没有名额上限，无从按名额倍数取舍。",
        "Tier '{tier}' of track '{track}' has no cap, so a multiple of the places means nothing.",
        "在 quotas 中补写 at_most，或改用 places。",
    ),
    "quota_above_cap": (
        "至少 {floor} 个，多于其范围内至多可授的 {places} 个。",
        "At least {floor}, but at most {places} can be granted there.",
        "降低 at_least，或提高上限。",
    ),
    "too_few_judges": (
        "去极值平均需要至少 {needed} 名评审员，本环节至少只有 {judges} 名。",
        "The trimmed mean needs {needed} judges; this stage may have only {judges}.",
        "提高 judges.at_least，或改用其他方法。",
    ),
    "trim_leaves_none": (
        "去掉 {dropped} 个分数后，{judges} 名评审员中无人留下。",
        "Dropping {dropped} scores leaves none of {judges} judges.",
        "减少去掉的分数，或提高 at_least。",
    ),
    "range_reversed": (
        "下限 {low} 高于上限 {high}。",
        "The minimum {low} is above the maximum {high}.",
        "改正两个数。",
    ),
    "threshold_beyond": (
        "“多于全部”永远达不到。",
        "More than all of them can never be reached.",
        "改为 at_least: 100%，或降低份额。",
    ),
    "quorum_base": (
        "法定人数应以全体委员为基数。",
        "A quorum is counted of the members.",
        "写作 of: members。",
    ),
    "bar_start_unfit": (
        "“{start}”不是该情形的起算日。",
        "'{start}' is not a day from which this bar can be counted.",
        "改为其中之一：{choices}。",
    ),
    "unit_unfit": (
        "此处不能以“{unit}”计。",
        "The unit '{unit}' cannot be used here.",
        "改为其中之一：{choices}。",
    ),
}
