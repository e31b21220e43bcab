"""The people of a rehearsal."""

from statistics import mean

import pytest

from app.catalogue import loader
from app.rehearsal import check
from app.rehearsal.cast import TRADES, credit_code, document, make_cast
from app.rules.identifiers import credit_code_problem

GBT = loader.criteria("gbt-19580-2012")


def test_same_seed_gives_the_same_cast() -> None:
    assert make_cast(7, 12, 9) == make_cast(7, 12, 9)
    assert make_cast(7, 12, 9) != make_cast(8, 12, 9)


@pytest.mark.parametrize("seed", range(30))
def test_cast_has_distinct_firms_and_one_newcomer(seed: int) -> None:
    cast = make_cast(seed, 40, 9)
    assert len({firm.name for firm in cast.firms}) == 40
    assert [f.number for f in cast.firms if f.registered_on.year >= 2023] == [cast.newcomer]
    assert cast.newcomer not in {cast.honoured, cast.kin[1]}


def test_totals_look_like_those_of_real_awards() -> None:
    cast = make_cast(1, 200, 9)
    totals = [
        check.total(
            GBT,
            {
                item.code: cast.percentage(
                    "documents", firm.number, firm.number % 9, item.code, live=False
                )
                for item in GBT.items()
            },
        )
        for firm in cast.firms
    ]
    assert 350 < mean(totals) < 480
    assert 0 < sum(total > 600 for total in totals) < 20
    assert sum(total > 500 for total in totals) < 200 / 3


def test_percentages_do_not_depend_on_the_order_of_asking() -> None:
    cast = make_cast(3, 6, 5)
    first = cast.percentage("site", 2, 1, "4.1.1", live=False)
    cast.percentage("site", 4, 3, "4.5", live=False)
    assert cast.percentage("site", 2, 1, "4.1.1", live=False) == first
    assert first % 5 == 0


def test_credit_codes_are_sound_and_differ_by_nonce() -> None:
    codes = {credit_code(1, nonce, number) for nonce in "abc" for number in range(50)}
    assert len(codes) == 150
    assert {credit_code_problem(code) for code in codes} == {None}


def test_document_is_a_pdf_of_its_own() -> None:
    cast = make_cast(1, 2, 3)
    made = [document("自评报告", firm) for firm in cast.firms]
    assert all(one.startswith(b"%PDF-") and one.endswith(b"%%EOF\n") for one in made)
    assert made[0] != made[1]
    start = int(made[0].split(b"startxref\n")[1].split()[0])
    assert made[0][start:].startswith(b"xref\n0 8\n")


def test_every_trade_stands_in_the_code_list() -> None:
    known = {item.code for item in loader.code_list("industries").items}
    assert {code for _, code in TRADES} <= known
