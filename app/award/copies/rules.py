"""What is true of a copy on paper, and which of the two counts? Pure."""

from datetime import date

from app.platform.errors import Conflict, Invalid, NotFound
from app.rules.regulation.stages import Intake, SealedCopy

DEFAULT = SealedCopy()
"""Ours, where a regulation says nothing of a sealed copy: the electronic one prevails."""
PLEDGE = (
    "本单位承诺：本申报表及所附材料内容真实、准确、完整，无弄虚作假，并对此承担全部责任；"
    "同意按照有关规定接受审查、评审和公示，自愿遵守评审纪律，不以任何方式干扰评审工作。"
)
"""Ours, where a regulation has no words of its own."""
SHA256 = "sha256:"


class CopyNotPrinted(NotFound):
    code = "copy-not-found"
    zh = "与当前内容一致的打印件尚未生成，请先提出生成。"
    en = "No copy of the present content has been printed; ask for one first."


class NoSealedScan(NotFound):
    code = "sealed-scan-not-found"
    zh = "尚未上传盖章件扫描件。"
    en = "No scan of the sealed copy has been handed in."


class NotSubmittedYet(Conflict):
    code = "not-submitted-yet"
    zh = "申报尚未提交，不登记纸质件。"
    en = "The application is not submitted; paper is registered afterwards."


class ReceivedInFuture(Invalid):
    code = "received-in-future"
    zh = "收到日期不能晚于今天。"
    en = "The day of receipt lies in the future."


def sealed_copy(intake: Intake) -> tuple[SealedCopy, bool]:
    """What the regulation says of sealed copies, and whether that is our assumption."""
    return (DEFAULT, True) if intake.sealed_copy is None else (intake.sealed_copy, False)


def pledge_of(rule: SealedCopy) -> str:
    """The words that are signed and sealed."""
    return rule.pledge or PLEDGE


def matches(printed: str, digest: str) -> bool:
    """Whether what stands on the paper (the digest, or its first sixteen characters and more) is
    what was submitted.
    """
    return digest.removeprefix(SHA256).startswith(printed.removeprefix(SHA256).lower())


def received_obstacle(received_on: date, today: date) -> ReceivedInFuture | None:
    late = received_on > today
    return ReceivedInFuture(pointer="/received_on") if late else None
