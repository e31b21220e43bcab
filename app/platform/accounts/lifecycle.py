"""Which statuses has an account, and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle


class AccountStatus(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


# fmt: off
ACCOUNT = Lifecycle([
    # move         from                      to                      permission
    ("activate",  {AccountStatus.INVITED},  AccountStatus.ACTIVE,   "account:activate"),
    ("disable",   {AccountStatus.INVITED,
                   AccountStatus.ACTIVE},   AccountStatus.DISABLED, "account:disable"),
    ("enable",    {AccountStatus.DISABLED}, AccountStatus.ACTIVE,   "account:enable"),
    # for whoever was disabled before they had chosen a password
    ("reinvite",  {AccountStatus.DISABLED}, AccountStatus.INVITED,  "account:enable"),
])
# fmt: on
