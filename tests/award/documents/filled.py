"""Documents of every kind as long as they come, with characters that few fonts have."""

from app.award.documents.defaults import default_template
from app.award.documents.kinds import FORMS, About, DocumentKind
from app.platform.documents.word import Filling, fill

RARE = "䶮𠮷㵟𬭎"
FIRM = f"无锡市滨湖区胡埭镇{RARE}精密机械制造与检测技术服务（集团）有限责任公司"
AWARDEE = "高端数控机床装配班组"
CALL = "\n".join(
    [
        "各镇（街道）、园区，各有关单位：",
        "根据《滨湖区区长质量奖评定管理办法》，现将有关事项通知如下：",
        *(
            f"{number}、{'凡在本区登记注册、正常运行三年以上的各类组织均可申报。' * 6}"
            for number in range(9)
        ),
    ]
)
LETTER = "联系人：评审办公室，电话0510-81178000。"
WRONG = "“三年主要经济指标”中2024年度的主营业务收入与审计报告不一致，差额1234.56万元。"
ROWS = 30


def filled(kind: DocumentKind) -> bytes:
    """A document of our template; every second line of its lists is long."""
    form = FORMS[kind]
    texts = form.sample | {"标题": f"滨湖区第五届区长质量奖{form.name}"}
    texts["正文"] = CALL if form.about is About.CYCLE else LETTER
    if form.about is About.ENTRY:
        texts |= {"申报单位": FIRM, "获奖对象": AWARDEE}
    longer = {"申报单位": FIRM, "获奖对象": AWARDEE, "存在问题": WRONG}
    lists = {
        name: [
            {
                **sample,
                **(
                    {column: longer[column] for column in sample if column in longer and number % 2}
                ),
                "序号": str(number + 1),
            }
            for number in range(ROWS)
        ]
        for name, sample in form.lists.items()
    }
    return fill(default_template(kind), Filling(texts, lists))
