"""Every status of an account × every move, by hand."""

import pytest

from app.platform.accounts.lifecycle import ACCOUNT, AccountStatus

INVITED, ACTIVE, DISABLED = AccountStatus.INVITED, AccountStatus.ACTIVE, AccountStatus.DISABLED
TO = {
    ("activate", INVITED): ACTIVE,
    ("activate", ACTIVE): None,
    ("activate", DISABLED): None,
    ("disable", INVITED): DISABLED,
    ("disable", ACTIVE): DISABLED,
    ("disable", DISABLED): None,
    ("enable", INVITED): None,
    ("enable", ACTIVE): None,
    ("enable", DISABLED): ACTIVE,
    ("reinvite", INVITED): None,
    ("reinvite", ACTIVE): None,
    ("reinvite", DISABLED): INVITED,
}
PERMISSION = {
    "activate": "account:activate",
    "disable": "account:disable",
    "enable": "account:enable",
    "reinvite": "account:enable",
}


def test_matrix_names_every_move_and_status() -> None:
    assert {move.name for move in ACCOUNT} == set(PERMISSION)
    assert set(TO) == {(move, status) for move in PERMISSION for status in AccountStatus}


@pytest.mark.parametrize(("move", "status"), TO)
def test_move_leads_where_the_matrix_says(move: str, status: AccountStatus) -> None:
    row = ACCOUNT[move]
    reached = None if row.obstacle(status) else row.target
    assert reached == TO[move, status]
    assert row.permission == PERMISSION[move]
