"""The application: settings → ground → middleware → problems → routers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.api import api
from app.platform import rehearsal
from app.platform.accounts.routes import well_known
from app.platform.clock import wall_clock
from app.platform.db.engine import Database
from app.platform.files.store import FileStore
from app.platform.ground import Ground
from app.platform.http import health, problems
from app.platform.http.arrival import Arrival
from app.platform.http.openapi import describe
from app.platform.security.keys import key_ring, sealer
from app.platform.security.passwords import CHEAPEST, PRODUCTION, PasswordHasher
from app.settings import Settings
from app.wiring import KINDS, POLICY

DESCRIPTION = """
The service under a government quality award (政府质量奖): organisations apply, the office screens,
experts score, a committee votes, the list is publicised, the government approves, awards are
granted.

* Errors are RFC 9457 problem documents with a stable `code`; `Accept-Language: en` gives English.
* Lists give `items` and a `next` cursor.
* What you may not see answers 404, like what does not exist.
* `actions` tells which moves you can make, and what stands against them.
"""


def make_ground(settings: Settings) -> Ground:
    """The database, the keys and the clock of one web worker."""
    if settings.database_url is None:
        msg = "DATABASE_URL is not set; `quality-award serve` starts a database of its own"
        raise RuntimeError(msg)
    return Ground(
        database=Database.connect(settings.database_url, pool_size=settings.pool_size),
        policy=POLICY,
        keys=key_ring(settings.folder / "keys"),
        sealer=sealer(settings.folder / "keys" / "personal.key"),
        hasher=PasswordHasher(CHEAPEST if settings.cheap_passwords else PRODUCTION),
        files=FileStore(settings.folder / "files"),
        clock=wall_clock,
        issuer=settings.issuer,
        rehearsal=settings.rehearsal,
    )


def create_app(settings: Settings | None = None, ground: Ground | None = None) -> FastAPI:
    """The service over one ground; without arguments, as the environment says."""
    settings = settings or Settings()
    standing = ground or make_ground(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        yield
        standing.hasher.close()
        await standing.database.close()

    app = FastAPIOffline(
        title="政府质量奖 · Government Quality Award",
        version="1.0.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=False,
    )
    app.state.ground = standing
    app.state.kinds = KINDS
    app.add_middleware(Arrival, clock=standing.clock)
    problems.install(app)
    app.include_router(health.routes)
    app.include_router(well_known)
    app.include_router(api)
    if standing.rehearsal:
        app.include_router(rehearsal.routes, prefix="/api/v1")
    describe(app)
    return app
