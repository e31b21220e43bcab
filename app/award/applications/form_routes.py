"""How are the form of a track and the sections of a draft reached?"""

from uuid import UUID

from fastapi import APIRouter, Response

from app.award.applications import asking, rules
from app.award.applications.form_schemas import CycleFormView
from app.award.programmes.queries import get_cycle
from app.award.programmes.rules import CycleUnknown
from app.platform.accounts.callers import PublicReading
from app.platform.http.preconditions import tagged
from app.platform.http.problems import answers

cycle_forms = APIRouter(tags=["applications"])


@cycle_forms.get(
    "/cycles/{cycle_id}/tracks/{track}/form",
    operation_id="read_cycle_form",
    summary="The application form of a track",
    responses=answers(CycleUnknown, rules.TrackUnknown),
)
async def read_cycle_form(
    call: PublicReading, cycle_id: UUID, track: str, response: Response
) -> CycleFormView:
    """Every section in order, with its JSON Schema and what a client draws. It never changes for a
    cycle: keep it by its `digest`.
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
        }
    )
