"""Mail goes out at least once, under a name that stays."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from app.platform.accounts.models import Person
from app.platform.clock import wall_clock
from app.platform.db.engine import Database
from app.platform.ground import Ground
from app.platform.jobs.models import Job, JobState
from app.platform.jobs.work import do_jobs
from app.platform.notifications.delivering import OLDEST, NotTaken
from app.platform.notifications.mail import MailServer, MailServerWrong, compose, mailing
from app.platform.notifications.models import Delivery, MailAddress
from app.platform.notifications.service import MAIL, SMS, Template, notify, place
from app.platform.security.keys import key_ring
from app.platform.security.sealing import Sealer
from app.platform.security.sealing_keys import sealer
from app.settings import Settings
from app.working import tasks_of
from tests.clock import START, MovableClock
from tests.platform.notifications.mailbox import Mailbox, mailbox
from tests.platform.notifications.waiting import nothing_waits

pytestmark = pytest.mark.anyio

TOLD = Template("told", "关于“{what}”的通知", "您好！\n{what}\n此致")
SENDER = "office@award.example.cn"


@pytest.fixture
async def box(ground: Ground) -> AsyncIterator[Mailbox]:
    await nothing_waits(ground)
    with mailbox() as kept:
        yield kept


def server(box: Mailbox) -> MailServer:
    return MailServer.at(f"smtp://127.0.0.1:{box.port}", SENDER)


async def told(
    database: Database, sealing: Sealer, what: str = "评审结果", at: datetime = START
) -> UUID:
    """Somebody with an address has been told something."""
    async with database.writing() as db:
        person = Person(name="李四", created_at=at)
        db.add(person)
        await db.flush()
        sealed = sealing.seal("li.si@example.com", place(person.id))
        db.add(MailAddress(person_id=person.id, address_sealed=sealed, set_at=at))
        await db.flush()
        return await notify(db, person.id, TOLD, {"what": what}, at)


async def stored(database: Database, identity: UUID) -> tuple[Delivery, Job]:
    async with database.reading() as db:
        job = await db.scalar(select(Job).where(Job.key == f"{MAIL}:{identity}"))
        assert job is not None
        return await db.get_one(Delivery, (identity, MAIL)), job


async def test_notification_arrives_as_mail_and_is_marked(ground: Ground, box: Mailbox) -> None:
    made = await told(ground.database, ground.sealer)
    await do_jobs(ground, {MAIL: mailing(server(box))}, uuid4())
    (message,) = [m for m in box.messages if str(made) in m["Message-ID"]]
    assert message["Message-ID"] == f"<{made}@award.example.cn>"
    assert message["Subject"] == "关于“评审结果”的通知"
    assert message["To"] == "li.si@example.com"
    assert message.get_content().splitlines() == ["您好！", "评审结果", "此致"]
    assert (SENDER, ["li.si@example.com"]) in box.envelopes
    delivery, job = await stored(ground.database, made)
    assert (delivery.taken_at, job.state) == (ground.clock(), JobState.DONE)


async def test_line_breaks_never_make_a_header(ground: Ground, box: Mailbox) -> None:
    made = await told(ground.database, ground.sealer, "x\r\nBcc: all@example.com\r\n\r\nbody")
    await do_jobs(ground, {MAIL: mailing(server(box))}, uuid4())
    (message,) = [m for m in box.messages if str(made) in m["Message-ID"]]
    assert message["Bcc"] is None
    assert "Bcc: all@example.com" in message["Subject"]
    assert all(recipients == ["li.si@example.com"] for _, recipients in box.envelopes)
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        compose(server(box), "a@example.com", identity=str(made), title="x\ny", text="", at=START)
    with pytest.raises(ValueError, match=r"CR|LF|invalid|special"):
        compose(server(box), "a@b.cn\r\nBcc: c", identity=str(made), title="x", text="", at=START)


async def test_mail_a_server_refuses_is_tried_again(
    ground: Ground, box: Mailbox, clock: MovableClock
) -> None:
    box.answer = "451 later"
    made = await told(ground.database, ground.sealer)
    tasks = {MAIL: mailing(server(box))}
    await do_jobs(ground, tasks, uuid4())
    delivery, job = await stored(ground.database, made)
    assert (delivery.taken_at, job.state) == (None, JobState.WAITING)
    assert job.last_error == "NotTaken: SMTPDataError 451"
    box.answer = "250 kept"
    clock.move(seconds=3)
    await do_jobs(ground, tasks, uuid4())
    delivery, job = await stored(ground.database, made)
    assert (delivery.taken_at, job.state) == (clock(), JobState.DONE)
    assert len({m["Message-ID"] for m in box.messages if str(made) in m["Message-ID"]}) == 1


async def test_mail_that_has_become_stale_is_not_sent(
    ground: Ground, box: Mailbox, clock: MovableClock
) -> None:
    made = await told(ground.database, ground.sealer)
    clock.set(START + OLDEST)
    await do_jobs(ground, {MAIL: mailing(server(box))}, uuid4())
    delivery, job = await stored(ground.database, made)
    assert (delivery.taken_at, job.state) == (None, JobState.DONE)
    assert not [m for m in box.messages if str(made) in m["Message-ID"]]


async def test_server_that_is_not_there_is_an_error_of_the_attempt(ground: Ground) -> None:
    made = await told(ground.database, ground.sealer)
    nobody = MailServer.at("smtp://127.0.0.1:9", SENDER)
    with pytest.raises(NotTaken, match="SMTPConnectError"):
        await mailing(nobody)(ground, {"notification": str(made)})
    assert (await stored(ground.database, made))[0].taken_at is None


@pytest.mark.parametrize(
    ("url", "port", "scheme"),
    [
        ("smtp://mail.example.cn", 25, "smtp"),
        ("smtp+starttls://u:p%40ss@mail.example.cn", 587, "smtp+starttls"),
        ("smtps://mail.example.cn:4650", 4650, "smtps"),
    ],
)
def test_address_of_a_mail_server_is_read(url: str, port: int, scheme: str) -> None:
    read = MailServer.at(url, SENDER)
    assert (read.host, read.port, read.scheme) == ("mail.example.cn", port, scheme)
    assert "p@ss" not in repr(read)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.example.cn", SENDER),
        ("smtp://", SENDER),
        ("smtp://mail.example.cn:port", SENDER),
        ("smtp://mail.example.cn", "nobody"),
        ("smtp://mail.example.cn", "a@b.cn\r\nBcc: c"),
    ],
)
def test_address_that_is_no_mail_server_is_refused(url: str, sender: str) -> None:
    with pytest.raises(MailServerWrong):
        MailServer.at(url, sender)


async def test_what_a_server_says_of_an_address_stays_out_of_the_log(
    ground: Ground, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    box.answer = "550 no such mailbox: li.si@example.com"
    made = await told(ground.database, ground.sealer)
    await do_jobs(ground, {MAIL: mailing(server(box))}, uuid4())
    _, job = await stored(ground.database, made)
    assert job.last_error == "NotTaken: SMTPDataError 550"
    assert "li.si" not in caplog.text


def test_without_a_mail_server_mail_waits_for_one() -> None:
    alone = set(tasks_of(Settings()))
    assert alone.isdisjoint({MAIL, SMS})
    named = Settings(smtp_url="smtp://127.0.0.1", mail_from=SENDER)  # type: ignore[arg-type]
    assert set(tasks_of(named)) == alone | {MAIL}
    with pytest.raises(ValueError, match="go together"):
        Settings(mail_from=SENDER)
    key = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    texted = Settings(sms_url="https://sms.example.cn/v1", sms_key=key)  # type: ignore[arg-type]
    assert set(tasks_of(texted)) == alone | {SMS}
    with pytest.raises(ValueError, match="go together"):
        Settings(sms_url="https://sms.example.cn/v1")


def worker(url: str, folder: Path, box: Mailbox) -> subprocess.Popen[bytes]:
    """`quality-award work` in a process of its own."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "QUALITY_AWARD_FOLDER": str(folder),
        "QUALITY_AWARD_SMTP_URL": f"smtp://127.0.0.1:{box.port}",
        "QUALITY_AWARD_MAIL_FROM": SENDER,
    }
    return subprocess.Popen([sys.executable, "-m", "app.cli", "work"], env=environment)


