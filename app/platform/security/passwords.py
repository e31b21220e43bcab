"""Is this the password of the account, and is a new one good enough?"""

import asyncio
import os
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8  # ASVS 5.0 6.2.1
LONGEST = 128  # ASVS 5.0 6.2.9 asks for at least 64
WAITING = 50
SHORTEST_LATIN_NAME = 4  # "li" inside a password gives nothing away
FIRST_IDEOGRAPH = "\u2e80"

Result = TypeVar("Result")


class Weakness(StrEnum):
    """Why a new password is refused (policy `asvs`: no rules of composition)."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    MALFORMED = "malformed"
    WELL_KNOWN = "well-known"
    CONTAINS_NAME = "contains-name"


class PasswordRefused(Exception):
    """The password cannot be hashed: too short, too long, or not text."""

    def __init__(self, code: Weakness) -> None:
        super().__init__(code.value)
        self.code = code


class HashingBusy(Exception):
    """As many passwords are waiting as may wait; try again after a second."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one argon2id hash costs: passes over so many KiB of memory, in so many lanes."""

    passes: int
    memory_kib: int
    lanes: int = 1


PRODUCTION = Cost(passes=1, memory_kib=46 * 1024)
"""ASVS 5.0, appendix C."""
CHEAPEST = Cost(passes=1, memory_kib=8)


class PasswordHasher:
    """Hashes with argon2id in threads, one per core; at most `waiting` more passwords wait."""

    def __init__(
        self, cost: Cost = PRODUCTION, *, cores: int | None = None, waiting: int = WAITING
    ) -> None:
        workers = cores or os.cpu_count() or 1
        self.cost = cost
        self._argon2 = argon2.PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._nobody = self._argon2.hash(os.urandom(16))
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._places = threading.BoundedSemaphore(workers + waiting)

    async def hash(self, password: str) -> str:
        """The argon2id text to store. Raises PasswordRefused, HashingBusy."""
        octets = _octets(password)
        if len(octets.decode()) < SHORTEST:
            raise PasswordRefused(Weakness.TOO_SHORT)
        return await self._in_thread(lambda: self._argon2.hash(octets))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `stored` is the hash of this password; None costs the same and is False.

        So an unknown account takes as long as a wrong password. Raises HashingBusy.
        """
        try:
            octets = _octets(password)
        except PasswordRefused:
            return False
        # nobody's password is random and forgotten, so nothing matches it
        return await self._in_thread(lambda: self._matches(stored or self._nobody, octets))

    def close(self) -> None:
        """Ends the threads; passwords that still wait are given up."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _matches(self, stored: str, octets: bytes) -> bool:
        try:
            return self._argon2.verify(stored, octets)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        if not self._places.acquire(blocking=False):
            raise HashingBusy
        try:
            future = self._threads.submit(work)
        except RuntimeError:
            self._places.release()
            raise
        # The place is free when the thread is, also after the one who waited has gone.
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def _leave(self, _done: Future[Result]) -> None:
        self._places.release()


def weakness(
    password: str, *, blocklist: Collection[str], names: Iterable[str] = ()
) -> Weakness | None:
    """Why this new password is refused under the policy `asvs`, or None.

    `blocklist` holds passwords in lower case (`well_known()` or the office's own, longer one);
    `names` are words an attacker would try first: account, person, organisation, programme.
    """
    try:
        folded = _octets(password).decode().casefold()
    except PasswordRefused as refused:
        return refused.code
    if len(unicodedata.normalize("NFC", password)) < SHORTEST:
        return Weakness.TOO_SHORT
    if folded in blocklist or _repeats(folded):
        return Weakness.WELL_KNOWN
    if any(_betrays(name) and _folded(name) in folded for name in names):
        return Weakness.CONTAINS_NAME
    return None


@cache
def well_known() -> frozenset[str]:
    """The best-known passwords of the world and of China, in lower case."""
    return frozenset(files(__package__).joinpath("well_known.txt").read_text("utf-8").split())


def _octets(password: str) -> bytes:
    # NFC, because one keyboard writes é as one character and the next as two (NIST SP 800-63B)
    text = unicodedata.normalize("NFC", password)
    if len(text) > LONGEST:
        raise PasswordRefused(Weakness.TOO_LONG)
    try:
        return text.encode()
    except UnicodeEncodeError as problem:
        raise PasswordRefused(Weakness.MALFORMED) from problem


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()


def _repeats(folded: str) -> bool:
    # aaaaaaaa, 12121212, abcabcabc: up to three characters said again and again
    return any(folded == (folded[:n] * len(folded))[: len(folded)] for n in (1, 2, 3))


def _betrays(name: str) -> bool:
    text = _folded(name)
    ideographs = any(character >= FIRST_IDEOGRAPH for character in text)
    return len(text) >= (2 if ideographs else SHORTEST_LATIN_NAME)
