"""The table of contents: every router, in the order of the award's year."""

from fastapi import FastAPI

from app.award.applications.form_routes import cycle_forms, drafts
from app.award.applications.routes import attachments
from app.award.applications.routes import routes as applications
from app.award.calls.routes import public as public_calls
from app.award.calls.routes import routes as calls
from app.award.copies.routes import routes as copies
from app.award.deliberation.routes import motions
from app.award.deliberation.routes import routes as deliberation
from app.award.documents.many_routes import routes as many_documents
from app.award.documents.routes import cycles as office_documents
from app.award.documents.routes import documents, letters
from app.award.documents.routes import forms as templates
from app.award.endorsement.routes import desks
from app.award.endorsement.routes import routes as endorsement
from app.award.events.routes import routes as events
from app.award.granting.routes import public
from app.award.granting.routes import routes as granting
from app.award.judging.routes import routes as judging
from app.award.office.routes import messages, reminders, wordings
from app.award.office.routes import own as desk
from app.award.programmes.routes import routes as programmes
from app.award.publicity.routes import cycles as publicity
from app.award.publicity.routes import notices, objections
from app.award.ranking.routes import routes as ranking
from app.award.records.routes import routes as records
from app.award.representation.routes import desk as mandate_desk
from app.award.representation.routes import routes as mandates
from app.award.scoring.routes import assignments, panels, scorebooks, scoresheets
from app.award.screening.consultation_routes import office as consulting
from app.award.screening.consultation_routes import routes as consultations
from app.award.screening.many_routes import routes as screenings
from app.award.screening.routes import cure_routes as cures
from app.award.screening.routes import routes as screening
from app.award.stages.routes import entries
from app.award.stages.routes import routes as stages
from app.award.survey.routes import routes as survey
from app.platform.accounts.portal_routes import portals
from app.platform.accounts.routes import accounts, auth, organisations
from app.platform.evidence import routes as evidence
from app.platform.http.chapters import Chapter
from app.platform.http.endings import Ending, install
from app.platform.inbox.routes import routes as notifications
from app.platform.progress.routes import routes as jobs
from app.platform.uploads.routes import routes as uploads
from app.reference.routes import routes as reference

PREFIX = "/api/v1"
CHAPTERS = [
    reference,
    auth,
    accounts,
    organisations,
    portals,
    notifications,
    uploads,
    jobs,
    programmes,
    calls,
    public_calls,
    wordings,
    reminders,
    messages,
    desk,
    records,
    mandates,
    mandate_desk,
    stages,
    cycle_forms,
    entries,
    applications,
    drafts,
    attachments,
    copies,
    office_documents,
    many_documents,
    documents,
    letters,
    templates,
    endorsement,
    desks,
    screening,
    cures,
    consulting,
    screenings,
    consultations,
    survey,
    judging,
    panels,
    assignments,
    scoresheets,
    scorebooks,
    ranking,
    deliberation,
    motions,
    publicity,
    notices,
    objections,
    granting,
    public,
    events,
    evidence,
]

ENDINGS: dict[str, Ending] = {}
"""Operations that will go, by their ids; docs/api-versions.md says when."""


def include(app: FastAPI) -> None:
    """Put every chapter under its address; what will go says so."""
    for routes in CHAPTERS:
        app.include_router(Chapter(PREFIX, routes))
    install(app, ENDINGS)
