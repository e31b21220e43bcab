"""An operation that will go says so in every answer, and in the description of the API."""

from datetime import UTC, datetime

import pytest
from httpx import ASGITransport, AsyncClient

from app.main import create_app
from app.platform.ground import Ground
from app.platform.http.endings import Ending, install
from app.settings import Profile, Settings
from tests.factories import make_caller

pytestmark = pytest.mark.anyio

MORE = "https://award.example/changelog"
SINCE, UNTIL = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 6, 30, 16, tzinfo=UTC)
GOING = {"me": Ending(SINCE, MORE, UNTIL), "list_sessions": Ending(SINCE, MORE)}


async def test_answers_of_an_operation_that_goes_say_so(ground: Ground) -> None:
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    install(app, GOING)
    caller = await make_caller(ground)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://award.test/api/v1") as client:
        for going in (await client.get("/auth/me", **caller.auth), await client.get("/auth/me")):
            assert going.headers["deprecation"] == "@1798761600"  # RFC 9745: a structured date
            assert going.headers["sunset"] == "Fri, 30 Jun 2028 16:00:00 GMT"  # RFC 8594
            assert going.headers["link"] == f'<{MORE}>; rel="deprecation"; type="text/html"'
        undated = await client.get("/auth/sessions", **caller.auth)
        assert undated.headers["deprecation"]
        assert "sunset" not in undated.headers
        for path in ("/notifications", "/nowhere"):
            staying = await client.get(path, **caller.auth)
            assert not {"deprecation", "sunset", "link"} & set(staying.headers)
    operations = {
        operation["operationId"]: operation.get("deprecated", False)
        for path in app.openapi()["paths"].values()
        for operation in path.values()
    }
    assert {name for name, going in operations.items() if going} == set(GOING)


async def test_ending_of_an_unknown_operation_is_a_mistake(ground: Ground) -> None:
    app = create_app(Settings(profile=Profile.OFFICE), ground)
    install(app, {"nothing": Ending(SINCE, MORE)})
    with pytest.raises(KeyError):
        app.openapi()
