"""What may a 管理办法 say, and what does a given one say?"""

from app.rules.regulation.explain import Paragraph, explain
from app.rules.regulation.model import Regulation
from app.rules.regulation.problems import Problem, RegulationErrors
from app.rules.regulation.read import Assumption, assumptions, digest, read
from app.rules.regulation.schema import json_schema

__all__ = [
    "Assumption",
    "Paragraph",
    "Problem",
    "Regulation",
    "RegulationErrors",
    "assumptions",
    "digest",
    "explain",
    "json_schema",
    "read",
]
