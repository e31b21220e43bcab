"""By what does somebody prove that they speak for an applicant, and what may an agent do?"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.rules.regulation.values import Key, Rule, fault, one_or_many

Levels = Annotated[tuple[Key, ...], one_or_many(Key), Field(min_length=1)]


class Speaking(Rule):
    """Who may submit for an applicant. `papers`: letter and licence are accepted by the office
    before the submission, or are not asked for. `portal`: whether a registered portal's word stands
    for them, at these assurance `levels` (left out: at those that the portal proves). `agents`
    (经办人) submit as the administrator does, or only draft.
    """

    papers: Literal["before_submission", "not_asked"] = "before_submission"
    portal: Literal["accepted", "refused"] = "accepted"
    levels: Levels | None = None
    agents: Literal["submit", "draft"] = "submit"

    @model_validator(mode="after")
    def _levels_of_a_word_that_counts(self) -> Self:
        if self.levels and self.portal == "refused":
            raise fault("levels_of_refused_portal")
        return self

    def believes(self, assurance: str) -> bool:
        """Whether a portal's word at this level of assurance counts."""
        return self.portal == "accepted" and (self.levels is None or assurance in self.levels)
