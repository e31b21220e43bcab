"""What does a screening ask where the sealed paper is not what was submitted? Pure."""

from collections.abc import Iterator

from app.award.applications.naming import intake_of
from app.award.screening.rules import Finding
from app.rules.facts import Answer, Met
from app.rules.regulation.model import Regulation
from app.rules.regulation.stages import SealedCopy

PAPER = "paper-copy"
"""Asked while the paper that counts differs from the electronic application."""
NAME = "纸质件与电子件的差异已经核对，不影响审查"
COUNTS = {
    "electronic": "以电子件为准：审查和评审以所提交的内容为依据，纸质件的不同之处不采用",
    "paper": "以纸质件为准：系统中和评委所见的是电子件，请逐处核对，须更改的以补正或者备注写明",
}


def differing(regulation: Regulation, track: str, printed: str | None) -> Iterator[Finding]:
    """A person decides what a difference means: paper whose digest, as `printed` on it, is not that
    of the content that was submitted; which of the two counts is the regulation's word, or our
    default.
    """
    if printed is None:
        return
    rule = intake_of(regulation, track).sealed_copy
    whose = "管理办法未作规定，本系统默认" if rule is None else "按管理办法"
    counts = COUNTS[(rule or SealedCopy()).prevails]
    told = f"登记的纸质件（校验码{printed}）与所提交的内容不一致。{whose}{counts}。"
    clause = rule.cite if rule else None
    yield Finding(NAME, Answer(PAPER, Met.NEEDS_A_PERSON, told, (printed,)), clause)
