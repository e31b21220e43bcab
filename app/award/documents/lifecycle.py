"""Which statuses has a document of the office (公文), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


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
])
# fmt: on
