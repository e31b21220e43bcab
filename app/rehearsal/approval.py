"""How is a government's approval (审定) played? The approver decides on every entry."""

from app.rehearsal.clock import BEIJING
from app.rehearsal.year import Year
from app.rules.regulation.stages import Approval, Stage


async def play(year: Year, stage: Stage) -> None:
    """All are approved; nobody but the approver may say so."""
    if not isinstance(stage, Approval):
        raise TypeError(stage.kind)
    entries = await year.entries(stage.key)
    year.bars.step(f"{stage.name}：审定", len(entries))
    if not entries:
        return
    today = (await year.clock.now()).astimezone(BEIJING).date()
    body = {
        "decisions": [{"entry": entry.id, "approved": True} for entry in entries],
        "document": "区政府常务会议纪要〔2026〕5号",
        "meeting": "区政府常务会议",
        "decided_on": today.isoformat(),
        "consents": [
            {"body": body, "document": "同意函〔2026〕1号", "given_on": today.isoformat()}
            for body in stage.with_consent_of
        ],
    }
    place = year.path(f"/stages/{stage.key}/approval")
    usurped = year.office.head.post(place, body)
    await year.checks.refused("评审办不能代替政府审定", usurped, 403)
    if len(entries) > 1:
        partial = year.office.approver.post(place, body | {"decisions": body["decisions"][:1]})
        await year.checks.refused("审定须覆盖全部候选单位", partial, 422, "entry-left-out")
    await year.office.approver.post(place, body)
    for _ in entries:
        year.bars.done()
