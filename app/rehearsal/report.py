"""What came of a rehearsal? The same for the same seed, but for requests and seconds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, in one sentence; `seen` says what was found where it does not."""

    name: str
    ok: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class StageLine:
    """How many entered a stage, and what became of them."""

    key: str
    kind: str
    name: str
    entered: int
    advanced: int
    eliminated: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of the ranking; points as printed, of the scale of the stage."""

    application: str
    points: str | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class Awarded:
    """One award; `bonus` in yuan with two decimals, or None where none is paid."""

    application: str
    track: str
    tier: str
    bonus: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of the regulation that was played."""

    code: str
    hash: str
    title: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to come in as one of the people who were played."""

    role: str
    name: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole rehearsed year. Applications go by the names of the cast."""

    regulation: Edition
    seed: int
    places: int
    stages: Sequence[StageLine]
    ranking: Sequence[Ranked]
    awards: Sequence[Awarded]
    requests: int
    seconds: float
    checks: Sequence[Check]
    sign_ins: Sequence[SignIn] = ()
    cycle: str = ""

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain values, ready to be written as JSON; without ids and logins, which differ."""
        plain = asdict(self) | {"ok": self.ok}
        return {name: plain[name] for name in plain if name not in {"sign_ins", "cycle"}}
