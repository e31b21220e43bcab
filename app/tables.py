"""Every table of the service, so that the migrations and the foreign keys know them all."""

from app.award.applications import models as applications
from app.award.programmes import models as programmes
from app.award.records import models as records
from app.award.stages import models as stages
from app.platform.accounts import models as accounts
from app.platform.audit import models as audit
from app.platform.db import installation
from app.platform.db.base import Model, append_only_tables

__all__ = ["METADATA", "append_only_tables"]

MODULES = (accounts, applications, audit, installation, programmes, records, stages)
METADATA = Model.metadata
