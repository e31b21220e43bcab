"""The application: settings → ground → middleware → problems → routers."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from app import api
from app.platform import logs, metrics, rehearsal
from app.platform.accounts.routes import well_known
from app.platform.clock import ClockWatch, wall_clock
from app.platform.db.engine import ANSWER_OF_A_REQUEST, Database
from app.platform.files.bucket import Bucket
from app.platform.files.folder import ARRIVING
from app.platform.files.rules import Most
from app.platform.files.scanner import Clamd
from app.platform.files.store import FileStore
from app.platform.ground import Ground
from app.platform.http import health, problems
from app.platform.http.arrival import Arrival, Faults
from app.platform.http.docs import docs
from app.platform.http.limits import BodyLimit
from app.platform.http.openapi import describe
from app.platform.security.keys import KeyChain
from app.platform.security.passwords import CHEAPEST, PRODUCTION, PasswordHasher
from app.platform.security.sealing_keys import sealer
from app.reference.openapi import enrich
from app.rules.exact import MEBIBYTE
from app.settings import Settings
from app.wiring import DUTIES, KINDS, POLICY, PURPOSES, TEMPLATES, unfit

DESCRIPTION = """
The service under a government quality award (政府质量奖): organisations apply, the office screens,
experts score, a committee votes, the list is publicised, the government approves, awards are
granted.

* Errors are RFC 9457 problem documents with a stable `code`; `Accept-Language: en` gives English.
* Lists give `items` and a `next` cursor.
* What you may not see answers 404, like what does not exist.
* `actions` tells which moves you can make, and what stands against them.
"""


BODIES = (
    ("/api/v1/(programmes/[^/]+/regulations|regulations/check)", 2 * MEBIBYTE),
    ("/api/v1/(attachments|uploads)/[^/]+/content", 50 * MEBIBYTE),
    ("/api/v1/programmes/[^/]+/records/import", 5 * MEBIBYTE),
)
"""Bodies that may be larger than others: the text of a regulation, a file, a spreadsheet."""
ASKED = ["Authorization", "Content-Type", "Accept-Language", "If-Match", "Idempotency-Key"]
ASKED += ["Content-Range", "Range", "If-Range", "If-None-Match"]
TOLD = [
    *("ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id"),
    *("Content-Disposition", "Content-Range", "Deprecation", "Sunset", "Link"),
]
"""Headers that a web page of an allowed origin may send, and those that it may read."""
YOUNG = 100_000
"""New objects after which the garbage among them is looked for."""


def file_store(settings: Settings) -> FileStore:
    """Uploaded files, in a folder or a bucket as the settings say. Raises ValueError."""
    if not settings.files_in_bucket:
        return FileStore.in_folder(settings.files_folder)
    secret = settings.files_secret.get_secret_value() if settings.files_secret else None
    bucket = Bucket.at(str(settings.files_url), settings.files_key_id, secret)
    return FileStore(bucket, settings.files_folder / ARRIVING)


def make_ground(settings: Settings, *, answer: float = ANSWER_OF_A_REQUEST) -> Ground:
    """The database, the keys and the clock of one process; no statement may take longer than
    `answer`, in seconds.
    """
    if settings.database_url is None:
        msg = "DATABASE_URL is not set; `quality-award serve` starts a database of its own"
        raise RuntimeError(msg)
    return Ground(
        database=Database.connect(
            settings.database_url, pool_size=settings.pool_size, answer=answer
        ),
        policy=POLICY,
        purposes=PURPOSES,
        most_attached=Most(settings.files_of_application, settings.bytes_of_application),
        scanner=Clamd.at(settings.scanner_url) if settings.scanner_url else None,
        chain=KeyChain.of(settings.folder / "keys"),
        sealer=sealer(settings.folder / "keys" / "personal.key"),
        hasher=PasswordHasher(CHEAPEST if settings.cheap_passwords else PRODUCTION),
        files=file_store(settings),
        clock=wall_clock,
        issuer=settings.issuer,
        rehearsal=settings.rehearsal,
        public_rate=None if settings.rehearsal else settings.public_rate,
        watch=ClockWatch(),
    )


def create_app(settings: Settings | None = None, ground: Ground | None = None) -> FastAPI:
    """The service over one ground; without arguments, as the environment says."""
    settings = settings or Settings()
    standing = ground or make_ground(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        watching = asyncio.create_task(standing.chain.watch())
        yield
        watching.cancel()
        standing.hasher.close()
        await standing.database.close()

    app = FastAPIOffline(
        title="政府质量奖 · Government Quality Award",
        version="1.0.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=False,
    )
    _hand_over(app, settings, standing)
    _add_middleware(app, settings, standing)
    problems.install(app)
    app.include_router(docs(app.title))
    app.include_router(health.routes)
    app.include_router(metrics.routes)
    app.include_router(well_known)
    api.include(app)
    if standing.rehearsal:
        app.include_router(rehearsal.routes, prefix="/api/v1")
    describe(app, enrich)
    return app


def _hand_over(app: FastAPI, settings: Settings, ground: Ground) -> None:
    """What requests find on the application."""
    app.state.ground = ground
    app.state.kinds = KINDS
    app.state.unfit = unfit
    app.state.templates = TEMPLATES
    app.state.duties = DUTIES
    app.state.metrics_folder = settings.metrics_folder
    app.state.metrics_from = settings.metrics_from


def worker() -> FastAPI:
    """The application of one web worker, as the environment says, with its log."""
    settings = Settings()
    logs.configure(requests=settings.tells_requests)
    app = create_app(settings)
    collect_seldom()
    return app


def collect_seldom() -> None:
    """What stands from now on for ever is not searched for garbage again and again, and what is new
    only after so many objects: with Python's 700 it would be searched hundreds of times while a
    stage of ten thousand entries is judged.
    """
    gc.freeze()
    gc.set_threshold(YOUNG)


def _add_middleware(app: FastAPI, settings: Settings, ground: Ground) -> None:
    """The last one added sees a request first."""
    app.add_middleware(Faults)
    app.add_middleware(BodyLimit, limits=BODIES)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=ASKED,
            expose_headers=TOLD,
            max_age=600,
        )
    app.add_middleware(
        Arrival,
        clock=ground.clock,
        watch=ground.watch,
        trusted=settings.trusted_proxies,
        over_tls=settings.behind_tls,
    )
    app.add_middleware(metrics.Measured, ground=ground)
