"""Every table of the service, so that the migrations and the foreign keys know them all."""

from app.award.applications import models as applications
from app.award.calls import models as calls
from app.award.copies import models as copies
from app.award.deliberation import models as deliberation
from app.award.documents import models as documents
from app.award.endorsement import models as endorsement
from app.award.granting import models as granting
from app.award.judging import models as judging
from app.award.office import models as office
from app.award.programmes import models as programmes
from app.award.publicity import models as publicity
from app.award.records import models as records
from app.award.representation import models as representation
from app.award.scoring import models as scoring
from app.award.screening import models as screening
from app.award.stages import models as stages
from app.award.survey import models as survey
from app.platform.accounts import models as accounts
from app.platform.audit import models as audit
from app.platform.db import installation
from app.platform.db.base import Model, append_only_tables
from app.platform.files import models as files
from app.platform.http import once, rates
from app.platform.jobs import models as jobs
from app.platform.notifications import models as notifications

__all__ = ["METADATA", "append_only_tables"]

MODULES = (
    accounts,
    applications,
    audit,
    calls,
    copies,
    deliberation,
    documents,
    endorsement,
    files,
    granting,
    installation,
    jobs,
    judging,
    notifications,
    office,
    programmes,
    publicity,
    records,
    representation,
    scoring,
    screening,
    stages,
    survey,
    once,
    rates,
)
METADATA = Model.metadata
