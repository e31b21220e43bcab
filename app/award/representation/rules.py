"""What must be true before somebody speaks for an organisation? Pure."""

from datetime import date
from enum import StrEnum

from app.platform.errors import Conflict, Invalid, NotFound
from app.rules.identifiers import credit_code_problem


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


def doubts(credit_code: str, *, disputed: bool) -> list[Doubt]:
    """What about a claim a person must look at; a failing check character (GB 32100) is no refusal:
    codes were issued wrongly and live on.
    """
    found = [Doubt.CREDIT_CODE_CHECK] if credit_code_problem(credit_code) else []
    return [*found, Doubt.DISPUTED] if disputed else found