async def test_worker_killed_between_sending_and_marking_loses_nothing(
    fresh_database_url: str, tmp_path: Path, box: Mailbox
) -> None:
    """The second mail carries the name of the first, so a receiver can tell."""
    key_ring(tmp_path / "keys")
    database = Database.connect(fresh_database_url, pool_size=2)
    made = await told(database, sealer(tmp_path / "keys" / "personal.key"), at=wall_clock())
    first = worker(fresh_database_url, tmp_path, box)
    box.before_answer = lambda: first.send_signal(signal.SIGKILL)
    assert first.wait(20) == -signal.SIGKILL
    assert len(box.messages) == 1
    delivery, job = await stored(database, made)
    assert (delivery.taken_at, job.state) == (None, JobState.LEASED)

    box.before_answer = lambda: None
    async with database.writing() as db:  # a minute passes
        await db.execute(update(Job).values(lease_until=wall_clock() - timedelta(seconds=1)))
    second = worker(fresh_database_url, tmp_path, box)
    deadline = time.monotonic() + 20
    while (await stored(database, made))[1].state != JobState.DONE:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    second.terminate()
    assert second.wait(20) == 0
    assert [m["Message-ID"] for m in box.messages] == [f"<{made}@award.example.cn>"] * 2
    assert (await stored(database, made))[0].taken_at is not None
    await database.close()
