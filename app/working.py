"""How does the work process run, by itself and under `serve`?

Under `serve` it is a child: started with it, started again when it ends by itself, ended with it.
A child whose parent is gone ends as well, so that no kill leaves one behind.
"""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread

import uvloop

from app.award.applications.announcing import announce
from app.award.applications.including import INCLUDE, tell_included
from app.award.copies.printing import printing
from app.award.copies.service import PRINT
from app.award.documents.making import FINISH, MAKE, finish, make
from app.award.office.reminding import SECONDS_BETWEEN_REMINDERS, remind
from app.award.stages.service.moves import ANNOUNCE
from app.main import make_ground
from app.platform import logs
from app.platform.db.engine import ANSWER
from app.platform.documents.press import Press
from app.platform.jobs.work import Task, Tasks, work
from app.platform.notifications.mail import MailServer, mailing
from app.platform.notifications.service import MAIL, SMS
from app.platform.notifications.sms import Gateway, texting
from app.platform.uploads.checking import CHECK, checking
from app.platform.uploads.sweeping import sweeping
from app.settings import Settings
from app.wiring import CONTENTS, DUTIES

ROUNDS = (
    (partial(remind, duties=DUTIES), SECONDS_BETWEEN_REMINDERS),
    sweeping(CONTENTS),
)
LOG = logging.getLogger("quality_award")
OUTWARD = (MAIL, SMS)
"""What goes to another machine, which may not answer."""
POOL_SIZE = 5  # the sealer, the jobs here, mail, text messages, and one to spare
SECONDS_TO_END, SECONDS_BETWEEN_STARTS, LOOK_AT_PARENT = 10.0, 1.0, 0.5


def run(settings: Settings, *, parent: int | None = None) -> None:
    """Work until a signal says to stop, or until `parent` is no longer our parent."""
    logs.configure(requests=False)
    uvloop.run(_run(settings, parent))


def tasks_of(settings: Settings) -> Tasks:
    """The kinds of job that this process can do. Without a mail server, mail is not among them, and
    without a gateway no text message is.
    """
    tasks: dict[str, Task] = {
        ANNOUNCE: announce,
        INCLUDE: tell_included,
        CHECK: checking(CONTENTS),
        PRINT: printing(Press(settings.font_folder)),
        MAKE: make,
        FINISH: finish,
    }
    if settings.smtp_url is not None and settings.mail_from is not None:
        server = MailServer.at(settings.smtp_url.get_secret_value(), settings.mail_from)
        tasks[MAIL] = mailing(server)
    if settings.sms_url is not None and settings.sms_key is not None:
        key = settings.sms_key.get_secret_value()
        tasks[SMS] = texting(Gateway.at(settings.sms_url, key, settings.sms_networks))
    return tasks


@contextmanager
def child() -> Iterator[None]:
    """A work process beside the block, with the settings that the environment holds."""
    over = Event()
    watch = Thread(target=_keep_up, args=(over,), name="work", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join(SECONDS_TO_END + 2 * SECONDS_BETWEEN_STARTS)


def _keep_up(over: Event) -> None:
    command = [sys.executable, "-m", "app.cli", "work", "--parent", str(os.getpid())]
    while not over.is_set():
        process = subprocess.Popen(command)  # noqa: S603  our own command
        while not over.wait(0.1):
            if process.poll() is not None:
                LOG.error("the work process ended with code %s; starting another", process.poll())
                over.wait(SECONDS_BETWEEN_STARTS)
                break
        else:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()  # its leases run out by themselves
        process.wait()


async def _run(settings: Settings, parent: int | None) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    ground = make_ground(settings.model_copy(update={"pool_size": POOL_SIZE}), answer=ANSWER)
    beside = [asyncio.create_task(ground.chain.watch())]
    if parent:
        beside.append(asyncio.create_task(_stop_without(parent, stop)))
    try:
        await work(ground, tasks_of(settings), stop, ROUNDS, apart=OUTWARD)
    finally:
        for task in beside:
            task.cancel()
        ground.hasher.close()
        await ground.database.close()


async def _stop_without(parent: int, stop: asyncio.Event) -> None:
    while os.getppid() == parent:  # noqa: ASYNC110  no event tells of a parent's death
        await asyncio.sleep(LOOK_AT_PARENT)
    stop.set()
