"""How are the form of a track and the sections of a draft reached?"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from app.award.applications import asking, completing, drafting, rules, sealing, service
from app.award.applications.form_schemas import (
    CompletenessView,
    CycleFormView,
    PrivateAnswerView,
    RestorationIn,
    RevisionLine,
    RevisionView,
    SectionIn,
    SectionLine,
    SectionView,
)
from app.award.applications.schemas import ApplicationView, Secrets
from app.award.programmes.queries import get_cycle
from app.award.programmes.rules import CycleUnknown
from app.platform.accounts.callers import (
    DirectReading,
    DirectWriting,
    PublicReading,
    Reading,
    SignInNeeded,
    Writing,
)
from app.platform.errors import ConditionMissing, NotAllowed, Stale
from app.platform.http.pages import CursorUnreadable, Page, PageQuery
from app.platform.http.preconditions import IfMatch, tagged, version_tag
from app.platform.http.problems import answers

OWN = (SignInNeeded, NotAllowed, rules.ApplicationUnknown)
SECTION = (*OWN, rules.SectionUnknown)
CHANGED = (rules.OnlyInDraft, Stale, ConditionMissing, rules.AnswerWrong)

cycle_forms = APIRouter(tags=["applications"])
drafts = APIRouter(prefix="/applications", tags=["applications"])


@cycle_forms.get(
    "/cycles/{cycle_id}/tracks/{track}/form",
    operation_id="read_cycle_form",
    summary="The application form of a track",
    responses=answers(CycleUnknown, rules.TrackUnknown),
)
async def read_cycle_form(
    call: PublicReading, cycle_id: UUID, track: str, response: Response
) -> CycleFormView:
    """Every section in order, with its JSON Schema and what a client draws, and the documents with
    the limits of their files. It never changes for a cycle: keep it by its `digest`.
    """
    await get_cycle(call, cycle_id)
    asked = await asking.asked_of(call.db, cycle_id, track)
    tagged(response, f'"{asked.digest.removeprefix("sha256:")[:24]}"')
    response.headers["Cache-Control"] = "public, max-age=86400"
    return CycleFormView.model_validate(
        {
            "form": asked.edition.code,
            "name": asked.edition.name,
            "edition": asked.edition.edition,
            "source": asked.edition.source,
            "assumed": asked.assumed,
            "hash": asked.hash,
            "digest": asked.digest,
            "cut_off": asked.whole.cut_off,
            "code_lists": asked.versions,
            "sections": asked.sections,
            "documents": asking.documents_told(asked),
        }
    )


@drafts.get(
    "/{application_id}/sections",
    operation_id="list_sections",
    summary="The sections of a form",
    responses=answers(*OWN),
)
async def list_sections(call: Reading, application_id: UUID) -> list[SectionLine]:
    """In order, each with its ETag and who saved it last."""
    return await drafting.sections(call, application_id)


@drafts.get(
    "/{application_id}/sections/{key}",
    operation_id="read_section",
    summary="One section of a form",
    responses=answers(*SECTION),
)
async def read_section(
    call: Reading, application_id: UUID, key: str, response: Response
) -> SectionView:
    """With its answers; what was not answered is null."""
    view = await drafting.section_view(call, application_id, key)
    tagged(response, view.etag)
    return view


@drafts.put(
    "/{application_id}/sections/{key}",
    operation_id="save_section",
    summary="Save one section of a draft",
    responses=answers(*SECTION, *CHANGED),
)
async def save_section(
    call: DirectWriting,
    application_id: UUID,
    key: str,
    body: SectionIn,
    if_match: IfMatch,
    response: Response,
) -> SectionView:
    """Meant to be done while somebody writes: it may be incomplete. Sections are saved in parallel,
    each under the ETag that was read; 412 lists the fields that others have changed since. Saves of
    one person within a minute are one revision.
    """
    view = await drafting.save_section(call, application_id, key, body.answers, if_match)
    tagged(response, view.etag)
    return view


@drafts.get(
    "/{application_id}/sections/{key}/revisions",
    operation_id="list_revisions",
    summary="What a section was before",
    responses=answers(*SECTION, CursorUnreadable),
)
async def list_revisions(
    call: Reading, application_id: UUID, key: str, paging: PageQuery
) -> Page[RevisionLine]:
    """The newest first; the first of them is the present one."""
    return await drafting.revisions(call, application_id, key, paging)


@drafts.get(
    "/{application_id}/sections/{key}/revisions/{number}",
    operation_id="read_revision",
    summary="One revision of a section",
    responses=answers(*SECTION, rules.RevisionUnknown),
)
async def read_revision(
    call: Reading,
    application_id: UUID,
    key: str,
    number: Annotated[int, Path(ge=1, le=1_000_000)],
) -> RevisionView:
    """With the answers as they were."""
    return await drafting.revision_view(call, application_id, key, number)


@drafts.post(
    "/{application_id}/sections/{key}/restoration",
    operation_id="restore_revision",
    summary="Bring an earlier revision back",
    responses=answers(*SECTION, *CHANGED, rules.RevisionUnknown),
)
async def restore_revision(
    call: DirectWriting,
    application_id: UUID,
    key: str,
    body: RestorationIn,
    if_match: IfMatch,
    response: Response,
) -> SectionView:
    """As a new revision: nothing that was saved since is lost."""
    view = await drafting.restore(call, application_id, key, body.revision, if_match)
    tagged(response, view.etag)
    return view


@drafts.get(
    "/{application_id}/completeness",
    operation_id="read_completeness",
    summary="What a submission would be refused for now",
    responses=answers(*OWN),
)
async def read_completeness(call: DirectReading, application_id: UUID) -> CompletenessView:
    """Everything at once: fields, contradictions, documents, the window, the scope of others."""
    return await completing.completeness(call, application_id)


@drafts.get(
    "/{application_id}/private-answers",
    operation_id="read_private_answers",
    summary="Private answers in clear",
    responses=answers(*OWN),
)
async def read_private_answers(call: Writing, application_id: UUID) -> list[PrivateAnswerView]:
    """Phone numbers, mail addresses and identity numbers of the form, for the applicant and the
    office; every reading is logged. Everywhere else they are masked.
    """
    return await sealing.opened(call, application_id)


@drafts.put(
    "/{application_id}/secrets",
    operation_id="mark_secrets",
    summary="Mark trade secrets",
    responses=answers(*OWN, rules.OnlyInDraft, Stale, ConditionMissing, rules.SecretUnknown),
)
async def mark_secrets(
    call: Writing, application_id: UUID, body: Secrets, if_match: IfMatch, response: Response
) -> ApplicationView:
    """Sections and files (商业秘密), in place of those marked before, under the ETag of the
    application.
    """
    view, version = await service.mark_secrets(call, application_id, body, if_match)
    tagged(response, version_tag(version))
    return view
