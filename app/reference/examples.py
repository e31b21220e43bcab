"""How does each main thing look in each of its states? Examples made by the views themselves.

A made-up year of made-up people; statuses and moves come from the lifecycle tables, so an example
cannot say what the service would not.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.award.applications.lifecycle import ApplicationStatus
from app.award.applications.schemas import ApplicationView, Form, ProgressView, Secrets
from app.award.deliberation.lifecycle import MotionStatus
from app.award.deliberation.schemas import MotionEntryView, MotionView, TallyLine, TallyView
from app.award.programmes.lifecycle import CycleStatus
from app.award.programmes.schemas import CycleDetail, SlotView
from app.award.publicity.lifecycle import NoticeStatus
from app.award.publicity.schemas import AwardeeView, Contact, NoticeView
from app.award.scoring.lifecycle import SheetStatus
from app.award.scoring.schemas import Comment, CommentKind, SheetItemView, SheetView, StageRef
from app.award.stages.lifecycle import Result, StageStatus
from app.award.stages.schemas import StageView
from app.platform.workflow.advance import Action
from app.platform.workflow.lifecycle import MoveNotPossible
from app.reference.lifecycles import TABLES

Example = dict[str, Any]
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DIGEST = "sha256:" + "0" * 64
COMPANY = "无锡恒远精密机械有限公司"


def _id(number: int) -> UUID:
    return UUID(int=number, version=4)


CYCLE, APPLICATION, ENTRY, PANEL_STAGE = _id(1), _id(2), _id(3), "documents"


def _actions(thing: str, status: str, *without: str) -> list[Action]:
    """The moves as whoever has a right to all but some of them would see them."""
    return [
        Action(
            move=move.name,
            allowed=status in {source.value for source in move.sources},
            reasons=[]
            if status in {source.value for source in move.sources}
            else [MoveNotPossible.code],
        )
        for move in TABLES[thing]
        if move.name not in without
    ]


def _cycle(status: CycleStatus) -> CycleDetail:
    return CycleDetail(
        id=CYCLE,
        programme_id=_id(4),
        regulation_hash=DIGEST,
        ordinal=3,
        label="2026年度",
        period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31),
        cut_off=date(2025, 12, 31),
        special_document=None,
        status=status,
        places=None if status is CycleStatus.PLANNED else 3,
        places_of={},
        timetable=[
            SlotView(stage="intake", opens_at=MORNING, closes_at=MORNING + timedelta(days=30))
        ],
        actions=_actions("cycle", status),
    )


def _stage(status: StageStatus) -> StageView:
    closed = status is StageStatus.CLOSED
    return StageView(
        key=PANEL_STAGE,
        kind="panel",
        name="材料评审",
        position=2,
        status=status,
        round=1,
        opens_at=MORNING,
        closes_at=MORNING + timedelta(days=7),
        opened_at=None if status is StageStatus.WAITING else MORNING,
        closed_at=MORNING + timedelta(days=7) if closed else None,
        corrections=[],
        actions=_actions("stage", status),
    )


def _application(status: ApplicationStatus) -> ApplicationView:
    received = status is not ApplicationStatus.DRAFT
    gone = status is ApplicationStatus.WITHDRAWN
    return ApplicationView(
        id=APPLICATION,
        code="SB-7Q2M9K3A",
        cycle_id=CYCLE,
        organisation_id=_id(5),
        organisation=COMPANY,
        awardee=COMPANY,
        track="organisation",
        tier=None,
        status=status,
        submitted_at=MORNING if received else None,
        credit_code="91320211MA1P2R3T49",
        form=Form(
            registered_on=date(2009, 6, 18), employees=420, industry="C34", contact_name="李四"
        ),
        secrets=Secrets(),
        attachments=[],
        supplements=[],
        progress=[
            ProgressView(
                stage="eligibility",
                name="资格审查",
                result=Result.WITHDRAWN if gone else Result.ADVANCED,
                reason=None,
            )
        ]
        if received
        else [],
        digest=DIGEST if received else None,
        actions=_actions("application", status),
    )


def _sheet(status: SheetStatus) -> SheetView:
    locked = status is SheetStatus.LOCKED
    return SheetView(
        id=_id(6),
        assignment_id=_id(7),
        entry_id=ENTRY,
        stage=StageRef(cycle_id=CYCLE, key=PANEL_STAGE, name="材料评审"),
        items=[
            SheetItemView(
                code="4.1.2",
                name="高层领导的作用",
                kind="process",
                category="4.1",
                points="50",
                percentage=65 if locked else None,
                version=1 if locked else 0,
                comments=[Comment(kind=CommentKind.STRENGTH, text="质量目标逐级分解，并与考核挂钩")]
                if locked
                else [],
                starting=None,
            )
        ],
        total="32.5" if locked else None,
        status=status,
        actions=_actions("sheet", status),
    )


def _motion(status: MotionStatus) -> MotionView:
    entry = MotionEntryView(
        id=ENTRY,
        application_id=APPLICATION,
        organisation=COMPANY,
        awardee=COMPANY,
        track="organisation",
        tier="award",
    )
    return MotionView(
        id=_id(8),
        cycle_id=CYCLE,
        stage="committee",
        name="评定委员会审议",
        round=1,
        status=status,
        entries=[entry],
        hidden=0,
        tally=_tally() if status is MotionStatus.CONFIRMED else None,
        return_reason=None,
        actions=_actions("motion", status),
    )


def _tally() -> TallyView:
    line = TallyLine(
        entry=ENTRY,
        application_id=APPLICATION,
        organisation=COMPANY,
        awardee=COMPANY,
        approve=8,
        against=1,
        abstain=0,
        invalid=0,
        recused=0,
        base=9,
        needed=6,
        carried=True,
    )
    return TallyView(
        motion=_id(8),
        ballot="named",
        members=9,
        present=9,
        issued=9,
        returned=9,
        valid=None,
        invalid=None,
        quorum_met=True,
        teller="赵六",
        scrutineer="钱七",
        document="评委会会议纪要〔2026〕1号",
        digest=DIGEST,
        items=[line],
    )


def _notice(status: NoticeStatus) -> NoticeView:
    posted = status is NoticeStatus.POSTED
    return NoticeView(
        id=_id(9),
        cycle_id=CYCLE,
        stage="notice",
        round=1,
        status=status,
        version=1,
        title="2026年度滨湖区区长质量奖拟授奖名单公示",
        text="现将拟授奖名单予以公示，公示期5个工作日。",
        contact=Contact(
            name="滨湖区质量奖评审办公室",
            phone="0510-81178000",
            address="无锡市滨湖区金城西路500号",
        ),
        awardees=[
            AwardeeView(
                application_code="SB-7Q2M9K3A",
                organisation=COMPANY,
                awardee=COMPANY,
                track="organisation",
                tier="award",
            )
        ],
        hidden=0,
        code="GS-260302-7Q2M9K3A",
        channel="滨湖区人民政府网站" if posted else None,
        url="https://www.wxbh.gov.cn/doc/2026/03/02/1.shtml" if posted else None,
        posted_at=MORNING if posted else None,
        first_day=date(2026, 3, 3) if posted else None,
        last_day=date(2026, 3, 9) if posted else None,
        ends_at=datetime(2026, 3, 9, 16, 0, tzinfo=UTC) if posted else None,
        provisional=False if posted else None,
        digest=DIGEST if posted else None,
        actions=_actions("notice", status),
    )


def _plain(view: Any) -> Example:
    found: Example = view.model_dump(mode="json", by_alias=True)
    return found


def examples() -> Mapping[str, Mapping[str, Any]]:
    """Operation → state → what it answers."""
    return {
        "read_cycle": {one.value: _plain(_cycle(one)) for one in CycleStatus},
        "list_stages": {one.value: [_plain(_stage(one))] for one in StageStatus},
        "read_application": {one.value: _plain(_application(one)) for one in ApplicationStatus},
        "read_sheet": {one.value: _plain(_sheet(one)) for one in SheetStatus},
        "read_motion": {one.value: _plain(_motion(one)) for one in MotionStatus},
        "list_cycle_notices": {one.value: [_plain(_notice(one))] for one in NoticeStatus},
    }
