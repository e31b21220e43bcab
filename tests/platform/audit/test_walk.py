"""One log, changed in every way one can think of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.audit.checkpoints import Checkpoint
from app.platform.audit.walk import Code, Event, Finding, Leaf, Walk
from app.proof.canonical import canonical
from app.proof.merkle import Frontier, leaf_hash, root

LOG = uuid4()
START = datetime(2026, 3, 2, tzinfo=UTC)


def event(n: int) -> Event:
    at, person = START + timedelta(minutes=n), UUID(int=7)
    body = canonical(
        {
            "act": "stage:open",
            "at": at.isoformat(),
            "log": str(LOG),
            "person": str(person),
            "account": None,
            "subject": None,
        }
    )
    return Event(UUID(int=n + 100), LOG, at, person, None, "stage:open", None, body, bytes([n]))


def sealed(events: list[Event]) -> list[Leaf]:
    frontier, leaves = Frontier(), []
    for n, one in enumerate(events):
        leaf = leaf_hash(one.body.encode(), one.salt)
        frontier.append(leaf)
        leaves.append(Leaf(n, one.id, leaf, frontier.peaks[-1], one))
    return leaves


def checkpoint(leaves: list[Leaf], size: int) -> Checkpoint:
    found = root([leaf.leaf_hash for leaf in leaves[:size]]).hex()
    return Checkpoint(str(LOG), size, found, START.isoformat(), "test", None, "token")


def walked(
    leaves: list[Leaf], *points: Checkpoint, head: list[Leaf] | None = None
) -> list[Finding]:
    frontier = Frontier()
    for leaf in leaves if head is None else head:
        frontier.append(leaf.leaf_hash)
    walk = Walk(str(LOG), points)
    for leaf in leaves:
        walk.step(leaf)
    walk.end(frontier.size, b"".join(frontier.peaks))
    return walk.findings


def codes(findings: list[Finding]) -> list[tuple[Code, int | None]]:
    return [(found.code, found.seq) for found in findings]


LEAVES = sealed([event(n) for n in range(12)])
POINTS = [checkpoint(LEAVES, size) for size in (0, 5, 8)]


def test_untouched_log_is_found_whole() -> None:
    assert walked(LEAVES, *POINTS) == []
    assert walked([], checkpoint([], 0)) == []


@given(st.integers(0, 11))
def test_edited_body_is_named(n: int) -> None:
    was = LEAVES[n].event
    assert was is not None
    changed = replace(was, body=was.body.replace("open", "close"))
    leaves = [*LEAVES[:n], replace(LEAVES[n], event=changed), *LEAVES[n + 1 :]]
    found = walked(leaves, *POINTS)
    assert codes(found) == [(Code.EDITED, n)]
    assert found[0].event_id == was.id


@pytest.mark.parametrize(
    "changed",
    [
        {"act": "stage:close"},
        {"at": START},
        {"person_id": None},
        {"account_id": uuid4()},
        {"subject": uuid4()},
        {"log": None},
        {"salt": b"other"},
    ],
)
def test_edited_column_is_named(changed: dict[str, object]) -> None:
    was = LEAVES[3].event
    assert was is not None
    leaves = [*LEAVES[:3], replace(LEAVES[3], event=replace(was, **changed)), *LEAVES[4:]]  # type: ignore[arg-type]
    assert (Code.EDITED, 3) in codes(walked(leaves, *POINTS))


@given(st.integers(0, 11))
def test_deleted_act_is_named(n: int) -> None:
    leaves = [*LEAVES[:n], replace(LEAVES[n], event=None), *LEAVES[n + 1 :]]
    assert codes(walked(leaves, *POINTS)) == [(Code.DELETED, n)]


@given(st.integers(0, 11))
def test_act_changed_together_with_its_leaf_is_named(n: int) -> None:
    forged = replace(event(n), salt=b"new salt")
    leaf = leaf_hash(forged.body.encode(), forged.salt)
    leaves = [*LEAVES[:n], replace(LEAVES[n], event=forged, leaf_hash=leaf), *LEAVES[n + 1 :]]
    assert codes(walked(leaves, *POINTS))[0] == (Code.EXCHANGED, n)


@given(st.lists(st.integers(0, 7), min_size=2, max_size=2, unique=True))
def test_two_exchanged_places_are_both_named(pair: list[int]) -> None:
    leaves = list(LEAVES)
    for here, there in (pair, pair[::-1]):
        leaves[here] = replace(LEAVES[there], seq=here, peak=LEAVES[here].peak)
    found = codes(walked(leaves, *POINTS))
    assert {(Code.EXCHANGED, pair[0]), (Code.EXCHANGED, pair[1])} <= set(found)


def test_acts_exchanged_across_a_checkpoint_are_found() -> None:
    events = [event(n) for n in range(12)]
    events[4], events[6] = events[6], events[4]
    assert codes(walked(sealed(events), *POINTS)) == [(Code.REWRITTEN, 0)]


@given(st.lists(st.integers(0, 4), min_size=2, max_size=2, unique=True))
def test_reordering_with_a_tree_computed_anew_is_shown_by_the_checkpoint(pair: list[int]) -> None:
    events = [event(n) for n in range(12)]
    first, second = sorted(pair)
    events[first], events[second] = events[second], events[first]
    found = walked(sealed(events), *POINTS)
    assert {one.code for one in found} == {Code.REORDERED}
    assert {first + 1, second} & {one.seq for one in found}


@given(st.integers(0, 7))
def test_rewriting_with_a_tree_computed_anew_is_shown_by_the_checkpoint(n: int) -> None:
    events = [event(n) for n in range(12)]
    events[n] = replace(events[n], salt=b"new salt")
    found = walked(sealed(events), *POINTS)
    assert codes(found) == [(Code.REWRITTEN, 0 if n < 5 else 5)]


@given(st.integers(0, 10))
def test_missing_leaf_is_named(n: int) -> None:
    found = codes(walked([*LEAVES[:n], *LEAVES[n + 1 :]], *POINTS, head=LEAVES))
    assert (Code.LEAF_MISSING, n) in found


@given(st.integers(0, 7))
def test_cut_log_is_shown_by_a_checkpoint(size: int) -> None:
    found = walked(LEAVES[:size], *POINTS)
    assert codes(found) == [(Code.CUT, size)]
    assert str(size) in found[0].sentence


def test_head_that_differs_is_told() -> None:
    assert codes(walked(LEAVES, head=LEAVES[:-1])) == [(Code.HEAD_DIFFERS, None)]


def test_second_leaf_for_one_place_is_told() -> None:
    found = walked([LEAVES[0], LEAVES[0], *LEAVES[1:]], head=LEAVES)
    assert codes(found) == [(Code.EXCHANGED, 0)]
