"""How do a form, its sections and their revisions look on the wire?"""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, JsonValue

from app.platform.http.bodies import Body, View
from app.rules.forms.complete import Sort
from app.rules.forms.model import PrivateKind
from app.rules.forms.whole import Origin


class FieldView(View):
    """One field: what a client draws. `kind` decides which of the others say something."""

    key: str = Field(examples=["employees"])
    name: str = Field(examples=["职工人数"])
    kind: Literal[
        "line",
        "prose",
        "whole",
        "decimal",
        "money",
        "date",
        "code",
        "choice",
        "yes_no",
        "phone",
        "mail",
        "identity_number",
        "years",
        "list",
        "awardee",
        "period",
        "pages",
    ]
    required: bool
    help: str | None = None
    unit: str | None = Field(default=None, examples=["万元"])
    places: int | None = Field(default=None, description="Most decimals.")
    at_least: str | None = None
    at_most: str | None = Field(default=None, description="Characters, lines, or a figure.")
    required_if: tuple[dict[str, Any], ...] = Field(
        default=(), description="Conditions on other fields; required where all hold."
    )
    feeds: str | None = Field(default=None, description="The declared fact that it tells.")
    prefill: str | None = Field(default=None, description="Where a first value may come from.")
    list: str | None = Field(default=None, description="Of GET /codes.", examples=["industries"])
    version: str | None = Field(default=None, examples=["2017-1"])
    options: tuple["OptionView", ...] = ()
    years: tuple[int, ...] = Field(default=(), description="Fiscal years, oldest first.")
    since: str | None = Field(default=None, description="Earlier years than that field's are not.")
    rows: tuple["FieldView", ...] = ()
    columns: tuple["FieldView", ...] = ()
    document: str | None = Field(default=None, description="Whose pages are meant.")
    items: tuple["OptionView", ...] = ()


class OptionView(View):
    code: str
    name: str


class FormSectionView(View):
    """A section: what is saved at once."""

    key: str = Field(examples=["performance"])
    name: str = Field(examples=["近三年主要指标"])
    help: str | None
    origin: Origin = Field(
        description="Asked by the award's rules, the form, the grounds, or as self-assessment."
    )
    fields: list[FieldView]
    schema_: dict[str, Any] = Field(
        alias="schema", description="JSON Schema (2020-12) of the complete answers."
    )


class DocumentAskedView(View):
    """A document (材料) that is handed in with the form, and what its files may be."""

    name: str = Field(examples=["自评报告"])
    types: list[str] = Field(description="Endings of the types taken.", examples=[["pdf", "docx"]])
    at_most: int | None = Field(description="Files; as many as the application holds without.")
    largest: int = Field(description="Bytes of one file.", examples=[20971520])
    most_pages: int | None = Field(description="Of the self-assessment, where pages are limited.")


class CycleFormView(View):
    """What a track fills in; `digest` names all of it."""

    form: str = Field(examples=["application-2023"])
    name: str
    edition: str
    source: str
    assumed: bool = Field(description="The regulation names no form: this one is the service's.")
    hash: str = Field(description="Of the form set's text.")
    digest: str = Field(description="Of the form and its sections; also the ETag.")
    cut_off: date
    code_lists: dict[str, list[str]] = Field(description="Versions of the lists chosen from.")
    sections: list[FormSectionView]
    documents: list[DocumentAskedView] = Field(
        description="Each must be there; by the regulation, or by what the service takes at all."
    )


class SectionIn(Body):
    """The answers of one section; what is left out or null is taken out."""

    answers: dict[str, JsonValue] = Field(
        max_length=200, examples=[{"contact_name": "李四", "contact_post": "质量部部长"}]
    )


class SectionLine(View):
    """A section of an application: how often it was saved, when last and by whom."""

    key: str
    name: str
    etag: str = Field(examples=['"s3"'])
    revision: int = Field(description="0 before it was saved by itself.")
    saved_at: datetime | None
    saved_by: str | None
    secret: bool = Field(description="Marked as a trade secret (商业秘密).")


class SectionView(SectionLine):
    answers: dict[str, JsonValue]


class PrivateAnswerView(View):
    """A private answer in clear. `sealed` is the digest of the canonical text of its kind, salt and
    text, by which it stands in the form and under the digest of a submission.
    """

    pointer: str = Field(examples=["/form/answers/contact_phone"])
    name: str = Field(examples=["联系电话"])
    kind: PrivateKind
    text: str = Field(examples=["13900001111"])
    salt: str
    sealed: str


class RevisionLine(View):
    """One revision of a section. Saves of one person within a minute are one."""

    number: int
    begun_at: datetime
    saved_at: datetime
    saved_by: str
    digest: str
    restored_from: int | None


class RevisionView(RevisionLine):
    answers: dict[str, JsonValue]


class RestorationIn(Body):
    revision: int = Field(strict=True, ge=1, le=1_000_000)


class GapView(View):
    """One thing that stands against the submission."""

    sort: Sort | Literal["other"]
    code: str = Field(examples=["field-missing"])
    section: str | None = Field(examples=["organisation"])
    pointer: str | None = Field(examples=["/form/contact_name"])
    zh: str
    en: str


class CompletenessView(View):
    """Everything at once that the submission would be refused for now."""

    complete: bool
    gaps: list[GapView]
