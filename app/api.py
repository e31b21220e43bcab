"""The table of contents: every router, in the order of the award's year."""

from fastapi import APIRouter

from app.award.applications.routes import attachments
from app.award.applications.routes import routes as applications
from app.award.deliberation.routes import motions
from app.award.deliberation.routes import routes as deliberation
from app.award.granting.routes import public
from app.award.granting.routes import routes as granting
from app.award.judging.routes import routes as judging
from app.award.programmes.routes import routes as programmes
from app.award.publicity.routes import cycles as publicity
from app.award.publicity.routes import notices, objections
from app.award.ranking.routes import routes as ranking
from app.award.records.routes import routes as records
from app.award.scoring.routes import assignments, panels, scorebooks, scoresheets
from app.award.screening.routes import routes as screening
from app.award.stages.routes import routes as stages
from app.platform.accounts.routes import accounts, auth, organisations
from app.platform.evidence import routes as evidence
from app.platform.notifications.routes import routes as notifications

api = APIRouter(prefix="/api/v1")

api.include_router(auth)
api.include_router(accounts)
api.include_router(organisations)
api.include_router(notifications)
api.include_router(programmes)
api.include_router(records)
api.include_router(stages)
api.include_router(applications)
api.include_router(attachments)
api.include_router(screening)
api.include_router(judging)
api.include_router(panels)
api.include_router(assignments)
api.include_router(scoresheets)
api.include_router(scorebooks)
api.include_router(ranking)
api.include_router(deliberation)
api.include_router(motions)
api.include_router(publicity)
api.include_router(notices)
api.include_router(objections)
api.include_router(granting)
api.include_router(public)
api.include_router(evidence)
