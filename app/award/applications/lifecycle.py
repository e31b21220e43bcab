"""Which statuses has an application (申报), and how do they change?

Where it stands in the award is told by its entries alone.
"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


class ApplicationStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


# fmt: off
APPLICATION = Lifecycle([
    # move        from                           to                           permission
    ("submit",   {ApplicationStatus.DRAFT},     ApplicationStatus.SUBMITTED, "application:submit"),
    ("withdraw", {ApplicationStatus.DRAFT,
                  ApplicationStatus.SUBMITTED}, ApplicationStatus.WITHDRAWN, "application:withdraw"),
], Names(
    statuses={"draft": "草稿", "submitted": "已提交", "withdrawn": "已撤回"},
    moves={"submit": "提交", "withdraw": "撤回"},
))
# fmt: on
