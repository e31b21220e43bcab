"""What can be wrong with how the parts hang together: in Chinese, in English, the remedy."""

from typing import Final

WHOLE: Final[dict[str, tuple[str, str, str]]] = {
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
        "按类别分组排名（first_of_each）、按满分的比例取舍（at_least_of_full）或分设环节（tracks）。",
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
        "办法本身没有写错，但本系统目前不提供“{found}”：委员不能在系统里投票。",
        "The regulation is right, but a vote with '{found}' is not offered by this service yet.",
        "改为会上纸质投票、一人录入、另一人复核（mode: recorded）；或等提供后再启用。",
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
    "floor_of_full_unfit": (
        "表决没有自己的满分，等次最低分不能写成满分的比例。",
        "A vote has no full marks of its own, so a floor cannot be a share of them.",
        "改为 at_least，写最后一个评分环节的分数。",
    ),
    "lot_missing": (
        "类别“{track}”中不属于所列分组的申报不在任何一组里排名。",
        "Entries of track '{track}' that belong to none of the groups are ranked in no lot.",
        "在最后补写不限分组的一组，例如 {{places: 3}}。",
    ),
    "lot_unfit": (
        "名额不按分组分别计算，分组排名不能写成名额的倍数。",
        "Places are not counted by group, so a lot of a group cannot be a multiple of them.",
        "改为 places，或按 track 分组。",
    ),
    "among_unfit": (
        "at_most_share 与 among 应当一起写。",
        "at_most_share and among are written together.",
        "写作 at_most_share: 30% 和 among: 某一环节的键，即该环节参评数的30%。",
    ),
    "among_late": (
        "“{giving}”确定等次时，环节“{key}”还没有进行，无从计算名额。",
        "When '{giving}' gives tiers, stage '{key}' has not begun, so the share has no number.",
        "改为在它之前的环节。",
    ),
    "among_ungrouped": (
        "分组由资格审查查明，环节“{key}”时还不知道申报属于哪个分组。",
        "Groups are found by a screening; at stage '{key}' they are not known yet.",
        "改为资格审查之后的环节，或删去 group。",
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
    "document_twice": (
        "材料“{name}”写了两次，对文件的限制无从取舍。",
        "The document '{name}' is written twice; which limits hold is not said.",
        "只写一次，或把限制写在一处。",
    ),
    "size_beyond": (
        "本服务接收的单个文件不超过 {most}，此处写的是 {found}。",
        "The service takes files of {most} at most; here stands {found}.",
        "写 {most} 或更小；不写 largest 即以 {most} 为限。",
    ),
    "unit_unfit": (
        "此处不能以“{unit}”计。",
        "The unit '{unit}' cannot be used here.",
        "改为其中之一：{choices}。",
    ),
}
