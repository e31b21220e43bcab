"""Which version did the caller see?"""

import pytest
from fastapi import Response

from app.platform.errors import Stale
from app.platform.http.preconditions import ensure_fresh, tagged, version_tag


@pytest.mark.parametrize("given", ['"v3"', "*", ' "v3" ', '"v1", "v3"', '"v3","v4"'])
def test_version_that_was_read_may_be_changed(given: str) -> None:
    ensure_fresh(given, version_tag(3))


@pytest.mark.parametrize("given", ['"v2"', '"v33"', "v3", '"v1","v2"', "", 'W/"v3"'])
def test_any_other_version_is_stale(given: str) -> None:
    with pytest.raises(Stale):
        ensure_fresh(given, version_tag(3))


def test_answer_carries_its_tag() -> None:
    response = Response()
    tagged(response, version_tag(7))
    assert response.headers["etag"] == '"v7"'
