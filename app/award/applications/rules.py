"""What must be true before an application is changed or submitted? Pure."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from app.platform.clock import legal_minute
from app.platform.errors import Conflict, Invalid, NotFound, Refusal, Stale
from app.platform.files.kinds import BY_ENDING
from app.rules.exact import size_text
from app.rules.forms.complete import Gap, Sort
from app.rules.forms.shape import Misfit
from app.rules.regulation.handed_in import Document

SETTLING = timedelta(seconds=60)
"""Requests that arrived by the deadline may still be running; intake closes no earlier."""


MOST_DRAFTS = 20
"""Of one organisation in one cycle at a time: a bound of ours, no regulation's."""


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


class AnswerUnfit(Conflict):
    code = "answer-unfit"
    zh = "{zh}"
    en = "{en}"


class AnswersContradict(Conflict):
    code = "answers-contradict"
    zh = "{zh}"
    en = "{en}"


class AnswerWrong(Invalid):
    code = "answer-wrong"
    zh = "{zh}"
    en = "{en}"


class SectionUnknown(NotFound):
    code = "section-not-found"
    zh = "申报表没有这一节。"
    en = "The form has no such section."


class RevisionUnknown(NotFound):
    code = "revision-not-found"
    zh = "没有这个修订版本。"
    en = "There is no such revision."


class FieldChanged(Stale):
    code = "field-changed"
    zh = "“{name}”已由{by}于 {at} 修改。"
    en = "“{name}” was changed by {by} at {at}."


class ChangedSince(Stale):
    """Others have saved since: the reasons are the fields, or sections, that have changed."""

    def __init__(self, changed: Iterable[Refusal]) -> None:
        self._changed = tuple(changed)
        super().__init__()

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        return self._changed or (self,)


class PagesNotCounted(Conflict):
    code = "pages-not-counted"
    zh = "“{name}”的页数尚未清点。"
    en = "The pages of “{name}” have not been counted yet."
    mend = (
        "请读取 GET …/completeness（读取时清点），再提交。",
        "Read GET …/completeness, which counts them, then submit.",
    )


class SecretUnknown(Invalid):
    code = "secret-unknown"
    zh = "申报中没有“{what}”，不能标为商业秘密。"
    en = "The application has no “{what}” to be marked as a secret."


class InsideScope(Conflict):
    code = "inside-a-scope"
    zh = "贵单位已列入本届另一份申报的范围，不能单独申报。"
    en = "Your organisation is inside the scope of another application of this cycle."
    mend = (
        "如贵单位没有同意列入，请书面告知评审办，由其解除后再提交。",
        "If you have not agreed to that, tell the office in writing; it can release you.",
    )


class MemberEntered(Conflict):
    code = "member-entered"
    zh = "范围内的法人 {credit_code} 本届已在另一份申报之中。"
    en = "{credit_code}, inside the scope, is in another application of this cycle."


class NotInScope(Conflict):
    code = "not-in-scope"
    zh = "这份申报的范围中没有占用该统一社会信用代码。"
    en = "The scope of this application holds no such credit code."


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


class DocumentTypeNotTaken(Invalid):
    code = "document-type-not-taken"
    zh = "管理办法规定“{name}”须为以下类型的文件：{types}。"
    en = "By the regulation “{name}” is a file of one of these types: {types}."


class DocumentTooLarge(Invalid):
    code = "document-too-large"
    zh = "管理办法规定“{name}”每个文件不超过 {largest}。"
    en = "By the regulation a file of “{name}” has {largest} at most."


class DocumentHasEnough(Conflict):
    code = "document-has-enough"
    zh = "管理办法规定“{name}”至多 {most} 个文件。"
    en = "By the regulation “{name}” has {most} files at most."


class DocumentUnfit(Conflict):
    code = "document-unfit"
    zh = "附件“{file}”：{zh}"
    en = "The file “{file}”: {en}"


class TooManyFiles(Conflict):
    code = "too-many-files"
    zh = "一份申报最多 {files} 个附件，合计不超过 {bytes}。"
    en = "An application has {files} files at most, and {bytes} together."


