"""How is an intake (申报) played? Drafts, forms, files, submissions; one comes too late."""

import asyncio
from hashlib import sha256

from app.rehearsal import facts, forms, naming
from app.rehearsal.clock import MINUTE
from app.rehearsal.papers import MEDIA_TYPES, paper
from app.rehearsal.year import Applicant, Year
from app.rules.regulation.handed_in import FileType
from app.rules.regulation.stages import Intake, Stage


async def play(year: Year, stage: Stage) -> None:
    """Every firm of the stage's tracks submits in time; one tries a second time, too late."""
    if not isinstance(stage, Intake):
        raise TypeError(stage.kind)
    tracks = year.regulation.tracks_of(stage)
    firms = [year.applicants[number] for number in year.arrivals]
    coming = [firm for firm in firms if firm.track in tracks]
    year.bars.step(f"{stage.name}：填报", len(coming))
    await asyncio.gather(*(_prepare(year, stage, applicant) for applicant in coming))
    await _rivals(year, coming)
    late, *punctual = coming
    await asyncio.gather(*(_submit(year, applicant) for applicant in punctual))
    second = await _draft(year, late)
    await _fill(year, stage, late, second)
    await _submit(year, late)
    await year.clock.move(year.slots[stage.key].closes + MINUTE)
    again = late.speaker.post(f"/applications/{second}/submission")
    await year.checks.refused("逾期提交被拒绝", again, 409, "intake-closed")
    await late.speaker.post(f"/applications/{second}/withdrawal")
    await year.clock.move(year.slots[stage.key].closes + 3 * MINUTE)


async def _prepare(year: Year, stage: Intake, applicant: Applicant) -> None:
    applicant.application = await _draft(year, applicant)
    applicant.attachments = await _fill(year, stage, applicant, applicant.application)
    year.bars.done()


async def _draft(year: Year, applicant: Applicant) -> str:
    draft = await applicant.speaker.post(
        "/applications",
        {
            "cycle_id": year.cycle,
            "organisation_id": applicant.organisation,
            "track": applicant.track,
        },
    )
    return str(draft["id"])


async def _fill(year: Year, stage: Intake, applicant: Applicant, application: str) -> list[str]:
    """The form under its ETag, and every document of the regulation; gives the attachments."""
    firm, speaker = year.cast.firms[applicant.number], applicant.speaker
    _, tag = await speaker.read(f"/applications/{application}")
    declared = facts.of(year.regulation, year.cast, applicant.number).declared
    form = {
        "registered_on": firm.registered_on.isoformat(),
        "employees": firm.employees,
        "industry": firm.industry,
        "contact_name": firm.speaker,
        "summary": firm.summary,
        "facts": declared,
        "answers": forms.answers(year.regulation, stage, applicant.track, firm, declared),
        **naming.named(year, stage, applicant),
    }
    await speaker.put(f"/applications/{application}/form", form, tag)
    return [
        await _attach(year, applicant, application, asked.name, *paper(asked, firm))
        for asked in year.regulation.handed_in(stage, applicant.track)
    ]


async def _attach(
    year: Year,
    applicant: Applicant,
    application: str,
    title: str,
    ending: FileType,
    content: bytes,
) -> str:
    digest = sha256(content).hexdigest()
    announced = await applicant.speaker.post(
        f"/applications/{application}/attachments",
        {
            "document": title,
            "file_name": f"{title}.{ending}",
            "media_type": MEDIA_TYPES[ending],
            "size": len(content),
            "sha256": digest,
        },
    )
    place = f"/attachments/{announced['id']}/content"
    stored = await applicant.speaker.ask("PUT", place, content=content)
    year.checks.holds("上传的文件与登记的摘要一致", stored.json()["sha256"] == digest)
    return str(announced["id"])


async def _submit(year: Year, applicant: Applicant) -> None:
    place = f"/applications/{applicant.application}"
    receipt = await applicant.speaker.post(f"{place}/submission")
    applicant.code = receipt["code"]
    kept = await applicant.speaker.get(f"{place}/receipt")
    year.checks.holds("提交后可取回同一份签名回执", kept == receipt, kept)


async def _rivals(year: Year, coming: list[Applicant]) -> None:
    """Nobody reads the application or a file of another, nor does the public."""
    for applicant, rival in zip(coming, [*coming[1:], coming[0]], strict=True):
        if applicant is rival:
            continue
        read = rival.speaker.get(f"/applications/{applicant.application}")
        await year.checks.refused("竞争单位看不到他人的申报", read, 404)
        for attachment in applicant.attachments:
            load = rival.speaker.ask("GET", f"/attachments/{attachment}/content")
            await year.checks.refused("竞争单位下载不了他人的附件", load, 404)
        own = await rival.speaker.every("/applications", cycle=year.cycle)
        strangers = [line for line in own if line["organisation_id"] != rival.organisation]
        year.checks.holds("申报列表里只有自己的申报", not strangers, strangers)
    early = year.office.clerk.get(f"/applications/{coming[0].application}")
    await year.checks.refused("提交之前评审办看不到草稿", early, 404)
