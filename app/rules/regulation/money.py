"""What money goes with an award?"""

from typing import Literal

from pydantic import Field

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Choice, Code, Flag, Key, Money, Rule, Share, Text


class Bonus(Rule):
    """The 奖金 of a tier in fen, in all tracks or some; who is left out, whether only once.

    `except` names `budget_funded` (财政全额拨款单位) or groups of the regulation. A first win is
    the first of any tier, or with `first_win_of: tier` the first of this tier.
    """

    tier: Key
    track: Keys | None = None
    amount: Money
    first_win_only: Flag = False
    first_win_of: Literal["programme", "tier"] = "programme"
    excluded: tuple[Code, ...] = Field(default=(), alias="except")
    uses: tuple[Text, ...] = ()


class Matching(Choice):
    """配套奖励: money for having won another body's award, as a share of its bonus or a sum in fen.

    `honour` is the other award by its names, the earlier ones too; `tier` its tier, where only one
    is matched.
    """

    ways = ("share", "amount")

    key: Key
    honour: tuple[Text, ...] = Field(min_length=1)
    tier: Text | None = None
    share: Share | None = None
    amount: Money | None = None
