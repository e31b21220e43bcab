"""Which statuses has a mandate (授权), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class MandateStatus(StrEnum):
    CLAIMED = "claimed"
    INVITED = "invited"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


# fmt: off
MANDATE = Lifecycle([
    # move        from                      to                       permission
    ("accept",    {MandateStatus.CLAIMED},  MandateStatus.ACCEPTED,  "mandate:decide"),
    ("refuse",    {MandateStatus.CLAIMED},  MandateStatus.REFUSED,   "mandate:decide"),
    ("withdraw",  {MandateStatus.CLAIMED},  MandateStatus.WITHDRAWN, "mandate:hold"),
    # nobody is made an agent against their will: it would bind them as a conflict of interest
    ("join",      {MandateStatus.INVITED},  MandateStatus.ACCEPTED,  "mandate:hold"),
    ("decline",   {MandateStatus.INVITED},  MandateStatus.DECLINED,  "mandate:hold"),
    ("end",       {MandateStatus.INVITED,
                   MandateStatus.ACCEPTED}, MandateStatus.ENDED,     "mandate:end"),
    # a portal's word that the office has ended comes back by the office alone
    ("restore",   {MandateStatus.ENDED},    MandateStatus.ACCEPTED,  "mandate:decide"),
    ("invite",    {MandateStatus.ACCEPTED}, None,                    "mandate:lead"),
    ("hand-over", {MandateStatus.ACCEPTED}, None,                    "mandate:lead"),
], Names(
    statuses={"claimed": "待核验", "invited": "已邀请", "accepted": "已核验",
              "refused": "未通过", "declined": "已谢绝", "withdrawn": "已撤回",
              "ended": "已结束"},
    moves={"accept": "核验通过", "refuse": "不予通过", "withdraw": "撤回", "join": "接受邀请",
           "decline": "谢绝邀请", "end": "结束授权", "restore": "恢复", "invite": "邀请经办人",
           "hand-over": "移交"},
))
# fmt: on
