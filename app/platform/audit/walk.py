"""What is wrong with one log, leaf by leaf? Pure: rows in, findings out.

Nothing stored is trusted but the checkpoints handed in.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.platform.audit.checkpoints import Checkpoint
from app.platform.audit.models import log_key
from app.proof.merkle import Frontier, leaf_hash, node_hash

MOST_SUSPECTS = 100


class Code(StrEnum):
    """What is wrong."""

    EDITED = "edited"
    DELETED = "deleted"
    EXCHANGED = "exchanged"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    LEAF_MISSING = "leaf-missing"
    UNSEALED = "unsealed"
    CUT = "cut"
    HEAD_DIFFERS = "head-differs"
    CHECKPOINT_FOREIGN = "checkpoint-foreign"
    CHECKPOINT_MISSING = "checkpoint-missing"


SENTENCES = {
    Code.EDITED: "记录的内容与封存时不符。",
    Code.DELETED: "已登记的记录不见了。",
    Code.EXCHANGED: "此处的封存值不是当初封存的那一条。",
    Code.REORDERED: "第 {first} 至 {last} 条与检查点不符；此条早于前一条，顺序被改动。",
    Code.REWRITTEN: "第 {first} 至 {last} 条中有内容被改写，与检查点不符。",
    Code.LEAF_MISSING: "第 {first} 至 {last} 条的封存值不见了。",
    Code.UNSEALED: "记录没有封存值，也不在等待封存之列。",
    Code.CUT: "检查点上日志有 {size} 条，现在只有 {now} 条：末尾被截去。",
    Code.HEAD_DIFFERS: "日志的当前值与逐条计算的结果不符。",
    Code.CHECKPOINT_FOREIGN: "检查点不是本服务签发的，或与登记的内容不符。",
    Code.CHECKPOINT_MISSING: "日志有 {size} 条时的检查点之前，有一个检查点不见了。",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: in which log, at which place (from 0), with which act."""

    code: Code
    log: str
    seq: int | None
    event_id: UUID | None
    sentence: str


def finding(
    code: Code, log: str, seq: int | None = None, event_id: UUID | None = None, **facts: object
) -> Finding:
    """A finding with its sentence; places in sentences count from 1."""
    return Finding(code, log, seq, event_id, SENTENCES[code].format(**facts))


@dataclass(frozen=True, slots=True)
class Event:
    """An act as it is stored now."""

    id: UUID
    log: UUID | None
    at: datetime
    person_id: UUID | None
    account_id: UUID | None
    act: str
    subject: UUID | None
    body: str
    salt: bytes

    def says_what_its_body_says(self) -> bool:
        """Whether the columns that the service searches by still agree with the sealed text."""
        try:
            body: dict[str, Any] = json.loads(self.body)
            return (
                datetime.fromisoformat(body["at"]) == self.at
                and body["act"] == self.act
                and (body["log"], body["person"], body["account"], body["subject"])
                == tuple(
                    _text(i) for i in (self.log, self.person_id, self.account_id, self.subject)
                )
            )
        except (ValueError, KeyError, TypeError):
            return False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place of the log as it is stored now, with the act it stands for, if there is one."""

    seq: int
    event_id: UUID
    leaf_hash: bytes
    peak: bytes
    event: Event | None


class Walk:
    """Goes over the leaves of one log in order, and remembers log2(n) hashes."""

    def __init__(self, log: str, checkpoints: Iterable[Checkpoint]) -> None:
        self.findings: list[Finding] = []
        self._log = log
        self._roots: dict[int, set[str]] = defaultdict(set)
        for point in checkpoints:
            self._roots[point.size].add(point.root)
        self._tree = Frontier()
        self._stored_peaks: list[bytes] = []
        self._next = 0
        self._agreed = 0  # the size at which the last checkpoint agreed
        self._whole = True  # as long as no leaf is missing, the tree can be computed
        self._agreeing = True  # what differs from one checkpoint differs from all that follow
        self._before: tuple[datetime, UUID] | None = None
        self._suspects: list[Leaf] = []
        self._compare()

    def step(self, leaf: Leaf) -> None:
        """The next leaf in order of places."""
        if leaf.seq < self._next:
            self._say(Code.EXCHANGED, leaf)
            return
        if leaf.seq > self._next:
            self._note(Code.LEAF_MISSING, first=self._next + 1, last=leaf.seq)
            self._whole = False
        self._check_event(leaf)
        if self._whole:
            self._check_peak(leaf)
            self._tree.append(leaf.leaf_hash)
        self._next = leaf.seq + 1
        self._compare()

    def end(self, head_size: int, head_peaks: bytes) -> None:
        """After the last leaf: the stored head, and checkpoints of a longer log."""
        stored = (head_size, head_peaks)
        if self._next != head_size or (
            self._whole and stored != (self._tree.size, b"".join(self._tree.peaks))
        ):
            self.findings.append(finding(Code.HEAD_DIFFERS, self._log))
        longest = max(self._roots, default=0)
        if longest > self._next:
            self._note(Code.CUT, size=longest, now=self._next)

    def _check_event(self, leaf: Leaf) -> None:
        event = leaf.event
        if event is None:
            self._say(Code.DELETED, leaf)
            return
        sealed = leaf_hash(event.body.encode(), event.salt) == leaf.leaf_hash
        if not (sealed and log_key(event.log) == self._log and event.says_what_its_body_says()):
            self._say(Code.EDITED, leaf)
        when = (event.at, event.id)
        if self._before and when < self._before and len(self._suspects) < MOST_SUSPECTS:
            self._suspects.append(leaf)
        self._before = when

    def _check_peak(self, leaf: Leaf) -> None:
        """Against the peaks stored before, so that one exchanged leaf accuses no other."""
        carried, size = leaf.leaf_hash, leaf.seq
        while size & 1:
            carried = node_hash(self._stored_peaks.pop(), carried)
            size >>= 1
        if carried != leaf.peak:
            self._say(Code.EXCHANGED, leaf)
        self._stored_peaks.append(leaf.peak)

    def _compare(self) -> None:
        roots = self._roots.get(self._next)
        if not (roots and self._whole and self._agreeing):
            return
        if roots == {self._tree.root().hex()}:
            self._agreed = self._next
            self._suspects.clear()
            return
        self._agreeing = False
        facts = {"first": self._agreed + 1, "last": self._next}
        for leaf in self._suspects:
            self._say(Code.REORDERED, leaf, **facts)
        if not self._suspects:
            self._note(Code.REWRITTEN, self._agreed, **facts)

    def _note(self, code: Code, seq: int | None = None, **facts: object) -> None:
        place = self._next if seq is None else seq
        self.findings.append(finding(code, self._log, place, None, **facts))

    def _say(self, code: Code, leaf: Leaf, **facts: object) -> None:
        self.findings.append(finding(code, self._log, leaf.seq, leaf.event_id, **facts))


def _text(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)
