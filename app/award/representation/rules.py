"""What must be true before somebody speaks for an organisation? Pure."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from app.platform.errors import Conflict, Invalid, NotFound, Refusal
from app.rules.identifiers import credit_code_problem
from app.rules.regulation.speaking import Speaking


class MandateKind(StrEnum):
    """管理员 leads those who speak for the organisation, 经办人 speaks at their invitation; for
    others a registered portal stands.
    """

    ADMINISTRATOR = "administrator"
    AGENT = "agent"
    PORTAL = "portal"


class Doubt(StrEnum):
    """Why a claim needs a person's eye before the papers are believed."""

    CREDIT_CODE_CHECK = "credit-code-check"
    DISPUTED = "disputed"


class MandateUnknown(NotFound):
    code = "mandate-not-found"
    zh = "没有这项授权，或您无权查看。"
    en = "There is no such mandate, or you may not see it."


class PaperUnknown(NotFound):
    code = "paper-not-found"
    zh = "这项授权没有这份材料。"
    en = "The mandate has no such paper."


class MandateMissing(Conflict):
    code = "mandate-missing"
    zh = "您代表该单位申报的授权尚未经评审办核实或已失效，暂不能提交。"
    en = "The office has not accepted that you speak for this organisation, or no longer does."


class AgentOnlyDrafts(Conflict):
    code = "agent-only-drafts"
    zh = "按管理办法，经办人只能填写，请由本单位管理员提交。"
    en = "Under the regulation agents only draft; the organisation's administrator submits."


class WordMissing(Conflict):
    code = "portal-word-missing"
    zh = "没有门户为您代表该单位作出认证，或者本奖项不认可其认证；请提交授权书和营业执照。"
    en = "No portal whose word this award takes stands for you; send letter and licence."


class WordEnded(Conflict):
    code = "portal-word-ended"
    zh = "评审办已不再认可门户对您的认证，须由评审办恢复，或者提交授权书和营业执照。"
    en = "The office has ended the portal's word for you: it may restore it, or send your papers."


class NoPortalsWord(Conflict):
    code = "no-portals-word"
    zh = "只有凭门户认证的授权可以恢复，其他授权须重新申请。"
    en = "Only a mandate by a portal's word is restored; others are claimed anew."


class MandateHeld(Conflict):
    code = "mandate-held"
    zh = "此人对该单位已有授权，或已有待处理的申请、邀请。"
    en = "The person has a mandate for this organisation, or one is waiting."


class MandateOver(Invalid):
    code = "mandate-over"
    zh = "授权期限已于 {until} 届满。"
    en = "The mandate ran until {until}."


class LoginUnknown(Invalid):
    code = "login-unknown"
    zh = "没有可以邀请的登录名“{login}”。"
    en = "There is no login “{login}” that can be invited."


class NoAgent(Invalid):
    code = "no-agent"
    zh = "只能交接给本单位已确认的经办人。"
    en = "A mandate is handed over to an agent of the organisation who has joined."


def over_obstacle(until: date | None, today: date) -> MandateOver | None:
    """Whether a mandate that runs until the end of that day has run out."""
    if until is None or until >= today:
        return None
    return MandateOver(pointer="/valid_until", until=until)


def word_obstacle(
    rule: Speaking,
    speaks_as: str | None,
    assurances: Iterable[str],
    *,
    ended: bool,
    known_elsewhere: bool,
) -> Refusal | None:
    """Why somebody may not submit for the organisation: `speaks_as` is the kind of their mandate,
    `assurances` the levels at which portals stand for them now, `ended` that the office takes no
    portal's word for them, `known_elsewhere` that another is the organisation of the credit code.
    """
    if speaks_as == MandateKind.AGENT and rule.agents == "draft":
        return AgentOnlyDrafts()
    if speaks_as in {MandateKind.ADMINISTRATOR, MandateKind.AGENT}:
        return None
    if not ended and any(rule.believes(each) for each in assurances):
        return None
    if rule.papers == "not_asked" and not known_elsewhere and not ended:
        return None
    return MandateMissing()


def doubts(credit_code: str, *, disputed: bool) -> list[Doubt]:
    """What about a claim a person must look at; a failing check character (GB 32100) is no refusal:
    codes were issued wrongly and live on.
    """
    found = [Doubt.CREDIT_CODE_CHECK] if credit_code_problem(credit_code) else []
    return [*found, Doubt.DISPUTED] if disputed else found
