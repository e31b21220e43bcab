"""What plugs into what: the kinds of stage, and the policy."""

from app.award.applications.kind import IntakeKind
from app.award.deliberation.kind import VoteKind
from app.award.granting.kind import ApprovalKind, GrantKind
from app.award.policy import make_policy
from app.award.publicity.kind import PublicityKind
from app.award.ranking.kind import CompositeKind
from app.award.scoring.kind import PanelKind
from app.award.screening.kind import ScreeningKind
from app.award.stages.kind import Kinds

KINDS: Kinds = {
    "intake": IntakeKind(),
    "screening": ScreeningKind(),
    "panel": PanelKind(),
    "composite": CompositeKind(),
    "vote": VoteKind(),
    "publicity": PublicityKind(),
    "approval": ApprovalKind(),
    "grant": GrantKind(),
}

POLICY = make_policy()
