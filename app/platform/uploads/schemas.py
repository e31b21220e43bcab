"""How do uploads look on the wire?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.platform.files.kinds import MediaType
from app.platform.files.models import FileState
from app.platform.files.rules import LARGEST
from app.platform.http.bodies import Body, Key, Line, View

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class FileIn(Body):
    """A file that will be sent: its name, type, size and SHA-256."""

    file_name: Line = Field(examples=["自评报告.pdf"])
    media_type: MediaType
    size: int = Field(strict=True, ge=1, le=LARGEST, description="Bytes.")
    sha256: Sha256 = Field(
        examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
    )


class UploadIn(FileIn):
    """A file for one use."""

    purpose: Key = Field(description="What it will be used for.", examples=["mandate"])


class FileView(View):
    """What is known of a file that was announced."""

    id: UUID
    file_name: str
    media_type: str
    size: int
    sha256: str
    state: FileState
    received: int = Field(description="So many bytes have arrived; go on from there.")
    refusal: str | None = Field(
        description="The code for which a check refused the bytes that came last; send others."
    )


class UploadView(FileView):
    """A file of the caller's, to be attached by its id."""

    purpose: str
    created_at: datetime
    taken_at: datetime | None = Field(description="When something began to use it.")