class UnconfirmedFull(Conflict):
    code = "unconfirmed-full"
    zh = "您代表单位的授权尚未经评审办核实，在此之前附件合计不超过 {bytes}。"
    en = "Until an office accepts that you speak for them, your files have {bytes} in all at most."


class AttachmentKnown(Conflict):
    code = "attachment-known"
    zh = "同一文件已经作为该材料上传。"
    en = "The same file is attached as this document already."


class TooManyDrafts(Conflict):
    code = "too-many-drafts"
    zh = "贵单位本届已有 {count} 份草稿，请先提交或撤回其中的一份。"
    en = "Your organisation has {count} drafts in this cycle; submit or withdraw one of them first."


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


def drafts_obstacle(drafts: int) -> TooManyDrafts | None:
    """One more beside so many."""
    return TooManyDrafts(count=drafts) if drafts >= MOST_DRAFTS else None


def gap_obstacles(gaps: Iterable[Gap]) -> Iterator[Refusal]:
    """What the form lacks, what is beyond its limits, and what contradicts, as refusals."""
    for gap in gaps:
        if gap.sort is Sort.MISSING:
            yield FieldMissing(pointer=gap.pointer, name=gap.name)
        elif gap.sort is Sort.UNFIT:
            yield AnswerUnfit(pointer=gap.pointer, zh=gap.zh, en=gap.en)
        else:
            yield AnswersContradict(pointer=gap.pointer, zh=gap.zh, en=gap.en)


def document_obstacles(
    wanted: Iterable[str], attached: Collection[tuple[str, str, bool]]
) -> Iterator[Refusal]:
    """Documents that are missing or not there yet. `attached` is (document, file name, stored)."""
    there = {document for document, _, _ in attached}
    yield from (DocumentMissing(name=name) for name in wanted if name not in there)
    yield from (UploadUnfinished(name=name) for _, name, stored in attached if not stored)


def file_obstacles(
    document: Document, media_type: str, size: int, there: int
) -> Iterator[Refusal | None]:
    """What the regulation says against one more file of a document of which `there` are."""
    if document.types and media_type not in {BY_ENDING[each] for each in document.types}:
        types = "、".join(document.types)
        yield DocumentTypeNotTaken(pointer="/media_type", name=document.name, types=types)
    if document.largest is not None and size > document.largest:
        largest = size_text(document.largest)
        yield DocumentTooLarge(pointer="/size", name=document.name, largest=largest)
    if document.at_most is not None and there >= document.at_most:
        yield DocumentHasEnough(name=document.name, most=document.at_most)


def kept_obstacles(
    wanted: Iterable[Document], attached: Iterable[tuple[str, str, str, int]]
) -> Iterator[Refusal]:
    """What the regulation says against files that are there already: they came under other limits.
    `attached` is (document, file name, media type, size).
    """
    files = [*attached]
    for document in wanted:
        own = [each for each in files if each[0] == document.name]
        for _, name, media_type, size in own:
            for against in file_obstacles(document, media_type, size, 0):
                if against is not None:
                    zh, en = against.sentence("zh"), against.sentence("en")
                    yield DocumentUnfit(file=name, zh=zh, en=en)
        if document.at_most is not None and len(own) > document.at_most:
            yield DocumentHasEnough(name=document.name, most=document.at_most)


def misfit_obstacles(misfits: Iterable[Misfit], place: str = "") -> Iterator[Refusal]:
    """Answers that a draft has no room for; pointers start with `place`."""
    for misfit in misfits:
        yield AnswerWrong(pointer=place + misfit.pointer, zh=misfit.zh, en=misfit.en)


def scope_obstacles(
    own: str, mine: object, held: Iterable[tuple[str, object]]
) -> Iterator[Refusal]:
    """`held`: credit codes of the scope, each with the organisation whose submission has it."""
    for credit_code, holder in held:
        if holder != mine:
            yield (InsideScope() if credit_code == own else MemberEntered(credit_code=credit_code))
