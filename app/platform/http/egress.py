"""How does the service call another, so that nobody turns the call against our own network?

The name is resolved once; every address it has must be public, or lie in a network that the
operators have allowed, and the connection goes to that very address. No redirect is followed, an
answer is read to a limit, and what takes too long is broken off.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

from app.platform.http.networks import Networks
from app.rules.exact import KIBIBYTE

SECONDS = 10.0
LARGEST_ANSWER = 64 * KIBIBYTE
PORTS = {"http": 80, "https": 443}
TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64: an IPv4 address of any kind may hide in it."""

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


class DestinationWrong(ValueError):
    """The address of the other service cannot be used."""


class NotAnswered(Exception):
    """The other service was not called, or did not answer as it should; says no more than why."""


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the machine knows them."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


@dataclass(frozen=True, slots=True)
class Destination:
    """An address of another service, and the private networks in which it may lie."""

    scheme: str
    host: str
    port: int
    path: str
    allowed: Networks = ()

    @classmethod
    def at(cls, url: str, allowed: Networks = ()) -> "Destination":
        """From `https://host/path`; `http://` counts only inside the allowed networks. Raises
        DestinationWrong.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError) as wrong:
            raise DestinationWrong("https:// (or http:// in an allowed network)") from wrong
        if not parts.hostname or parts.username or parts.fragment:
            raise DestinationWrong("a host is needed; no user and no fragment")
        if parts.scheme == "http" and not allowed:
            raise DestinationWrong("http:// counts only inside an allowed network")
        path = parts.path or "/"
        path += f"?{parts.query}" if parts.query else ""
        return cls(parts.scheme, parts.hostname, port, path, allowed)

    async def address(self, lookup: Resolve) -> Address:
        """The one address to connect to. Raises NotAnswered where any address of the name is not
        to be called.
        """
        try:
            found = [
                ip_address(each.partition("%")[0]) for each in await lookup(self.host, self.port)
            ]
        except (OSError, ValueError) as unknown:
            raise NotAnswered("the host is not known") from unknown
        if not found or not all(self._may_be_called(each) for each in found):
            raise NotAnswered("the host lies in a network that is not allowed")
        return found[0]

    def _may_be_called(self, address: Address) -> bool:
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        plain = mapped or address
        if any(plain in network for network in self.allowed):
            return True
        if isinstance(plain, IPv6Address) and (
            plain.sixtofour or plain.teredo or plain in TRANSLATED
        ):
            return False
        return self.scheme == "https" and plain.is_global and not plain.is_multicast


async def post(
    destination: Destination,
    body: bytes,
    headers: Mapping[str, str],
    *,
    lookup: Resolve = resolve,
    seconds: float = SECONDS,
) -> int:
    """The status of the answer to a POST. Raises NotAnswered."""
    try:
        async with asyncio.timeout(seconds):
            address = await destination.address(lookup)
            return await _posted(destination, address, body, headers)
    except TimeoutError as late:
        raise NotAnswered("no answer in time") from late
    except (httpx.HTTPError, OSError) as fault:
        raise NotAnswered(type(fault).__name__) from fault


async def _posted(
    destination: Destination, address: Address, body: bytes, headers: Mapping[str, str]
) -> int:
    written = f"[{address}]" if address.version == 6 else str(address)
    url = f"{destination.scheme}://{written}:{destination.port}{destination.path}"
    named = f"[{destination.host}]" if ":" in destination.host else destination.host
    if destination.port != PORTS[destination.scheme]:
        named = f"{named}:{destination.port}"
    async with (
        httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=SECONDS) as client,
        client.stream(
            "POST",
            url,
            content=body,
            headers={**headers, "Host": named, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": destination.host},
        ) as answer,
    ):
        size = 0
        async for part in answer.aiter_raw():
            size += len(part)
            if size > LARGEST_ANSWER:
                raise NotAnswered("the answer is too long")
        return answer.status_code
