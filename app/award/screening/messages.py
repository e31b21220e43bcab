"""In which words are people told of cures, and of what departments are asked and answer?"""

from app.platform.notifications.templates import Template, Urgency, Words

CALLED = Template(
    "cure-called",
    "{programme}（{cycle}）补正通知：{document}",
    "贵单位的申报材料有 {count} 处需要补正，请于{day}前一次补齐；逾期未补正的，按现有材料审查。",
    Words(
        "{programme} ({cycle}): call to cure {document}",
        "{count} places of your application need mending, all at once, by {day}. Without it the "
        "application is examined as it is.",
    ),
    sample={"day": "2026-03-09", "count": "2"},
    urgency=Urgency.URGENT,
)
SUPPLIED = Template(
    "cure-supplied",
    "{organisation}已按{document}补正",
    "补正材料已收到，请继续审查。",
    Words("{organisation} has answered {document}", "The supplement is here; go on examining it."),
    sample={"organisation": "无锡某精密机械有限公司"},
)
ASKED = Template(
    "department-consulted",
    "{programme}（{cycle}）征求意见：{document}",
    "请就所列参评单位提出“{department}”的意见，于{day}前回复；答复后不能更改，可附复函的扫描件。",
    Words(
        "{programme} ({cycle}): opinion asked in {document}",
        "Please give the opinion of “{department}” on the entries named there by {day}. An answer "
        "is final; the scan of your letter can go with it.",
    ),
    sample={"day": "2026-03-16", "department": "市税务局"},
    urgency=Urgency.URGENT,
)
ASKED_WITHOUT_TIME = Template(
    "department-consulted-without-time",
    "{programme}（{cycle}）征求意见：{document}",
    "请就所列参评单位提出“{department}”的意见；管理办法没有规定回复期限。"
    "答复后不能更改，可附复函的扫描件。",
    Words(
        "{programme} ({cycle}): opinion asked in {document}",
        "Please give the opinion of “{department}” on the entries named there; the regulation sets "
        "no time. An answer is final; the scan of your letter can go with it.",
    ),
    sample={"department": "市税务局"},
)
REPLIED = Template(
    "department-replied",
    "{department}已复函：{document}",
    "共答复 {count} 项，请继续审查。",
    Words("{department} has answered: {document}", "{count} answers; go on examining."),
    sample={"department": "市税务局", "document": "锡税函〔2026〕3号"},
)

MESSAGES = (CALLED, SUPPLIED, ASKED, ASKED_WITHOUT_TIME, REPLIED)
