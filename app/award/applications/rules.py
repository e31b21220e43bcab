"""What must be true before an application is changed or submitted? Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotFound, Refusal

SETTLING = timedelta(seconds=60)
"""Requests that arrived by the deadline may still be running; intake closes no earlier."""

REQUIRED = {
    "registered_on": "注册日期",
    "employees": "职工人数",
    "industry": "所属行业",
    "contact_name": "联系人",
}


class ApplicationUnknown(NotFound):
    code = "application-not-found"
    zh = "没有这份申报，或您无权查看。"
    en = "There is no such application, or you may not see it."


class AttachmentUnknown(NotFound):
    code = "attachment-not-found"
    zh = "没有这个附件，或您无权查看。"
    en = "There is no such attachment, or you may not see it."


class IntakeNotOpen(Conflict):
    code = "intake-not-open"
    zh = "申报尚未开始，开始时间为 {at}。"
    en = "Intake opens at {at}."


class IntakeClosed(Conflict):
    code = "intake-closed"
    zh = "申报已于 {at} 截止。"
    en = "Intake closed at {at}."


class NotYetSettled(Conflict):
    code = "intake-not-settled"
    zh = "申报截止后 60 秒方可结束本环节（{at}）。"
    en = "Intake can be closed 60 seconds after its deadline ({at})."


class TrackUnknown(Invalid):
    code = "track-unknown"
    zh = "本届评选没有“{track}”类别。"
    en = "The cycle has no track “{track}”."


class FieldMissing(Conflict):
    code = "field-missing"
    zh = "申报表缺少“{name}”。"
    en = "The form lacks “{name}”."


class DocumentMissing(Conflict):
    code = "document-missing"
    zh = "缺少申报材料“{name}”。"
    en = "The document “{name}” is missing."


class UploadUnfinished(Conflict):
    code = "upload-unfinished"
    zh = "附件“{name}”尚未上传完成。"
    en = "The upload of “{name}” is not finished."


class AlreadyEntered(Conflict):
    code = "already-entered"
    zh = "贵单位在本届评选中已提交申报，每{unit}限一份。"
    en = "A submission exists already; one is allowed per {per}."


class DocumentUnknown(Invalid):
    code = "document-unknown"
    zh = "管理办法没有要求“{name}”这种材料。"
    en = "The regulation asks for no document “{name}”."


class AttachmentKnown(Conflict):
    code = "attachment-known"
    zh = "同一文件已经作为该材料上传。"
    en = "The same file is attached as this document already."


class AwardsGranted(Conflict):
    code = "awards-granted"
    zh = "本届奖项已经授予，不能再撤回申报。"
    en = "The awards of this cycle are granted; an application is no longer withdrawn."


class OnlyInDraft(Conflict):
    code = "only-in-draft"
    zh = "申报提交后不能再修改。"
    en = "A submitted application does not change any more."


def window_obstacle(opens: datetime, closes: datetime, now: datetime) -> Refusal | None:
    """Lateness is decided by the arrival of the request: at the deadline is in time."""
    if now < opens:
        return IntakeNotOpen(at=legal_minute(opens))
    if now > closes:
        return IntakeClosed(at=legal_minute(closes))
    return None


def completeness_obstacles(
    form: Mapping[str, Any], wanted: Iterable[str], attached: Collection[tuple[str, str, bool]]
) -> list[Refusal]:
    """Everything that is missing at once. `attached` is (document, file name, stored)."""
    found: list[Refusal] = [
        FieldMissing(pointer=f"/form/{key}", name=name)
        for key, name in REQUIRED.items()
        if form.get(key) in (None, "")
    ]
    there = {document for document, _, _ in attached}
    found += [DocumentMissing(name=name) for name in wanted if name not in there]
    found += [UploadUnfinished(name=name) for _, name, stored in attached if not stored]
    return found
