"""What does a regulation lay down, in sentences a clerk can read?"""

from dataclasses import dataclass

from app.rules.regulation.explain_award import said_of_award
from app.rules.regulation.explain_stages import said_of_stage
from app.rules.regulation.model import Regulation
from app.rules.regulation.values import Rule


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One sentence: the stage it speaks of (None: the whole award), its clause, or 假定; both where
    the clause gives a part of it.
    """

    stage: str | None
    text: str
    cite: str | None
    assumed: bool


def explain(regulation: Regulation) -> list[Paragraph]:
    """The whole regulation, first what holds for the award, then stage by stage.

    Every sentence ends with its clause, with 假定 and the reason, with 默认 where nothing was
    written, or with 未注条款.
    """
    said = [_paragraph(None, text, rule) for text, rule in said_of_award(regulation)]
    for stage in regulation.stages:
        said += [
            _paragraph(stage.key, text, rule, *fields)
            for text, rule, fields in said_of_stage(regulation, stage)
        ]
    return said


def _paragraph(stage: str | None, text: str, rule: Rule, *fields: str) -> Paragraph:
    written = rule.model_fields_set
    if not written or (fields and not written.intersection(fields)):
        return Paragraph(stage, f"{text}（默认：办法未写明）", None, assumed=False)
    if rule.assumes(*fields):
        if rule.cite and _cited_in_part(rule, *fields):
            given = f"{text}（{rule.cite}；其中假定：{rule.because}）"
            return Paragraph(stage, given, rule.cite, assumed=True)
        return Paragraph(stage, f"{text}（假定：{rule.because}）", None, assumed=True)
    return Paragraph(stage, f"{text}（{rule.cite or '未注条款'}）", rule.cite, assumed=False)


def _cited_in_part(rule: Rule, *fields: str) -> bool:
    """Whether only some of what the sentence tells is assumed."""
    told = rule.model_fields_set.intersection(fields) if fields else rule.model_fields_set
    return isinstance(rule.assumed, tuple) and not told <= set(rule.assumed)
