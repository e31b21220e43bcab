"""The table of contents: every router, in the order of the award's year."""

from fastapi import APIRouter

from app.award.applications.routes import attachments
from app.award.applications.routes import routes as applications
from app.award.programmes.routes import routes as programmes
from app.award.records.routes import routes as records
from app.award.stages.routes import routes as stages
from app.platform.accounts.routes import accounts, auth, organisations

api = APIRouter(prefix="/api/v1")

api.include_router(auth)
api.include_router(accounts)
api.include_router(organisations)
api.include_router(programmes)
api.include_router(records)
api.include_router(stages)
api.include_router(applications)
api.include_router(attachments)
