"""From which network does a request come, and whom do we believe about it?"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request

Networks = tuple[IPv4Network | IPv6Network, ...]

UNKNOWN = "unknown"
SITE = {4: 32, 6: 64}  # one household or office: IPv6 gives each a whole /64
NEIGHBOURHOOD = {4: 24, 6: 48}


def client_address(peer: str | None, forwarded: Iterable[str], trusted: Networks) -> str:
    """The address nearest to us that is no trusted proxy's.

    `forwarded` are the lines of X-Forwarded-For. They are read from the right, and only as long as
    a trusted proxy wrote them: whatever a client puts there itself is never believed.
    """
    address = _read(peer or "")
    hops = [hop for line in forwarded for hop in line.split(",")]
    while address is not None and hops and any(address in network for network in trusted):
        address = _read(hops.pop().strip())
    return str(address) if address else UNKNOWN


def site(address: str) -> str:
    """The network for which failed sign-ins are counted together."""
    return _within(address, SITE)


def neighbourhood(address: str) -> str:
    """The network for which anonymous requests are counted together."""
    return _within(address, NEIGHBOURHOOD)


def client_of(request: Request) -> str:
    """The address this request came from, as its arrival was stamped."""
    address: str = request.state.client
    return address


def _within(address: str, lengths: dict[int, int]) -> str:
    known = _read(address)
    if known is None:
        return UNKNOWN
    return str(ip_network((known, lengths[known.version]), strict=False))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    host, _, port = text.rpartition(":")
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif port.isdigit() and host.count(".") == 3:  # some proxies write the port too
        text = host
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
