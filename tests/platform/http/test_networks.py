"""Whom a request comes from is told by the peer, and by proxies that we trust; by nobody else."""

from ipaddress import ip_network

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from app.platform.http.arrival import Arrival
from app.platform.http.networks import client_address, neighbourhood, site

pytestmark = pytest.mark.anyio

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["192.0.2.1"], "203.0.113.7"),  # a stranger claims to be a proxy
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.9, 192.0.2.1"], "192.0.2.1"),  # the left one was made up
        ("10.0.0.1", ["198.51.100.9", "192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["10.0.0.3"], "10.0.0.3"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
        ("fd00::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["192.0.2.1, nonsense"], "unknown"),
        (None, ["192.0.2.1"], "unknown"),
        ("a socket file", [], "unknown"),
    ],
)
def test_client_is_the_nearest_address_that_is_no_trusted_proxy(
    peer: str | None, forwarded: list[str], expected: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == expected


@given(st.lists(st.text(max_size=40), max_size=3))
def test_nothing_a_stranger_writes_changes_who_they_are(claimed: list[str]) -> None:
    assert client_address("203.0.113.7", claimed, PROXIES) == "203.0.113.7"
    # through a proxy that adds the true one at the end, as proxies do
    assert client_address("10.0.0.1", [*claimed, "203.0.113.7"], PROXIES) == "203.0.113.7"


def test_networks_are_as_wide_as_one_household_or_one_neighbourhood() -> None:
    assert site("192.0.2.77") == "192.0.2.77/32"
    assert site("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert neighbourhood("192.0.2.77") == "192.0.2.0/24"
    assert neighbourhood("2001:db8:1:2:3:4:5:6") == "2001:db8:1::/48"
    assert site("unknown") == neighbourhood("unknown") == "unknown"


@pytest.mark.parametrize(("trusted", "expected"), [((), "127.0.0.1"), (True, "192.0.2.9")])
async def test_forwarded_header_counts_from_trusted_peers_alone(
    trusted: object, expected: str
) -> None:
    plain = FastAPI()
    seen: list[str] = []

    async def noting(scope: dict[str, dict[str, str]], receive: object, send: object) -> None:
        seen.append(scope["state"]["client"])
        await plain(scope, receive, send)  # type: ignore[arg-type]  # handed on

    proxies = (ip_network("127.0.0.1"),) if trusted else ()
    arrival = Arrival(noting, lambda: None, trusted=proxies)  # type: ignore[arg-type]  # no clock
    async with AsyncClient(transport=ASGITransport(arrival), base_url="http://award.test") as asker:
        await asker.get("/", headers={"X-Forwarded-For": "192.0.2.9"})
    assert seen == [expected]
