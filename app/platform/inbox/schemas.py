"""How do notifications look on the wire?"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from app.platform.http.bodies import Body, View

Address = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$",
    ),
]
"""An e-mail address of letters that no header can mistake for its own."""


class NotificationView(View):
    """One thing the caller was told."""

    id: UUID
    template: str = Field(examples=["stage-eliminated"])
    params: dict[str, Any]
    title: str = Field(examples=["评审结果通知"])
    text: str
    created_at: datetime
    read_at: datetime | None


class MailAddressIn(Body):
    """Where to mail notifications; null for nowhere."""

    address: Address | None = Field(
        examples=["li.si@example.com"], description="Kept sealed; mail goes out in the open."
    )
