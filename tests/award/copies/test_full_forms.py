"""A form that is filled to the brim is printed whole: nothing cut off, no title left behind."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from app.award.copies.printing import TEMPLATE
from app.platform.documents.press import Press
from tests.award.copies.full import FORMS, document

pytestmark = [pytest.mark.anyio, pytest.mark.long]
AT = datetime(2026, 3, 20, 9, 29, tzinfo=UTC)
FOOT = re.compile(r"申报内容SHA-256[0-9a-f]{64}第\d+页共\d+页")


def closed(text: str) -> str:
    return re.sub(r"\s|\u200b", "", text)


def told(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """Every value on the pages; long ones as they begin, since a page may end in them."""
    for block in blocks:
        values = [[block["text"]]] if block["kind"] == "prose" else block["rows"]
        yield from (closed(value)[:60] for row in values for value in row)


@pytest.mark.parametrize("code", FORMS)
async def test_full_form_is_printed_whole(code: str) -> None:
    filled = document(code)
    pdf = pypdf.PdfReader(io.BytesIO(await Press().pdf(TEMPLATE, filled, AT)))
    head = closed(filled["title"] + filled["code"])
    pages = [closed(page.extract_text()) for page in pdf.pages]
    assert all(page.count(head) == 1 and len(FOOT.findall(page)) == 1 for page in pages[1:])
    bodies = [FOOT.sub("", page).replace(head, "") for page in pages]
    whole = "".join(bodies)
    for section in filled["sections"]:
        assert closed(section["title"]) in whole
        assert [value for value in told(section["blocks"]) if value not in whole] == []
    names = [section["title"] for section in filled["sections"]]
    names += [block.get("name", "") for one in filled["sections"] for block in one["blocks"]]
    last = tuple(closed(name) for name in names if name)
    assert [body[-40:] for body in bodies if body.endswith(last)] == [], "a title without its text"
    assert whole.count("盖章）：") == 1
    assert "承诺" in bodies[-1]
    assert "第2页" in pages[1]


async def test_head_of_a_table_is_on_each_of_its_pages() -> None:
    filled = document("person-2023")
    pdf = pypdf.PdfReader(io.BytesIO(await Press().pdf(TEMPLATE, filled, AT)))
    pages = [closed(page.extract_text()) for page in pdf.pages]
    (career,) = [
        one
        for section in filled["sections"]
        for one in section["blocks"]
        if one.get("name") == "工作经历"
    ]
    head = closed("".join(career["head"]))
    shown = [at for at, page in enumerate(pages) if head in page]
    assert len(shown) > 1
    assert shown == [*range(shown[0], shown[0] + len(shown))]
