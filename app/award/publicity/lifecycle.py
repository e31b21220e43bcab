"""Which statuses have a notice (公示) and an objection (异议), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


class NoticeStatus(StrEnum):
    DRAFT = "draft"
    POSTED = "posted"


class ObjectionStatus(StrEnum):
    RECEIVED = "received"
    RULED = "ruled"


# fmt: off
NOTICE = Lifecycle([
    # move    from                  to                   permission
    ("post", {NoticeStatus.DRAFT}, NoticeStatus.POSTED, "notice:post"),
])

OBJECTION = Lifecycle([
    # move    from                        to                     permission
    ("rule", {ObjectionStatus.RECEIVED}, ObjectionStatus.RULED, "objection:rule"),
])
# fmt: on
