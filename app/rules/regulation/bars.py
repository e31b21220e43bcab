"""Who may not apply again, since what, and for how long?"""

from typing import Literal

from pydantic import Field

from app.rules.regulation.values import Choice, Code, Key, Length, Rule


class After(Choice):
    """What happened: a tier was granted, or an award was revoked on a ground."""

    ways = ("granted", "revoked_for")

    granted: Key | None = None
    revoked_for: Code | None = None


class Bar(Rule):
    """A 限制申报: years to sit out, counted to the day from the grant or the revocation."""

    key: Key
    after: After
    sit_out: Length
    counted_from: Literal["decision_date", "revocation"] = Field(alias="from")
