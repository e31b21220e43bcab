"""How do the sealed logs look to the public?"""

from datetime import datetime

from pydantic import Field

from app.platform.http.bodies import View

HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class CheckpointView(View):
    """A signed statement: at this instant the log had this size and this root. Keep the token:
    with it any later change of what it covers can be shown.
    """

    log: str = Field(description="The id of the matter, or `service`.")
    size: int = Field(description="Acts in the log.", examples=[412])
    root: str = Field(description="SHA-256 root by RFC 9162, in hex.", examples=[HEX])
    at: datetime
    why: str = Field(examples=["stage:close/documents"])
    token: str = Field(description="JWS (ES256, `checkpoint+jws`) over all of this.")


class ProofView(View):
    """That one leaf stands in the log of a checkpoint: RFC 9162, section 2.1.3."""

    log: str
    leaf: str = Field(description="The leaf hash, in hex.", examples=[HEX])
    index: int = Field(description="The place of the leaf, from 0.", examples=[17])
    size: int = Field(examples=[412])
    root: str = Field(examples=[HEX])
    proof: list[str] = Field(description="Hashes from the leaf to the root.", examples=[[HEX]])
    checkpoint: str = Field(description="The token of the checkpoint that states size and root.")
