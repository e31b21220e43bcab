"""What plugs into what: the kinds of stage, and the policy."""

from app.award.applications.kind import IntakeKind
from app.award.policy import make_policy
from app.award.stages.kind import Kinds

KINDS: Kinds = {
    "intake": IntakeKind(),
}

POLICY = make_policy()
