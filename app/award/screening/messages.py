"""In which words are applicants and the office told of cures?"""

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

MESSAGES = (CALLED, SUPPLIED)
