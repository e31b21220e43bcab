"""Which statuses has an account, and how do they change?"""

from enum import StrEnum

from app.platform.workflow.lifecycle import Lifecycle, Names


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
], Names(
    statuses={"invited": "待激活", "active": "使用中", "disabled": "已停用"},
    moves={"activate": "激活", "disable": "停用", "enable": "启用", "reinvite": "重新邀请"},
))
# fmt: on
