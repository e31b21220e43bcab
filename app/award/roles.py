"""Who takes part, and in which kind of scope is each role held? (domain, section 4)"""

from enum import StrEnum

from app.platform.accounts.service.joining import APPLICANT, SECURITY_ADMINISTRATOR
from app.platform.security.permission import SERVICE


class Role(StrEnum):
    APPLICANT = APPLICANT  # 申报单位
    ENDORSER = "endorser"  # 推荐单位
    CLERK = "clerk"  # 评审办工作人员
    HEAD = "head"  # 评审办负责人
    CONTRACTED_SECRETARIAT = "contracted-secretariat"  # 委托机构
    JUDGE = "judge"  # 评审员
    COMMITTEE_MEMBER = "committee-member"  # 评委会委员
    APPROVER = "approver"  # 政府
    FINANCE = "finance"  # 财务
    SUPERVISOR = "supervisor"  # 监督
    SYSTEM_ADMINISTRATOR = "system-administrator"  # 系统管理员
    SECURITY_ADMINISTRATOR = SECURITY_ADMINISTRATOR  # 安全管理员
    AUDIT_ADMINISTRATOR = "audit-administrator"  # 审计管理员


ORGANISATION = "organisation"
AUTHORITY = "authority"
PROGRAMME = "programme"
CYCLE = "cycle"

# fmt: off
SCOPE: dict[str, str] = {
    Role.APPLICANT:              ORGANISATION,
    Role.ENDORSER:               AUTHORITY,
    Role.CLERK:                  PROGRAMME,
    Role.HEAD:                   PROGRAMME,
    Role.CONTRACTED_SECRETARIAT: CYCLE,
    Role.JUDGE:                  PROGRAMME,  # the pool of experts; rights only by assignment
    Role.COMMITTEE_MEMBER:       CYCLE,
    Role.APPROVER:               PROGRAMME,
    Role.FINANCE:                PROGRAMME,
    Role.SUPERVISOR:             PROGRAMME,
    Role.SYSTEM_ADMINISTRATOR:   SERVICE,
    Role.SECURITY_ADMINISTRATOR: SERVICE,
    Role.AUDIT_ADMINISTRATOR:    SERVICE,
}
# fmt: on
