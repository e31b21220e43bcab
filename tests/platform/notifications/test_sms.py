"""Text messages go out signed, under a name that stays, and only to where they may."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime
from ipaddress import ip_network
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.platform.accounts.models import Person
from app.platform.ground import Ground
from app.platform.http.egress import Destination, DestinationWrong, NotAnswered, post
from app.platform.jobs.models import Job, JobState
from app.platform.jobs.work import do_jobs
from app.platform.notifications.delivering import Dispatch
from app.platform.notifications.models import Delivery, PhoneNumber
from app.platform.notifications.service import SMS, notify, phone_place
from app.platform.notifications.sms import LONGEST_TEXT, GatewayWrong, message, texting
from app.platform.notifications.sms import Gateway as Ours
from app.platform.notifications.templates import Template, Urgency
from tests.clock import START, MovableClock
from tests.platform.notifications.gateway import ELSEWHERE, FAULT, LONG, Gateway, gateway
from tests.platform.notifications.waiting import nothing_waits

pytestmark = pytest.mark.anyio

KEY = bytes(range(24))
WRITTEN = "whsec_" + base64.b64encode(KEY).decode()
LOOPBACK = (ip_network("127.0.0.0/8"),)
TOLD = Template("told", "关于“{what}”的通知", "{what}明日截止。", urgency=Urgency.URGENT)


@pytest.fixture
async def far(ground: Ground) -> AsyncIterator[Gateway]:
    await nothing_waits(ground)
    async with gateway() as kept:
        yield kept


def ours(far: Gateway) -> Ours:
    return Ours.at(far.url, WRITTEN, LOOPBACK)


async def told(ground: Ground, at: datetime = START) -> UUID:
    """Somebody with a telephone has been told something urgent."""
    async with ground.database.writing() as db:
        person = Person(name="李四", created_at=at)
        db.add(person)
        await db.flush()
        sealed = ground.sealer.seal("13812345678", phone_place(person.id))
        db.add(
            PhoneNumber(
                person_id=person.id,
                number_sealed=sealed,
                masked="138****5678",
                least=Urgency.URGENT,
                set_at=at,
            )
        )
        await db.flush()
        return await notify(db, person.id, TOLD, {"what": "申报"}, at)


async def stored(ground: Ground, identity: UUID) -> tuple[Delivery, Job]:
    async with ground.database.reading() as db:
        job = await db.scalar(select(Job).where(Job.key == f"sms:{identity}"))
        assert job is not None
        return await db.get_one(Delivery, (identity, "sms")), job


async def test_message_is_posted_signed_and_marked(ground: Ground, far: Gateway) -> None:
    made = await told(ground)
    await do_jobs(ground, {SMS: texting(ours(far))}, uuid4())
    ((headers, body, raw),) = [each for each in far.asked if each[1]["id"] == str(made)]
    assert body == {
        "to": "13812345678",
        "template": "told",
        "text": "关于“申报”的通知：申报明日截止。",
        "id": str(made),
        "time": START.isoformat(),
    }
    assert headers["request"] == "POST /send?v=1 HTTP/1.1"
    assert headers["host"] == f"127.0.0.1:{far.port}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    expected = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(ground.clock().timestamp())
    delivery, job = await stored(ground, made)
    assert (delivery.taken_at, job.state) == (ground.clock(), JobState.DONE)
    assert delivery.masked == "138****5678"


@pytest.mark.parametrize(("length", "ending"), [(297, "字。"), (298, "字…"), (8_000, "字…")])
def test_long_text_is_cut_for_a_telephone_and_whole_in_the_inbox(length: int, ending: str) -> None:
    dispatch = Dispatch("n", "13812345678", "told", "通知", "字" * (length - 1) + "。", START)
    text = json.loads(message(dispatch))["text"]
    assert len(text) == min(length + 3, LONGEST_TEXT)
    assert text.startswith("通知：字")
    assert text.endswith(ending)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (FAULT, "HTTP 500"),
        (None, "RemoteProtocolError"),
        (ELSEWHERE, "HTTP 302"),
        (LONG, "the answer is too long"),
    ],
)
async def test_gateway_that_fails_is_asked_again_under_the_same_name(
    ground: Ground, far: Gateway, clock: MovableClock, answer: bytes | None, said: str
) -> None:
    made, far.answers = await told(ground), [answer]
    tasks = {SMS: texting(ours(far))}
    await do_jobs(ground, tasks, uuid4())
    delivery, job = await stored(ground, made)
    assert (delivery.taken_at, job.state) == (None, JobState.WAITING)
    assert job.last_error == f"NotTaken: {said}"
    assert "138" not in job.last_error
    clock.move(seconds=3)
    await do_jobs(ground, tasks, uuid4())
    assert (await stored(ground, made))[1].state == JobState.DONE
    first, second = (each for each in far.asked if each[1]["id"] == str(made))
    assert first[2] == second[2], "the same bytes"
    named = {each[0]["webhook-id"] for each in far.asked if each[1]["id"] == str(made)}
    assert named == {str(made)}, "a gateway that has seen the id sends nothing again"


async def test_gateway_that_dawdles_is_left(far: Gateway) -> None:
    far.delay = 5.0
    with pytest.raises(NotAnswered, match="in time"):
        await post(ours(far).destination, b"{}", {}, seconds=0.2)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["100.64.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["fd00::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["224.0.0.1"],
        ["0.0.0.0"],  # noqa: S104  nothing is bound, it is refused
        ["8.8.8.8", "10.1.2.3"],
        [],
    ],
)
async def test_name_that_leads_into_a_private_network_is_not_called(addresses: list[str]) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        assert (host, port) == ("sms.example.cn", 443)
        return addresses

    with pytest.raises(NotAnswered, match="not allowed"):
        await post(Destination.at("https://sms.example.cn/"), b"{}", {}, lookup=lookup)


@pytest.mark.parametrize(
    "url", ["https://0x7f000001/", "https://[::ffff:127.0.0.1]/", "https://2130706433/"]
)
async def test_loopback_written_otherwise_is_not_called(url: str) -> None:
    with pytest.raises(NotAnswered, match=r"not allowed|not known"):
        await post(Destination.at(url), b"{}", {})


async def test_connection_goes_to_the_address_that_was_checked(far: Gateway) -> None:
    """A name that means something else the next moment changes nothing: it is asked once."""
    asked = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    named = Destination.at(f"http://sms.gov.internal:{far.port}/x", LOOPBACK)
    assert await post(named, b"{}", {"webhook-id": "1"}, lookup=lookup) == 200
    assert asked == [("sms.gov.internal", far.port)]
    assert far.asked[0][0]["host"] == f"sms.gov.internal:{far.port}"


async def test_plain_http_outside_the_allowed_networks_is_not_called() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8"]

    with pytest.raises(NotAnswered, match="not allowed"):
        await post(Destination.at("http://sms.example.cn/", LOOPBACK), b"{}", {}, lookup=lookup)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://sms.example.cn/",
        "https://",
        "https://user:secret@sms.example.cn/",
        "https://sms.example.cn:port/",
        "http://sms.example.cn/",
    ],
)
def test_destination_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(DestinationWrong):
        Destination.at(url)


@pytest.mark.parametrize("key", ["whsec_###", "", "whsec_c2hvcnQ="])
def test_key_that_signs_nothing_is_refused(key: str) -> None:
    with pytest.raises(GatewayWrong):
        Ours.at("https://sms.example.cn/", key)
    assert "bytes" not in repr(Ours.at("https://sms.example.cn/", WRITTEN))
