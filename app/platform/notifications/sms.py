"""How does a notification reach a mobile telephone? Through a gateway that takes signed JSON.

POST `{to, template, text, id, time}` with the headers of Standard Webhooks. `id` and `webhook-id`
stay the same however often it is tried: a gateway that has seen one sends nothing again.
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime

from app.platform.http.egress import Destination, NotAnswered, post
from app.platform.http.networks import Networks
from app.platform.jobs.work import Task
from app.platform.notifications.delivering import Dispatch, NotTaken, delivering
from app.platform.notifications.models import Way

PREFIX = "whsec_"
SHORTEST_KEY = 24  # bytes, as Standard Webhooks asks
LONGEST_TEXT = 300
"""Characters of a text message, by our own choice; the whole lies in the inbox."""


class GatewayWrong(ValueError):
    """The gateway's key cannot be used."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where messages are handed over, and the key with which they are signed."""

    destination: Destination
    key: bytes = field(repr=False)

    @classmethod
    def at(cls, url: str, key: str, networks: Networks = ()) -> "Gateway":
        """The key as `whsec_` and base64, of at least 24 bytes. Raises GatewayWrong, and
        DestinationWrong for the address.
        """
        try:
            secret = base64.b64decode(key.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise GatewayWrong("whsec_ and base64") from None
        if len(secret) < SHORTEST_KEY:
            raise GatewayWrong(f"the key has fewer than {SHORTEST_KEY} bytes")
        return cls(Destination.at(url, networks), secret)


def texting(gateway: Gateway) -> Task:
    """The task that sends a notification to a mobile telephone through this gateway."""

    async def send(dispatch: Dispatch, now: datetime) -> None:
        body = message(dispatch)
        try:
            status = await post(
                gateway.destination, body, signed_headers(gateway.key, dispatch.name, now, body)
            )
        except NotAnswered as fault:
            raise NotTaken(str(fault)) from None
        if not 200 <= status < 300:  # a redirect is no yes either
            raise NotTaken(f"HTTP {status}")

    return delivering(Way.SMS, send)


def message(dispatch: Dispatch) -> bytes:
    """What the gateway is given; the same bytes however often it is tried."""
    text = f"{dispatch.title}：{dispatch.text}"
    told = {
        "to": dispatch.to,
        "template": dispatch.template,
        "text": text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…",
        "id": dispatch.name,
        "time": dispatch.told_at.isoformat(),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(key: bytes, name: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: name, seconds since 1970, and HMAC-SHA256 over both and
    the body.
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.digest(key, f"{name}.{seconds}.".encode() + body, "sha256")
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
