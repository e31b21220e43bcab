"""How does a composite look on the wire?"""

from uuid import UUID

from pydantic import Field

from app.platform.http.bodies import View


class ComponentView(View):
    """What one stage gives to a total. Figures are exact text; what never ends is a fraction."""

    stage: str = Field(examples=["site"])
    score: str = Field(description="Points in that stage, unrounded.", examples=["581.25"])
    full: str = Field(description="Full marks of that stage.", examples=["1000"])
    share: str = Field(description="Share of the total, of 1.", examples=["0.9"])
    contribution: str = Field(
        description="Points it adds, on the common scale, unrounded.", examples=["523.125"]
    )


class ComposedView(View):
    """One application's total and what it is made of."""

    application: UUID
    rank: int
    points: str = Field(description="As ranked and printed.", examples=["586.4"])
    exact: str = Field(description="Before the one rounding.", examples=["586.4"])
    components: list[ComponentView]


class ComponentsView(View):
    stage: str = Field(examples=["ranking"])
    round: int
    scale: int = Field(description="The common scale, in points.", examples=[1000])
    items: list[ComposedView] = Field(description="Best first.")
