"""What money goes with an award?"""

from typing import Literal

from pydantic import Field

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Flag, Key, Money, Rule


class Bonus(Rule):
    """The 奖金 of a tier in fen, in all tracks or some; who is left out, whether only once."""

    tier: Key
    track: Keys | None = None
    amount: Money
    first_win_only: Flag = False
    excluded: tuple[Literal["budget_funded"], ...] = Field(default=(), alias="except")
