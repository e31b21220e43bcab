"""How do notifications look on the wire?"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from app.platform.http.bodies import Body, View
from app.platform.notifications.models import Tongue
from app.platform.notifications.templates import Urgency

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


Mobile = Annotated[str, StringConstraints(pattern=r"^1[3-9][0-9]{9}$")]
"""A mobile telephone of the mainland."""


class LanguageIn(Body):
    """In which language to be told things from now on."""

    language: Tongue


class ContactView(View):
    """Where notifications go beside the inbox; the address is shown masked."""

    masked: str = Field(examples=["138****5678"])
    least: Urgency = Field(description="The least urgent that is sent there.")


class ContactsView(View):
    """By which ways the caller is told things beside the inbox, and in which language."""

    mail: ContactView | None
    phone: ContactView | None
    language: Tongue


class WordsView(View):
    """A title and a text with {named} places."""

    title: str = Field(examples=["{programme}（{cycle}）暂停"])
    text: str


class TemplateView(View):
    """A message that the service sends: its words, its places, and how it reads."""

    key: str = Field(examples=["cycle-suspended"])
    urgency: Urgency
    places: list[str] = Field(examples=[["cycle", "programme"]])
    zh: WordsView
    en: WordsView | None
    sample: dict[str, str] = Field(description="What the preview fills in.")
    preview: WordsView = Field(description="The Chinese words, filled with the sample.")


class PhoneNumberIn(Body):
    """Where to send text messages; null for nowhere."""

    number: Mobile | None = Field(
        examples=["13812345678"], description="Kept sealed; messages go out in the open."
    )
    least: Urgency = Field(
        default=Urgency.URGENT, description="The least urgent thing that is sent there."
    )


class MailAddressIn(Body):
    """Where to mail notifications; null for nowhere."""

    address: Address | None = Field(
        examples=["li.si@example.com"], description="Kept sealed; mail goes out in the open."
    )
    least: Urgency = Field(
        default=Urgency.ORDINARY, description="The least urgent thing that is mailed."
    )
