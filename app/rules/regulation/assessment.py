"""How does an applicant hand in its self-assessment (自评报告)?"""

from typing import Literal

from app.rules.regulation.quotas import Keys
from app.rules.regulation.values import Flag, Positive, Rule, Text


class SelfAssessment(Rule):
    """How these tracks (all, unless named) hand in their self-assessment (自评报告): as one
    `document`, as `items` (a text to each scored item of the criteria), or `both`. A document has a
    page map, each item's first and last page, unless `page_map: false`; limits in pages, and in
    characters of all texts together and of each.
    """

    way: Literal["document", "items", "both"]
    track: Keys | None = None
    document: Text = "自评报告"
    page_map: Flag = True
    most_pages: Positive | None = None
    most_characters: Positive | None = None
    item_characters: Positive | None = None
