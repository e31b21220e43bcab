"""What plugs into what: the kinds of stage, the policy, what waits for whom, what people are told,
and which regulations can be run here.
"""

from sqlalchemy import true

from app.award.applications import due as applications
from app.award.applications.announcing import MESSAGES
from app.award.applications.including import INCLUDED
from app.award.applications.kind import IntakeKind
from app.award.applications.models import Attachment
from app.award.copies.models import PrintedCopy
from app.award.deliberation import due as deliberation
from app.award.deliberation.kind import VoteKind
from app.award.deliberation.rules import votes_not_offered
from app.award.documents.models import DocumentFile
from app.award.documents.service.delivering import TOLD as LETTER_DELIVERED
from app.award.endorsement import due as endorsement
from app.award.endorsement.kind import EndorsementKind
from app.award.granting import due as granting
from app.award.granting.kind import ApprovalKind, GrantKind
from app.award.office.telling import OWN_WORDS
from app.award.policy import make_policy
from app.award.publicity import due as publicity
from app.award.publicity.kind import PublicityKind
from app.award.ranking.kind import CompositeKind
from app.award.representation import messages as representation
from app.award.scoring import due as scoring
from app.award.scoring.kind import PanelKind
from app.award.screening import due as screening
from app.award.screening import messages as cures
from app.award.screening.kind import ScreeningKind
from app.award.stages import due as stages
from app.award.stages.due import Duties
from app.award.stages.kind import Kinds
from app.award.stages.service import disqualifying
from app.award.survey.kind import SurveyKind
from app.catalogue.check import check_criteria, check_forms
from app.platform.accounts import messages as accounts
from app.platform.files.contents import Contents, Naming
from app.platform.files.kinds import ALL, DOCUMENTS, DOCX, SCANS
from app.platform.files.models import Upload
from app.platform.files.rules import LARGEST, Purpose, Purposes
from app.platform.notifications.templates import Templates, registry
from app.rules.exact import MEBIBYTE
from app.rules.regulation.check_sizes import check_sizes
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem

KINDS: Kinds = {
    "intake": IntakeKind(),
    "endorsement": EndorsementKind(),
    "screening": ScreeningKind(),
    "panel": PanelKind(),
    "survey": SurveyKind(),
    "composite": CompositeKind(),
    "vote": VoteKind(),
    "publicity": PublicityKind(),
    "approval": ApprovalKind(),
    "grant": GrantKind(),
}

POLICY = make_policy()

LARGEST_WORD = 5 * MEBIBYTE
PURPOSES: Purposes = {
    "mandate": Purpose(SCANS),
    "endorsement-letter": Purpose(SCANS),
    "consultation-letter": Purpose(SCANS),
    "call": Purpose(ALL),
    "cure": Purpose(ALL),
    "sealed-copy": Purpose(SCANS),
    "office-document": Purpose(frozenset({DOCX}), LARGEST_WORD),
    "signed-document": Purpose(DOCUMENTS | SCANS),
}
"""What people upload files for, beside the attachments of applications."""

CONTENTS: Contents = (
    Naming.announced(Attachment),
    Naming.announced(Upload),
    Naming(PrintedCopy.sha256, PrintedCopy.size, true()),
    Naming(DocumentFile.sha256, DocumentFile.size, true()),
)
"""Every table that names a content of the store."""

DUTIES: Duties = (
    *stages.DUTIES,
    *applications.DUTIES,
    *endorsement.DUTIES,
    *screening.DUTIES,
    *scoring.DUTIES,
    *deliberation.DUTIES,
    *publicity.DUTIES,
    *granting.DUTIES,
)
"""What can wait for somebody; in the order of a desk."""

TEMPLATES: Templates = registry(
    [
        *accounts.TEMPLATES,
        *representation.TEMPLATES,
        *MESSAGES.values(),
        INCLUDED,
        *cures.MESSAGES,
        disqualifying.TOLD,
        LETTER_DELIVERED,
        OWN_WORDS,
        *(duty.reminder for duty in DUTIES if duty.reminder),
    ]
)
"""Every message that the service sends."""


def unfit(regulation: Regulation) -> list[Problem]:
    """What a sound regulation asks for that this service cannot do: it is never adopted."""
    return [
        *check_criteria(regulation),
        *check_forms(regulation),
        *votes_not_offered(regulation),
        *check_sizes(regulation, LARGEST),
    ]
