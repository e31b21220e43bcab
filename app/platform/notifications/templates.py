"""In which words is something told? A template has places to fill; an office may replace its words.

Replaced words are the office's own, never trusted as a program: a place is a name in braces and
nothing more, so no attribute, index or format can be asked of what is filled in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter

from app.platform.errors import Language, NotFound, Refusal


class Urgency(StrEnum):
    """How much it matters that it is read today."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


class TemplateUnknown(NotFound):
    code = "template-not-found"
    zh = "没有这个消息模板。"
    en = "There is no such template."


@dataclass(frozen=True, slots=True)
class Words:
    """A title of one line and a text, both with {named} places."""

    title: str
    text: str

    def filled(self, params: Mapping[str, str | int]) -> "Words":
        """The words as they are told; the title stays one line, whatever is filled in. Raises
        KeyError for a place that nobody fills.
        """
        title = " ".join(self.title.format(**params).split())
        return Words(title, self.text.format(**params))

    @property
    def places(self) -> frozenset[str]:
        return places_in(self.title) | places_in(self.text)


@dataclass(frozen=True, slots=True)
class Template:
    """Words with {named} places, and the stable key under which programs know them.

    `sample`: what a preview fills in. `urgency`: who asked for urgent messages only gets this one.
    `fixed`: it speaks for the service, not for an office, so no office replaces its words.
    `private`: places that are filled only behind the sign-in, in the text and not in the title;
    mail and text messages, which go out in the open, say there where to read.
    """

    key: str
    title: str
    text: str
    en: Words | None = None
    sample: Mapping[str, str] = field(default_factory=dict, hash=False)
    urgency: Urgency = Urgency.ORDINARY
    fixed: bool = False
    private: frozenset[str] = frozenset()

    def words(self, language: Language = "zh") -> Words:
        """Chinese where there is no English."""
        return self.en if language == "en" and self.en else Words(self.title, self.text)

    def filled(
        self, words: Words, params: Mapping[str, str | int], language: Language
    ) -> tuple[Words, str | None]:
        """The words as they lie in the inbox, and the text that goes out in the open where that is
        another. Raises KeyError for a place that nobody fills.
        """
        outside = words.filled({**params, **dict.fromkeys(self.private, ELSEWHERE[language])})
        inside = words.filled(params)
        told = None if outside.text == inside.text else outside.text
        return Words(outside.title, inside.text), told

    @property
    def places(self) -> frozenset[str]:
        return self.words().places

    @property
    def samples(self) -> dict[str, str]:
        """A value for every place: the template's own, one that all share, or the place's name."""
        own = SAMPLES | dict(self.sample)
        return {place: own.get(place, f"〔{place}〕") for place in sorted(self.places)}


Templates = Mapping[str, Template]

ELSEWHERE: Mapping[Language, str] = {
    "zh": "请登录申报系统，在站内消息中查阅",
    "en": "sign in and read it in your inbox",
}
"""What stands in the open in place of what is private."""

SAMPLES = {
    "programme": "滨湖区区长质量奖",
    "cycle": "2026年度",
    "stage": "材料评审",
    "document": "滨质奖办〔2026〕7号",
    "reason": "申报单位较多",
    "opens": "2026-03-02 09:00",
    "closes": "2026-03-31 17:30",
    "at": "2026-03-31 17:30",
    "count": "3",
    "login": "li.si",
    "since": "2026-03-02 09:00",
    "until": "2026-03-09 09:00",
    "old": "无锡恒远精密机械有限公司",
    "new": "无锡市恒远精密机械有限公司",
}
"""What is filled into the places of a preview that many templates share."""


class PlaceMalformed(ValueError):
    """Braces that do not close, or that ask for more than a value filled in as it is."""


class TemplateTwice(ValueError):
    """Two templates have one key."""


def registry(templates: Iterable[Template]) -> Templates:
    """All templates by key. Raises TemplateTwice."""
    found: dict[str, Template] = {}
    for template in templates:
        if template.key in found:
            raise TemplateTwice(template.key)
        found[template.key] = template
    return found


def places_in(text: str) -> frozenset[str]:
    """The names between braces. Raises PlaceMalformed."""
    try:
        parts = [*Formatter().parse(text)]
    except ValueError as unread:
        raise PlaceMalformed(text) from unread
    found = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise PlaceMalformed(name)
        found.add(name)
    return frozenset(found)


def broken(
    text: str, pointer: str, known: frozenset[str], place_wrong: type[Refusal]
) -> Refusal | None:
    """What is wrong with the places of replaced words, if anything."""
    try:
        unknown = sorted(places_in(text) - known)
    except PlaceMalformed:
        unknown = ["{}"]
    if not unknown:
        return None
    told = "、".join(sorted(known)) or "无"
    return place_wrong(pointer=pointer, places="、".join(unknown), known=told)
