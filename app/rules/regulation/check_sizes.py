"""Does a regulation allow files that are larger than whoever runs it takes?"""

from collections.abc import Iterable

from app.rules.exact import size_text
from app.rules.regulation.handed_in import Document
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, problem
from app.rules.regulation.stages import Intake

Path = tuple[str | int, ...]


def check_sizes(regulation: Regulation, most: int) -> list[Problem]:
    """Documents whose largest file is above `most` bytes."""
    parts: list[tuple[Iterable[Document], Path]] = []
    for place, stage in enumerate(regulation.stages):
        if isinstance(stage, Intake):
            path: Path = ("stages", place)
            parts.append((stage.documents, path))
            parts += [
                (each.documents, (*path, "documents_of", number))
                for number, each in enumerate(stage.documents_of)
            ]
    return [
        problem(
            "size_beyond",
            (*path, "documents", place, "largest"),
            most=size_text(most),
            found=size_text(each.largest),
        )
        for documents, path in parts
        for place, each in enumerate(documents)
        if each.largest is not None and each.largest > most
    ]
