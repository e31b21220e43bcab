"""What is a file that the service made itself, when it is sent?"""

from dataclasses import dataclass

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class Made:
    """A content of the store under the name that its reader gets; `sha256` in hex."""

    sha256: str
    size: int
    file_name: str
    media_type: str
