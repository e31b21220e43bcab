"""Which statuses has a document of the office (公文), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class DocumentStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    SIGNED = "signed"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


IN_FORCE = (DocumentStatus.SIGNED, DocumentStatus.SENT)
OVER = (DocumentStatus.WITHDRAWN, DocumentStatus.REPLACED)

# fmt: off
DOCUMENT = Lifecycle([
    # move       from                        to                        permission
    ("check",    {DocumentStatus.DRAFT},     DocumentStatus.CHECKED,   "document:check"),
    ("return",   {DocumentStatus.CHECKED},   DocumentStatus.DRAFT,     "document:return"),
    ("sign",     {DocumentStatus.CHECKED},   DocumentStatus.SIGNED,    "document:sign"),
    ("send",     {DocumentStatus.SIGNED},    DocumentStatus.SENT,      "document:send"),
    ("withdraw", {DocumentStatus.DRAFT, DocumentStatus.CHECKED,
                  *IN_FORCE},                DocumentStatus.WITHDRAWN, "document:withdraw"),
    ("replace",  {*IN_FORCE},                DocumentStatus.REPLACED,  "document:sign"),
], Names(
    statuses={"draft": "草稿", "checked": "已核稿", "signed": "已签发", "sent": "已送达",
              "withdrawn": "已撤回", "replaced": "已被取代"},
    moves={"check": "核稿", "return": "退回", "sign": "签发", "send": "送达",
           "withdraw": "撤回", "replace": "取代"},
))
# fmt: on
