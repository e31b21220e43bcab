"""Which statuses have a notice (公示) and an objection (异议), and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


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
], Names(
    statuses={"draft": "草稿", "posted": "已公示"},
    moves={"post": "公示"},
))

OBJECTION = Lifecycle([
    # move    from                        to                     permission
    ("rule", {ObjectionStatus.RECEIVED}, ObjectionStatus.RULED, "objection:rule"),
], Names(
    statuses={"received": "已收到", "ruled": "已处理"},
    moves={"rule": "处理"},
))
# fmt: on
